"""DARTS' networks as published: its operations, its cells, and what they are put into."""
