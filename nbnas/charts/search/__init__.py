"""Charts of searches and benchmarks."""
