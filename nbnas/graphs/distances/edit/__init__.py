"""The graph edit distance, its script, and how it is found."""
