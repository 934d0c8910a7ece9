"""Chains of layers."""
