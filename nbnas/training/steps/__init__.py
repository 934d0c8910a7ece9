"""What a training does beside each step and each epoch."""
