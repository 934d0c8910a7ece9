"""The benchmark that ships with nbnas: every cell of `CellSpace`, trained on real digits."""
