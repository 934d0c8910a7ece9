"""What a benchmark reads: the rows of a table, and the file of its own results."""
