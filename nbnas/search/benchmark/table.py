"""A table of published results as something to compare strategies on.

Notation
    value    validation accuracy: all that a strategy sees
    test     test accuracy: looked up afterwards, for incumbents only
    unit     percent or fraction, as the file has it; `objective` works in fractions

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

from nbnas.errors import ArchitectureError, DataError
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.space import SearchSpace
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.graphs.spaces.chain.space import ChainSpace
from nbnas.graphs.spaces.cnn.space import CnnSpace
from nbnas.graphs.spaces.dag.space import DagSpace
from nbnas.graphs.spaces.recurrent.space import RecurrentSpace
from nbnas.graphs.spaces.subspace import Subspace
from nbnas.search.tables.tabular import TabularObjective

SPACES: tuple[SearchSpace, ...] = (
    *(CellSpace(), DagSpace(), ChainSpace(depth=(1, 20)), CnnSpace(), RecurrentSpace()),
)
TRIED = 20  # rows that decide which space a table is about
INDEX = "arch_index"  # the column that joins tables of the same architectures
NOT_COMPUTABLE = -1e8  # what NAS-Bench-Suite-Zero writes for a proxy that has no value


@dataclass(frozen=True, slots=True)
class Unit:
    """The unit of a column of accuracies.

    Attributes:
        name: "percent" or "fraction".
        whole: What 100 % is in it.
        difference: The unit of a difference.
        digits: Digits after the point that are worth printing.
    """

    name: str
    whole: float
    difference: str
    digits: int


PERCENT = Unit("percent", 100.0, "percentage points", 2)
FRACTION = Unit("fraction", 1.0, "as a fraction", 4)


@dataclass(frozen=True, slots=True, eq=False)
class BenchmarkTable:
    """Architectures with their validation and, where known, test accuracy.

    Attributes:
        value: Name of the column of validation accuracies.
        space: The search space that holds exactly the architectures of the table.
        values: Validation accuracy of each, in the unit of the file.
        unit: That unit.
        test: Name of the column of test accuracies; empty where there is none.
        tests: Test accuracy of each that has one, in the unit of the file.
        indices: The architectures by the file's column arch_index, where it has one.
    """

    value: str
    space: SearchSpace
    values: Mapping[Architecture, float]
    unit: Unit
    test: str = ""
    tests: Mapping[Architecture, float] = field(default_factory=dict)
    indices: Mapping[int, Architecture] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("values", "tests", "indices"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    def __repr__(self) -> str:
        best = f"best {self.value} {self.best:g} ({self.unit.name})"
        return f"BenchmarkTable({len(self.values):,} architectures of {self.space}, {best})"

    @property
    def best(self) -> float:
        """The highest validation accuracy, in the unit of the file."""
        return max(self.values.values())

    @property
    def objective(self) -> TabularObjective:
        """What strategies are shown: validation accuracy as a fraction, and no test accuracy."""
        values = {str(a): value / self.unit.whole for a, value in self.values.items()}
        return TabularObjective(self.value, values)

    def restrict(self, members: Collection[Architecture]) -> "BenchmarkTable":
        """The table of some of its architectures.

        Raises:
            DataError: If none of them is in the table.
        """
        kept = tuple(a for a in self.values if a in members)
        if not kept:
            raise DataError("expected architectures that the table holds, but it has none of them")
        base = self.space.space if isinstance(self.space, Subspace) else self.space
        return dataclasses.replace(
            self,
            space=_space_of(base, kept),
            values={a: self.values[a] for a in kept},
            tests={a: self.tests[a] for a in kept if a in self.tests},
            indices={i: a for i, a in self.indices.items() if a in members},
        )

    def fingerprint(self) -> dict[str, str]:
        """Names of the columns and a hash of what they hold; the name of the file may change."""
        rows = sorted((str(a), v, self.tests.get(a)) for a, v in self.values.items())
        content = hashlib.sha256(repr(rows).encode()).hexdigest()[:16]
        return {"value": self.value, "test": self.test, "content": content}


def read_table(path: str, *, architecture: str, value: str, test: str = "") -> BenchmarkTable:
    """Read a table with one architecture a row; gzip is understood.

    Args:
        path: A CSV file with a header.
        architecture: Column of the architecture's text, in the notation of one of `SPACES`.
        value: Column of the validation accuracy, which is maximised. A column with numbers above 1
            is taken as percent. Rows without a number in it are left out.
        test: Column of the test accuracy; empty for none.

    Returns:
        The table. Its space is a `Subspace` where it does not hold every architecture of a space.

    Raises:
        DataError: If the file cannot be read, a column is missing, an architecture stands in it
            twice, or no space understands the architectures.
    """
    try:
        read = TabularObjective.from_csv(
            path, architecture=architecture, value=value, test=test or None
        )
    except DataError:
        raise
    except ValueError as error:
        raise DataError(
            f"expected numbers in the columns of accuracies of {path}: {error}"
        ) from error
    frame = pd.read_csv(path)
    frame = frame[np.isfinite(frame[value].astype(float))]
    if not len(frame):
        raise DataError(f"expected at least one number in column {value} of {path}, got none")
    texts = [str(text) for text in frame[architecture]]
    base, members = _parse_all(texts, f"column {architecture} of {path}")
    raw = dict(zip(members, map(float, frame[value]), strict=True))
    tests = dict(zip(members, map(float, frame[test]), strict=True)) if test else {}
    known = {a: number for a, number in tests.items() if np.isfinite(number)}
    indices = dict(zip(map(int, frame[INDEX]), members, strict=True)) if INDEX in frame else {}
    unit = PERCENT if max(raw.values()) > max(read.values.values()) else FRACTION
    return BenchmarkTable(value, _space_of(base, members), raw, unit, test, known, indices)


def read_proxies(
    path: str, table: BenchmarkTable
) -> tuple[tuple[str, ...], dict[Architecture, tuple[float, ...]]]:
    """Read numbers that are known of architectures before any training.

    Args:
        path: A CSV file with a column arch_index and a column for each proxy.
        table: The table that it is joined to, by that column.

    Returns:
        The names of the proxies, and their numbers for each architecture of both tables. A proxy
        that could not be computed (-1e8) counts as the lowest one that could.

    Raises:
        DataError: If the file cannot be read, has no such columns or no architecture of the
            table, or a number is missing; or if the table has no column arch_index.
    """
    frame = _read(path)
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
    return names, {a: tuple(map(float, row)) for a, row in zip(members, rows, strict=True)}


def _read(path: str) -> pd.DataFrame:
    try:
        return pd.read_csv(path)
    except (OSError, ValueError) as error:
        raise DataError(f"expected a readable CSV file at {path}: {error}") from error


def _parse_all(texts: Sequence[str], where: str) -> tuple[SearchSpace, tuple[Architecture, ...]]:
    """The space that understands the first rows, and all rows as its architectures."""
    space = _space_for(texts[:TRIED], where)
    members = []
    for number, text in enumerate(texts, 1):
        try:
            members.append(space.parse(text))
        except ArchitectureError as error:
            raise DataError(
                f"{where}, value {number}: no architecture of {space}: {error}"
            ) from error
    if len(set(members)) < len(members):
        raise DataError(f"{where}: {len(members) - len(set(members))} architectures stand twice")
    return space, tuple(members)


def _space_for(texts: Sequence[str], where: str) -> SearchSpace:
    said = []
    for space in SPACES:
        try:
            for text in texts:
                space.parse(text)
        except ArchitectureError as error:
            said.append(f"{type(space).__name__}: {error!s:.150}")
        else:
            return space
    raise DataError(f"{where}: no search space understands its first rows ({'; '.join(said)})")


def _space_of(base: SearchSpace, members: Sequence[Architecture]) -> SearchSpace:
    """The space itself where the members are all of it."""
    return base if base.size == len(members) else Subspace(base, tuple(members))
