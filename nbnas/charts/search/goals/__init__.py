"""Charts of several goals: the front, what it dominates, and what is wanted."""
