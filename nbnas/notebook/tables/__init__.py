"""Parameters of notebooks that read tables of results."""
