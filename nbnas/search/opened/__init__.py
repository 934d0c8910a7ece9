"""A study that is looked at: its search from the store alone, without objective or data."""
