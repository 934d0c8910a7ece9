"""What `python -m nbnas` does."""
