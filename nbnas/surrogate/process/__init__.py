"""The Gaussian process: prior, posterior, and what they can be asked."""
