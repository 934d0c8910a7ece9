"""Which learning rate? The learning-rate range test."""
