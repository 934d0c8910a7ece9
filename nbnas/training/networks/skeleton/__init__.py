"""What cells are put into: stem, stages of equal cells with reductions between, head."""
