"""Objectives that look evaluations up."""
