"""Reading a table of results: one architecture a row, checked, nothing changed in silence.

Notation
    raw      a number in the unit of the file; fractions are told apart from percent by `whole`
    whole    what 100 % is in a column: 1 for fractions, 100 for percent
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nbnas.errors import DataError
from nbnas.graphs.space import SearchSpace
from nbnas.records import Measure
from nbnas.search.objective import measure_of
from nbnas.search.tables.notations import read_architectures
from nbnas.search.tables.numbers import Numbers, read_numbers
from nbnas.search.tables.options import Columns, Reading, check_run
from nbnas.search.tables.rows import rows
from nbnas.search.tables.source import Source, name_of, read_frame
from nbnas.search.tables.units import check_accuracy, parameters_among, whole_of


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """The rows of a table, one for each architecture.

    Attributes:
        name: What the table is called.
        texts: The text of each architecture, `n` of them.
        space: The space that they are of; `None` where they were taken as they are written.
        raw: A column of numbers for each column that was read, `(n, columns)`.
        whole: What 100 % is in the columns of the measure, by their names; 1 if it is no fraction.
        parameters: The column of the number of trainable weights, where there is one.
    """

    name: str
    texts: tuple[str, ...]
    space: SearchSpace | None
    raw: pd.DataFrame
    whole: Mapping[str, float]
    parameters: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "whole", MappingProxyType(dict(self.whole)))

    def values(self, columns: Sequence[str]) -> NDArray[np.float64]:
        """Columns `(n, columns)` in the unit of the measure: fractions, not percent."""
        numbers = self.raw[list(columns)].to_numpy(dtype=np.float64)
        whole = self.whole.get(columns[0], 1.0) if columns else 1.0
        return numbers / whole if whole != 1 else numbers

    def in_unit(self, column: str, whole: float) -> list[float]:
        """The numbers of a column of the measure as one has them in which 100 % is `whole`."""
        numbers, own = self.raw[column], self.whole[column]
        found: list[float] = (numbers if own == whole else numbers / own * whole).tolist()
        return found

    def by_text(self, numbers: NDArray[np.float64]) -> dict[str, float]:
        """Numbers `(n,)` by the architectures' texts."""
        return dict(zip(self.texts, numbers.tolist(), strict=True))

    def known(self, column: str | None) -> dict[str, float]:
        """The finite numbers of a column by the architectures' texts; none without a column."""
        found = self.by_text(self.values([column])[:, 0]) if column is not None else {}
        return {text: number for text, number in found.items() if np.isfinite(number)}


def read_rows(
    source: Source,
    columns: Columns,
    measure: Measure | None,
    reading: Reading,
    also: Sequence[str] = (),
) -> Rows:
    """Read a table and check every row.

    Args:
        source: A path or a DataFrame.
        columns: Its main columns.
        measure: What the values are; `None` for accuracies.
        reading: How it is read.
        also: Columns of numbers that are read too, where the table has them.

    Returns:
        Its rows.

    Raises:
        DataError: If it cannot be read, a column is missing, or a row is not as it should be.
        SettingError: If there is no such run.
    """
    check_run(columns.value, reading.run)
    chosen = measure_of(None, measure)
    if measure is None:
        for name in columns.value:
            check_accuracy(name)
    groups, others = _groups(columns, reading), _others(columns, reading)
    wanted = dict.fromkeys((*columns.architecture, *sum(groups, ()), *others))
    frame, where = read_frame(source, wanted, columns.architecture), name_of(source)
    missing = [name for name in wanted if name not in frame]
    if missing:
        has = ", ".join(map(str, frame))
        raise DataError(
            f"{where} has no column {', '.join(missing):.200}; its columns are {has:.1000}"
        )
    raw, whole = _numbers(frame, groups, chosen, reading.unit, where)
    parameters = reading.parameters
    if parameters is None and reading.fidelities is not None:
        parameters = parameters_among(frame.columns, columns.value)
        others = (*others, *filter(None, (parameters,)))
    for name in dict.fromkeys((*others, *(n for n in also if n in frame))):
        raw.setdefault(name, _other(frame[name], f"{where}, column {name}"))
    if columns.cost is not None:
        _check_costs(raw[columns.cost], f"{where}, column {columns.cost}")
    runs = columns.value if reading.run is None else (columns.value[reading.run],)
    kept = _with_value(
        np.stack([raw[name] for name in runs]), reading.missing, f"{where}, column {runs[0]}"
    )
    texts, space = read_architectures(
        frame,
        columns.architecture,
        reading.notation,
        f"{where}, {' and '.join(columns.architecture)}",
    )
    table = pd.DataFrame(raw, index=list(texts))[kept]
    table = _once(table, reading.repeated, where, also)
    return Rows(where, tuple(table.index), space, table, whole, parameters)


