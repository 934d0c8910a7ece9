"""Charts of searches whose trainings may go less far than all."""
