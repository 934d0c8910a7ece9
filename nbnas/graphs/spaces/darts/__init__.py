"""DARTS' cell space: a normal and a reduction cell, each of four vertices with two inputs."""