def _groups(columns: Columns, reading: Reading) -> tuple[tuple[str, ...], ...]:
    """The columns of the measure; those of a group are in one unit."""
    tests = (columns.test,) if columns.test is not None else ()
    looks = tuple(reading.looks.values())
    return tuple(filter(None, (tuple(columns.value), tests, tuple(reading.curve), looks)))


def _others(columns: Columns, reading: Reading) -> tuple[str, ...]:
    """The columns of other numbers."""
    optional = (columns.cost, reading.parameters, reading.multiply_adds)
    return (*reading.measured, *(name for name in optional if name is not None))


def _numbers(
    frame: pd.DataFrame,
    groups: Sequence[Sequence[str]],
    measure: Measure,
    unit: str,
    where: str,
) -> tuple[dict[str, NDArray[np.float64]], dict[str, float]]:
    """The columns of the measure as the file has them, and what 100 % is in each."""
    raw: dict[str, NDArray[np.float64]] = {}
    whole: dict[str, float] = {}
    for names in groups:
        said = f"{where}, column{'s' * (len(names) > 1)} {', '.join(names)}"
        read = [
            read_numbers(frame[n], f"{where}, column {n}", small=measure.fraction) for n in names
        ]
        values = np.stack([numbers.values for numbers in read], axis=1)  # (n, columns)
        signs = np.stack([numbers.percent for numbers in read], axis=1)
        values = np.where(np.isfinite(values), values, np.nan)
        hundred = whole_of(Numbers(values, signs), measure, unit, said)
        raw |= dict(zip(names, values.T, strict=True))
        whole |= dict.fromkeys(names, hundred)
    return raw, whole


def _other(column: pd.Series, where: str) -> NDArray[np.float64]:
    """Numbers in a unit of their own; with percent signs, fractions."""
    numbers = read_numbers(column, where)
    return np.where(numbers.percent, numbers.values / 100, numbers.values)


def _check_costs(seconds: NDArray[np.float64], where: str) -> None:
    if (seconds < 0).any():
        raise DataError(f"{where}: expected seconds of at least 0, got less ({rows(seconds < 0)})")


def _with_value(values: NDArray[np.float64], missing: str, where: str) -> NDArray[np.bool_]:
    """Which rows stay `(n,)`, by the values `(runs, n)`."""
    absent = np.asarray(np.isnan(values).all(axis=0))
    if absent.all():
        raise DataError(f"{where}: expected at least one number, got none in {rows(absent)}")
    if missing == "error" and absent.any():
        raise DataError(
            f'{where}: {rows(absent)} without a value; pass missing="drop" to leave them out, or '
            'missing="fail" for failed trials'
        )
    return ~absent if missing == "drop" else np.ones_like(absent)


def _once(table: pd.DataFrame, repeated: str, where: str, also: Sequence[str]) -> pd.DataFrame:
    """Each architecture once: the mean of its rows, in the order of the first ones."""
    doubled = table.index.duplicated()
    if not doubled.any():
        return table
    if repeated == "error":
        raise DataError(
            f"{where}: {doubled.sum()} architectures stand twice, such as "
            f'{table.index[doubled][0]}; pass repeated="mean" for the mean of their rows'
        )
    how = {name: "first" if name in also else "mean" for name in table}
    return table.groupby(level=0, sort=False).agg(how)
