"""What a training does beside each step and each epoch: averaging of weights, early stopping."""
