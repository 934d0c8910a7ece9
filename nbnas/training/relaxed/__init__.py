"""Searches on shared weights: the relaxation of a cell space, by gradient or by sampling."""
