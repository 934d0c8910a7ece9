"""Strategies compared by how much of the front of several goals they find."""
