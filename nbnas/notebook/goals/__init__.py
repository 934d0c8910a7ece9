"""Several goals and limits in the notebook of searches."""
