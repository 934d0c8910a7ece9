"""The lab: a live search."""
