"""The columns of a table as an objective keeps them: numbers by the architecture's text."""

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np

from nbnas.brief import brief
from nbnas.checks import REAL, Rule
from nbnas.errors import DataError
from nbnas.graphs.architecture import Architecture
from nbnas.records import MULTIPLY_ADDS, PARAMETERS, Measure, MeasuredBy
from nbnas.search.tables.curves import mean_of_known, reports
from nbnas.search.tables.options import Columns, Reading
from nbnas.search.tables.reading import Rows
from nbnas.search.tables.units import counts_of

BY_TEXT: Rule[Mapping[str, Any]] = Rule(
    "a dictionary by the texts of architectures",
    lambda column: isinstance(column, Mapping) and all(isinstance(text, str) for text in column),
    lambda column: MappingProxyType(dict(column)),
    DataError,
)
CURVES = replace(BY_TEXT, settled=lambda column: column)  # they may be read when asked for
NUMBERS: Rule[Mapping[str, Any]] = Rule(
    "a dictionary of numbers by the texts of architectures",
    lambda column: BY_TEXT.accepts(column) and all(map(REAL.accepts, column.values())),
    BY_TEXT.settled,
    DataError,
)


def fields_of(rows: Rows, columns: Columns, reading: Reading, measure: Measure) -> dict[str, Any]:
    """The fields of a `TabularObjective` that a table fills.

    Args:
        rows: Its rows.
        columns: Which columns were read.
        reading: How.
        measure: What the values are.

    Returns:
        Each field by its name.
    """
    runs = rows.values(columns.value)  # (n, runs)
    means = rows.by_text(mean_of_known(runs))
    run, costs = reading.run, rows.known(columns.cost)
    epochs = rows.values(reading.curve)  # (n, E)
    return {
        "name": f"{columns.value[run or 0]} of {rows.name}",
        "values": means if run is None else rows.by_text(runs[:, run]),
        "tests": rows.known(columns.test),
        "costs": costs,
        "curves": reports(rows.texts, epochs, costs, measure) if reading.curve else {},
        "parameters": counts(rows, rows.parameters),
        "multiply_adds": counts(rows, reading.multiply_adds),
        "truths": means if run is not None else {},
        "pace": reading.pace,
        "measure": measure,
        "measured": _measured(rows, reading.measured),
        "fidelities": reading.fidelities,
        "looks": {epochs: rows.known(name) for epochs, name in reading.looks.items()},
    }


def best_of(values: Mapping[str, float], measure: Measure) -> float:
    """The best of a column, where numbers are missing as NaN."""
    gains = measure.gain(np.array(list(values.values()), dtype=np.float64))
    return float(measure.gain(float(np.nanmax(gains))))


def check_bounds(name: str, column: Mapping[str, float], measure: Measure) -> None:
    """Check that the values of a column are within the bounds of their measure.

    Raises:
        DataError: If one is not.
    """
    numbers = np.array(list(column.values()), dtype=np.float64)
    outside = (numbers < measure.lower) | (numbers > measure.upper)
    if outside.any():
        text = list(column)[int(np.flatnonzero(outside)[0])]
        raise DataError(
            f"table {name!r}: expected {measure.name} from {measure.lower:g} to "
            f"{measure.upper:g}, got {column[text]:g} for {text}"
        )


def counts(rows: Rows, column: str | None) -> dict[str, int]:
    """The whole numbers of a column by the architectures' texts; none without a column."""
    return {} if column is None else counts_of(rows.known(column), column, rows.name)


def _measured(rows: Rows, columns: Sequence[str]) -> dict[str, dict[str, float]]:
    """The further measures by text; what is not known is left out."""
    found: dict[str, dict[str, float]] = {}
    for column in columns:
        for text, number in rows.known(column).items():
            found.setdefault(text, {})[column] = number
    return found


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """The numbers of a column, by the architecture's text; NaN where it has none."""

    table: str
    numbers: Mapping[str, float]

    @brief
    def __repr__(self) -> str:
        return f"{self.table!r}, {len(self.numbers):,} numbers"

    def __call__(self, architecture: Architecture) -> float:
        """The number of an architecture."""
        return float(self.numbers.get(str(architecture), math.nan))

    def fingerprint(self) -> dict[str, str]:
        """The table and a hash of the numbers; the order of the rows changes nothing."""
        content = repr(sorted(self.numbers.items())).encode()
        return {"table": self.table, "content": hashlib.sha256(content).hexdigest()[:16]}


def column_of(
    table: str,
    measure: Measure,
    parameters: Mapping[str, float],
    multiply_adds: Mapping[str, float],
) -> MeasuredBy | None:
    """What a table tells of each architecture without training; `None` where it does not."""
    columns = {PARAMETERS.name: parameters, MULTIPLY_ADDS.name: multiply_adds}
    numbers = columns.get(measure.name)
    return MeasuredBy(Column(table, dict(numbers)), measure) if numbers else None


def measured_beforehand(
    table: str, measure: Measure, measured: Mapping[str, Mapping[str, float]]
) -> MeasuredBy:
    """One of a table's further measures, as a goal that is known before any training.

    Raises:
        DataError: If the table has no such numbers.
    """
    numbers = {text: row[measure.name] for text, row in measured.items() if measure.name in row}
    if not numbers:
        told = sorted({name for row in measured.values() for name in row})
        raise DataError(
            f"table {table!r} has no {measure.name}; its further measures are "
            f"{', '.join(told) or 'none'}"
        )
    return MeasuredBy(Column(table, numbers), measure)
