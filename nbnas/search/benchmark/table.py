"""A table of published results as something to compare strategies on.

Notation
    value    what is measured, such as validation accuracy: all that a strategy sees
    test     the same on test data: looked up afterwards, for incumbents only
    unit     percent or fraction, as the file has it, where `objective` works in fractions; else
             the unit of the measure

References:
    Dong and Yang, NAS-Bench-201, ICLR 2020. Abdelfattah et al., Zero-cost proxies for lightweight
    NAS, ICLR 2021; Krishnakumar et al., NAS-Bench-Suite-Zero, NeurIPS 2022 (tables of proxies).
"""

import dataclasses
import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
import pandas as pd

from nbnas.checks import MAPPING, TEXT, each, real, settle
from nbnas.errors import DataError, SettingError
from nbnas.graphs.architecture import Architecture, check_architectures
from nbnas.graphs.space import SPACE, SearchSpace
from nbnas.graphs.spaces.subspace import Subspace
from nbnas.records import ACCURACY, Measure
from nbnas.records.measure import MEASURE
from nbnas.search.benchmark.unit import UNIT, Unit, unit_of
from nbnas.search.tables.options import Columns, Reading
from nbnas.search.tables.reading import Rows, read_rows
from nbnas.search.tables.source import Source, name_of, read_frame
from nbnas.search.tables.spaces import find_space, in_order, space_of
from nbnas.search.tables.tabular import TabularObjective

INDEX = "arch_index"  # the column that joins tables of the same architectures
NOT_COMPUTABLE = -1e8  # what NAS-Bench-Suite-Zero writes for a proxy that has no value


_MAPPING = MAPPING.raising(DataError)
_NUMBERS = each(real()).raising(DataError)
_SECONDS = each(real(0)).raising(DataError)
_COLUMNS = ("values", "tests", "indices", "costs")


