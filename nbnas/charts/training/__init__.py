"""Charts of trainings."""
