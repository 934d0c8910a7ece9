"""Architectures as labelled graphs: spaces, distances, features. No torch, no Jupyter."""
