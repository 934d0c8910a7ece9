"""Strategies compared by what their trainings cost, some of which go less far than all."""
