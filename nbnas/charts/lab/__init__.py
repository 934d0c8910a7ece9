"""The charts of the lab."""
