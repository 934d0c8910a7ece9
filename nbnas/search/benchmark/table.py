"""A table of published results as something to compare strategies on.

Notation
    value    what is measured, such as validation accuracy: all that a strategy sees
    test     the same on test data: looked up afterwards, for incumbents only
    unit     percent or fraction, as the file has it, where `objective` works in fractions; else
             the unit of the measure

References:
    Dong and Yang, NAS-Bench-201, ICLR 2020.
"""

import dataclasses
import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from nbnas.checks import MAPPING, TEXT, each, real, settle, whole
from nbnas.errors import DataError, SettingError
from nbnas.graphs.architecture import Architecture, check_architectures
from nbnas.graphs.space import SPACE, SearchSpace
from nbnas.records import ACCURACY, Fidelities, Goals, Measure
from nbnas.records.fidelities import FIDELITIES
from nbnas.records.measure import MEASURE
from nbnas.search.benchmark.goals.further import (
    COLUMNS,
    FURTHER,
    Further,
    GoalColumn,
    check_complete,
    further_of,
    goals_of,
    measured_of,
)
from nbnas.search.benchmark.reading.fields import fields_of, looks_of
from nbnas.search.benchmark.unit import UNIT, Unit
from nbnas.search.tables.joined import INDEX
from nbnas.search.tables.options import Columns, Reading
from nbnas.search.tables.reading import read_rows
from nbnas.search.tables.source import Source
from nbnas.search.tables.spaces import base_of, find_space, space_of
from nbnas.search.tables.tabular import TabularObjective

_MAPPING = MAPPING.raising(DataError)
_NUMBERS = each(real()).raising(DataError)
_SECONDS = each(real(0)).raising(DataError)
_COLUMNS = ("values", "tests", "indices", "costs", "parameters")


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
        fidelities: How far trainings may go, where the table knows several lengths.
        looks: The values after each smaller number of epochs, in the unit of the file. An
            architecture that one of them lacks has a training that fails there.
        parameters: The number of trainable weights, where it is known; read with looks only.
        further: Further goals that strategies are to serve, with a number for each architecture.
        classes: Number of classes of an accuracy, which chance is one of; 0 where nobody said.
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
    fidelities: Fidelities | None = None
    looks: Mapping[int, Mapping[Architecture, float]] = field(default_factory=dict)
    parameters: Mapping[Architecture, int] = field(default_factory=dict)
    further: tuple[Further, ...] = ()
    classes: int = 0

    def __post_init__(self) -> None:
        settle(self, value=TEXT, space=SPACE, unit=UNIT, test=TEXT, measure=MEASURE, cost=TEXT)
        settle(self, fidelities=FIDELITIES.optional, further=FURTHER, classes=whole(0))
        for name in (*_COLUMNS, "looks"):
            _MAPPING(name, getattr(self, name))
        looks = {epochs: _MAPPING("looks", column) for epochs, column in self.looks.items()}
        check_architectures(looks=[a for column in looks.values() for a in column])
        check_architectures(values=[*self.values], tests=[*self.tests], costs=[*self.costs])
        check_architectures(indices=[*self.indices.values()])
        _NUMBERS("values", tuple(self.values.values()))
        _SECONDS("costs", tuple(self.costs.values()))
        if not self.values:
            raise DataError("expected at least one architecture with a value, got none")
        for name in _COLUMNS:
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))
        frozen = {epochs: MappingProxyType(dict(column)) for epochs, column in looks.items()}
        object.__setattr__(self, "looks", MappingProxyType(frozen))
        check_complete(self.values, self.further, self.fidelities)
        if self.fidelities is not None or looks:
            _ = self.objective  # it checks that there is a column for each length, and no other

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
        looks = {
            epochs: {str(a): value / self.unit.whole for a, value in column.items()}
            for epochs, column in self.looks.items()
        }
        return TabularObjective(
            self.value,
            values,
            costs=costs,
            measure=self.measure,
            fidelities=self.fidelities,
            looks=looks,
            parameters={str(a): number for a, number in self.parameters.items()},
            measured=measured_of(self.further, self.values) if self.further else {},
        )

    @property
    def goals(self) -> Goals | None:
        """What strategies are to serve; `None` where that is the value alone."""
        return goals_of(self.measure, self.objective, self.further) if self.further else None

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
            space=space_of(base_of(self.space), kept),
            values={a: self.values[a] for a in kept},
            tests={a: self.tests[a] for a in kept if a in self.tests},
            indices={i: a for i, a in self.indices.items() if a in members},
            costs={a: self.costs[a] for a in kept if a in self.costs},
            looks={e: {a: c[a] for a in kept if a in c} for e, c in self.looks.items()},
            parameters={a: self.parameters[a] for a in kept if a in self.parameters},
            further=tuple(one.of(kept) for one in self.further),
        )

    def fingerprint(self) -> dict[str, str]:
        """Names of the columns and a hash of what they hold; the name of the file may change.

        What is measured is in it too, if it is no accuracy, and the training times and looks, if
        known.
        """
        rows = sorted((str(a), v, self.tests.get(a)) for a, v in self.values.items())
        said = {"value": self.value, "test": self.test, "content": _hash(rows)}
        if self.measure != ACCURACY:
            said["measure"] = repr(self.measure)
        if self.cost:
            times = sorted((str(a), seconds) for a, seconds in self.costs.items())
            said["cost"] = f"{self.cost} {_hash(times)}"
        if self.fidelities is not None:
            looks = {e: sorted((str(a), v) for a, v in c.items()) for e, c in self.looks.items()}
            sizes = sorted((str(a), number) for a, number in self.parameters.items())
            said["fidelities"] = f"{self.fidelities!r} {_hash((sorted(looks.items()), sizes))}"
        said |= {f"goal {n}": one.said for n, one in enumerate(self.further, 2)}
        return said | ({"classes": str(self.classes)} if self.further else {})


def read_table(
    source: Source,
    *,
    architecture: str | Sequence[str],
    value: str,
    test: str = "",
    cost: str = "",
    measure: Measure | None = None,
    reading: Reading | None = None,
    also: Sequence[GoalColumn] = (),
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
        reading: How the table is read; with fidelities and the columns of its looks, runs are
            compared by what their trainings cost.
        also: Columns of further goals; with them runs are compared by the hypervolume of what they
            found.

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
    also = COLUMNS("also", also)
    goals = (*reading.measured, *(one.column for one in also))
    reading = dataclasses.replace(reading, measured=goals)
    rows = read_rows(source, columns, measure, reading, also=(INDEX,))
    space = rows.space or find_space(rows.texts, rows.name)
    members = tuple(space.parse(text) for text in rows.texts)
    table = BenchmarkTable(**fields_of(rows, columns, measure or ACCURACY, space, members))
    further = further_of(rows, members, also, reading.missing)
    if any(len(one.values) < len(members) for one in further):
        table = table.restrict(set.intersection(*(set(one.values) for one in further)))
    further = tuple(one.of(table.values) for one in further)
    looks = looks_of(rows, members, table.unit.whole, reading)
    return dataclasses.replace(table, **looks, further=further)


def _hash(rows: object) -> str:
    return hashlib.sha256(repr(rows).encode()).hexdigest()[:16]
