"""Distances between architectures, and what can be seen of them."""
