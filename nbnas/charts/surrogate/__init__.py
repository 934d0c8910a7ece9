"""Charts of kernels, posteriors and acquisition functions."""
