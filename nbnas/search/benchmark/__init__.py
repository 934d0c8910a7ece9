"""Strategies compared over many seeds on a table."""
