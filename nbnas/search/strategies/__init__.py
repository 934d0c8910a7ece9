"""How a search chooses what to evaluate next: one file per strategy."""
