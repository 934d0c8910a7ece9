"""Several measures at once, and limits: what a search is asked for, and what may be proposed."""
