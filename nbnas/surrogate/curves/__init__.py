"""Learning curves: how a training that has begun will end."""
