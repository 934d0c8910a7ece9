"""What a search has found out about settings."""
