"""How long a search will take, told before it."""