@dataclass(frozen=True, slots=True, eq=False)
class BenchmarkTable:
    """Architectures with what was measured of them and, where known, the same on test data.

    Attributes:
        value: Name of the column of values.
        space: The search space that holds exactly the architectures of the table.
        values: The value of each, in the unit of the file.
        unit: That unit.
        test: Name of the column of values on test data; empty where there is none.
        tests: That of each that has one, in the same unit.
        indices: The architectures by the file's column arch_index, where it has one.
        measure: What the values are, and which way is better.
        cost: Name of the column of training times; empty where there is none.
        costs: The seconds that training each one takes, where they are known.
    """

    value: str
    space: SearchSpace
    values: Mapping[Architecture, float]
    unit: Unit
    test: str = ""
    tests: Mapping[Architecture, float] = field(default_factory=dict)
    indices: Mapping[int, Architecture] = field(default_factory=dict)
    measure: Measure = ACCURACY
    cost: str = ""
    costs: Mapping[Architecture, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        settle(self, value=TEXT, space=SPACE, unit=UNIT, test=TEXT, measure=MEASURE, cost=TEXT)
        for name in _COLUMNS:
            _MAPPING(name, getattr(self, name))
        check_architectures(values=[*self.values], tests=[*self.tests], costs=[*self.costs])
        check_architectures(indices=[*self.indices.values()])
        _NUMBERS("values", tuple(self.values.values()))
        _SECONDS("costs", tuple(self.costs.values()))
        if not self.values:
            raise DataError("expected at least one architecture with a value, got none")
        for name in _COLUMNS:
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    def __repr__(self) -> str:
        best = f"best {self.value} {self.best:g} ({self.unit.name or self.measure.name})"
        return f"BenchmarkTable({len(self.values):,} architectures of {self.space}, {best})"

    @property
    def best(self) -> float:
        """The best value, in the unit of the file; the lowest where that is better."""
        return max(self.values.values(), key=self.measure.gain)

    @property
    def objective(self) -> TabularObjective:
        """What strategies are shown: values, as fractions where they can be, and no tests."""
        values = {str(a): value / self.unit.whole for a, value in self.values.items()}
        costs = {str(a): seconds for a, seconds in self.costs.items()}
        return TabularObjective(self.value, values, costs=costs, measure=self.measure)

    def restrict(self, members: Collection[Architecture]) -> "BenchmarkTable":
        """The table of some of its architectures.

        Raises:
            DataError: If none of them is in the table.
        """
        members = tuple(members) if isinstance(members, Mapping) else members
        check_architectures(members=members)
        kept = tuple(a for a in self.values if a in members)
        if not kept:
            raise DataError("expected architectures that the table holds, but it has none of them")
        return dataclasses.replace(
            self,
            space=space_of(_base(self.space), kept),
            values={a: self.values[a] for a in kept},
            tests={a: self.tests[a] for a in kept if a in self.tests},
            indices={i: a for i, a in self.indices.items() if a in members},
            costs={a: self.costs[a] for a in kept if a in self.costs},
        )

    def fingerprint(self) -> dict[str, str]:
        """Names of the columns and a hash of what they hold; the name of the file may change.

        What is measured is in it too, if it is no accuracy, and the training times, if known.
        """
        rows = sorted((str(a), v, self.tests.get(a)) for a, v in self.values.items())
        said = {"value": self.value, "test": self.test, "content": _hash(rows)}
        if self.measure != ACCURACY:
            said["measure"] = repr(self.measure)
        if self.cost:
            times = sorted((str(a), seconds) for a, seconds in self.costs.items())
            said["cost"] = f"{self.cost} {_hash(times)}"
        return said


def read_table(
    source: Source,
    *,
    architecture: str | Sequence[str],
    value: str,
    test: str = "",
    cost: str = "",
    measure: Measure | None = None,
    reading: Reading | None = None,
) -> BenchmarkTable:
    """Read a table with one architecture a row, as `TabularObjective.from_table` does.

    Args:
        source: A file of any common format, or a DataFrame.
        architecture: Column of the architectures, or two, of matrices and operations.
        value: Column of the values.
        test: Column of the values on test data; empty for none.
        cost: Column of the seconds that a training takes; empty for none. With it every run has
            a clock, and workers can be simulated.
        measure: What the values are, and which way is better; validation accuracy by default.
        reading: How the table is read.

    Returns:
        The table. Its space is a `Subspace` where it does not hold every architecture of a space;
        the order of the rows changes nothing.

    Raises:
        DataError: If it cannot be read, a column is missing, or a row is not as it should be.
        SettingError: If rows without a value are to be failed trials: a benchmark has none.
    """
    reading = reading or Reading()
    if reading.missing == "fail":
        raise SettingError(
            'expected missing="error" or missing="drop": a benchmark needs a value for every '
            'architecture, got missing="fail"'
        )
    columns = Columns(architecture, (value,), test or None, cost or None)
    rows = read_rows(source, columns, measure, reading, also=(INDEX,))
    return _of_rows(rows, columns, measure or ACCURACY)


def _of_rows(rows: Rows, columns: Columns, measure: Measure) -> BenchmarkTable:
    (value,), test, cost = columns.value, columns.test or "", columns.cost or ""
    space = rows.space or find_space(rows.texts, rows.name)
    members = tuple(space.parse(text) for text in rows.texts)
    whole = rows.whole[value]
    raw = dict(zip(members, rows.raw[value].tolist(), strict=True))
    tests = dict(zip(members, _tests(rows, test, whole), strict=True)) if test else {}
    indices = zip(rows.raw[INDEX], members, strict=True) if INDEX in rows.raw else ()
    costs = zip(members, rows.raw[cost].tolist(), strict=True) if cost else ()
    best = max(raw.values(), key=measure.gain)
    return BenchmarkTable(
        value,
        space_of(space, members),
        raw,
        unit_of(measure, whole, best),
        test,
        {a: number for a, number in tests.items() if np.isfinite(number)},
        {int(i): a for i, a in indices if np.isfinite(i)},
        measure,
        cost,
        {a: seconds for a, seconds in costs if np.isfinite(seconds)},
    )


def _hash(rows: object) -> str:
    return hashlib.sha256(repr(rows).encode()).hexdigest()[:16]


def _tests(rows: Rows, test: str, whole: float) -> list[float]:
    """The values on test data in the unit of the others."""
    numbers = rows.raw[test]
    same = rows.whole[test] == whole
    found: list[float] = (numbers if same else numbers / rows.whole[test] * whole).tolist()
    return found


def read_proxies(
    source: Source, table: BenchmarkTable
) -> tuple[tuple[str, ...], dict[Architecture, tuple[float, ...]]]:
    """Read numbers that are known of architectures before any training.

    Args:
        source: A table with a column arch_index and a column for each proxy.
        table: The table that it is joined to, by that column.

    Returns:
        The names of the proxies, and their numbers for each architecture of both tables, in an
        order that is not that of the rows. A proxy that could not be computed (-1e8) counts as
        the lowest one that could.

    Raises:
        DataError: If the file cannot be read, has no such columns or no architecture of the
            table, or a number is missing; or if the table has no column arch_index.
    """
    frame, path = read_frame(source, (INDEX,), ()), name_of(source)
    names = tuple(str(name) for name in frame if name != INDEX)
    if INDEX not in frame or not names or not table.indices:
        raise DataError(
            f"expected a column {INDEX} in {path}, with proxies beside it, and the same column in "
            f"the table of results; {path} has the columns {', '.join(map(str, frame))}"
        )
    frame = frame[frame[INDEX].isin(list(table.indices))]
    numbers = frame[list(names)].apply(pd.to_numeric, errors="coerce")
    if not len(frame) or not np.isfinite(numbers.to_numpy()).all():
        raise DataError(f"expected finite numbers in {path} for architectures of the table")
    lowest = numbers[numbers > NOT_COMPUTABLE].min()
    rows = numbers.where(numbers > NOT_COMPUTABLE, lowest, axis=1).itertuples(index=False)
    members = [table.indices[int(i)] for i in frame[INDEX]]
    known = {a: tuple(map(float, row)) for a, row in zip(members, rows, strict=True)}
    return names, {a: known[a] for a in in_order(_base(table.space), known)}


def _base(space: SearchSpace) -> SearchSpace:
    """The space around a subspace, or the space itself."""
    return space.space if isinstance(space, Subspace) else space
