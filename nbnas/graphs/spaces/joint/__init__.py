"""Spaces of architectures together with the settings of their training."""
