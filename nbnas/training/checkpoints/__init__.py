"""Checkpoints: how far a training is, on disk, so that it goes on after whatever ended it."""
