"""How long a full training takes, predicted before it begins."""
