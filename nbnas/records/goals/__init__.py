"""Several goals at once: what dominates what, and how much of the space of goals is reached."""
