"""The readable PyTorch source of one network."""
