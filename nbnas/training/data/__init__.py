"""Data sets to train on: pictures in three parts, how they are read, and a look at them."""
