"""Spaces of named choices."""
