"""An ensemble of perceptrons as a model."""
