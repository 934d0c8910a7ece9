"""From an architecture to its accuracy: networks, data sets, the trainer and its live run."""
