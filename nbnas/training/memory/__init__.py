"""Memory that a training takes: told before it begins, and made do with where it runs out."""
