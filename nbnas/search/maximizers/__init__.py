"""How the maximiser of an acquisition function is looked for."""
