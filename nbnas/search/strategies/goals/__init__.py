"""Bayesian optimisation for several goals and limits: what is believed, and what is next."""
