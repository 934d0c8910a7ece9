"""One network that holds all architectures of a cell space, with shared weights."""
