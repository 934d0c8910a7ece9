"""How long a training takes, told by a few of its steps."""
