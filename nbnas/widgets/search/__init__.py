"""Views of searches, trials and benchmarks."""
