"""What a step takes, by part, and the memory: measured beside a training, left as it is."""
