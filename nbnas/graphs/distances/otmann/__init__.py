"""OTMANN, the optimal-transport distance between networks of layers."""
