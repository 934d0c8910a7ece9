"""Networks made from architectures."""
