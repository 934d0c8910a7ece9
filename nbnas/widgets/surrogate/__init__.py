"""Views of priors, posteriors and acquisition functions."""
