"""Searches whose trainings may go less far than all: what they cost, and what to train how far."""
