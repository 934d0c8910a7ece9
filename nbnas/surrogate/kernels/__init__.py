"""Kernels over architectures."""
