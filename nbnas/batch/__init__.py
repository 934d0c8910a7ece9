"""Notebooks as batch jobs: one through papermill, or one for each combination of parameters."""
