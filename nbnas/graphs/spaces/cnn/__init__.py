"""NASBOT's space of convolutional networks."""
