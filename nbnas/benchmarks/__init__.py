"""The benchmark that ships with nbnas: every cell of `CellSpace`, trained on real digits."""

from nbnas.benchmarks.shipped import digits, digits_proxies, digits_table, digits_trainer

__all__ = ["digits", "digits_proxies", "digits_table", "digits_trainer"]
