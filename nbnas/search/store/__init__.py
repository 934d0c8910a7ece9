"""The store: trials in a database."""
