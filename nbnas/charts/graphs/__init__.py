"""Charts of architectures and of distances between them."""
