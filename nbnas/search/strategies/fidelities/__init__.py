"""What to train next, and how far."""
