"""The numbers of a column, also where they are written with percent signs or decimal commas.

Notation
    mark    what stands before the decimals: a point or a comma
"""

import math
import numbers
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nbnas.errors import DataError
from nbnas.search.tables.rows import faults, rows

ABSENT = frozenset(("", "nan", "na", "n/a", "none", "null", "<na>"))  # texts for no number
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?|[+-]?inf(inity)?", re.A | re.I)
GROUPS = {  # numbers whose digits stand in groups of three, by what stands between the groups
    ",": re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d*)?", re.A),
    ".": re.compile(r"[+-]?[1-9]\d{0,2}(\.\d{3})+(,\d*)?", re.A),
}


@dataclass(frozen=True, slots=True, eq=False)
class Numbers:
    """A column of numbers.

    Attributes:
        values: `(n,)`; NaN where there is none.
        percent: Whether each is written with a percent sign, `(n,)`.
    """

    values: NDArray[np.float64]
    percent: NDArray[np.bool_]


def read_numbers(column: pd.Series, where: str, *, small: bool = False) -> Numbers:
    """Read a column.

    Args:
        column: What stands in it: numbers, or texts for numbers.
        where: What an error calls it.
        small: Whether its numbers are known to be at most 100, so that 81,982 can only be 81.982.

    Returns:
        The numbers.

    Raises:
        DataError: If something else stands in it, or points and commas cannot be told apart.
    """
    if pd.api.types.is_bool_dtype(column) or pd.api.types.is_complex_dtype(column):
        raise DataError(f"{where}: expected numbers, got {column.iloc[0]!r} in row 1")
    if pd.api.types.is_numeric_dtype(column):
        values = column.to_numpy(dtype=np.float64, na_value=np.nan)
        return Numbers(values, np.zeros(len(values), dtype=bool))
    cells = [_cell(cell) for cell in column]
    texts = [cell.removesuffix("%").rstrip() if isinstance(cell, str) else cell for cell in cells]
    written = _with_points([t if isinstance(t, str) else "" for t in texts], where, small=small)
    words: dict[int, str] = {}
    values = np.full(len(cells), np.nan)
    for place, (cell, text) in enumerate(zip(texts, written, strict=True)):
        if isinstance(cell, float):
            values[place] = cell
        elif isinstance(cell, str) and NUMBER.fullmatch(text):
            values[place] = float(text)
        elif not isinstance(cell, str) or cell.lower() not in ABSENT:
            words[place] = f"expected a number, got {cells[place]!r:.100}"
    if words:
        raise DataError(
            f"{where}: {faults(words)}; leave a cell empty where there is no number, and say by "
            'missing="drop" or missing="fail" what becomes of its row'
        )
    return Numbers(values, np.array([isinstance(c, str) and c.endswith("%") for c in cells]))


def _cell(cell: object) -> object:
    """A float where it is a number or absent, a text without spaces around, or what it is."""
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, bool | np.bool_ | Sequence | np.ndarray):
        return cell
    if isinstance(cell, numbers.Real) or type(cell).__name__ == "Decimal":
        return float(cell)  # type: ignore[arg-type]
    return math.nan if cell is None or cell is pd.NA or cell is pd.NaT else cell


def _with_points(texts: Sequence[str], where: str, *, small: bool) -> list[str]:
    """The texts with a point before the decimals and nothing between groups of three digits."""
    commas = [text for text in texts if "," in text]
    points = [text for text in texts if "." in text]
    if not commas:
        return list(texts)
    if not points:
        if small or not all(GROUPS[","].fullmatch(text) for text in commas):
            return [text.replace(",", ".") for text in texts]
        if any(text.count(",") > 1 for text in commas):
            return [text.replace(",", "") for text in texts]
        raise DataError(
            f"{where}: {commas[0]} may be {commas[0].replace(',', '.')} or "
            f"{commas[0].replace(',', '')}; write decimals with a point"
        )
    grouped = {mark: all(GROUPS[mark].fullmatch(t) for t in some) for mark, some in
               ((",", commas), (".", points))}  # fmt: skip
    if grouped[","] and not grouped["."]:
        return [text.replace(",", "") for text in texts]
    if grouped["."] and not grouped[","]:
        return [text.replace(".", "").replace(",", ".") for text in texts]
    mixed = ["," in text for text in texts]
    raise DataError(
        f"{where}: points and commas in one column, such as {points[0]} and {commas[0]} "
        f"(commas in {rows(mixed)}); write all decimals with a point"
    )
