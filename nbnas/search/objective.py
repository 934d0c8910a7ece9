"""What is maximised: the protocol of an objective, and one that looks values up in a table."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from os import PathLike
from types import MappingProxyType
from typing import Protocol, runtime_checkable

import numpy as np
import pandas as pd

from nbnas.errors import DataError
from nbnas.graphs.architecture import Architecture
from nbnas.records import Evaluation


@runtime_checkable
class Objective(Protocol):
    """Evaluates architectures: any callable with this signature is one, a plain function too.

    It may offer more: `fingerprint() -> dict[str, str]` (what a study remembers of it),
    `test(architecture, seed) -> float` (the accuracy on held-out data) and
    `start(architecture, seed)` (a live `Training` with a `run()`; one that can be iterated over
    its epochs, with `stop()` and `evaluation`, lets a search pause and stop between two of them).
    """

    def __call__(self, architecture: Architecture, seed: int = 0) -> Evaluation:
        """Evaluate one architecture; an exception makes the trial a failed one."""


@dataclass(frozen=True, slots=True, eq=False)
class TabularObjective:
    """Looks evaluations up in a table of published results.

    The search sees validation accuracy only; test accuracy is asked for by `test`.

    Args:
        name: What the table is called.
        values: Validation accuracy, a fraction, by the architecture's text.
        tests: Test accuracy, where the table has it.
        costs: Seconds of training, where the table has it.
    """

    name: str
    values: Mapping[str, float]
    tests: Mapping[str, float] = field(default_factory=dict)
    costs: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.values:
            raise DataError(f"expected at least one architecture in table {self.name!r}, got none")
        for field_name in ("values", "tests", "costs"):
            frozen = MappingProxyType(dict(getattr(self, field_name)))
            object.__setattr__(self, field_name, frozen)

    def __repr__(self) -> str:
        return f"TabularObjective({self.name!r}, {len(self.values):,} architectures)"

    @classmethod
    def from_csv(
        cls,
        path: str | PathLike[str],
        *,
        architecture: str = "arch_str",
        value: str,
        test: str | None = None,
        cost: str | None = None,
    ) -> "TabularObjective":
        """Read a table with one architecture a row; gzip is understood.

        Args:
            path: A CSV file with a header.
            architecture: Column of the architecture's text.
            value: Column of the validation accuracy. A column with numbers above 1 is taken as
                percent.
            test: Column of the test accuracy.
            cost: Column of the seconds that a training takes.

        Returns:
            The objective.

        Raises:
            DataError: If the file cannot be read, a column is missing, or an architecture stands
                in it twice.
        """
        columns = [c for c in (architecture, value, test, cost) if c is not None]
        table = _read_columns(path, columns, architecture)
        texts = table[architecture].astype(str)

        def accuracies(column: str | None) -> dict[str, float]:
            return (
                {} if column is None else dict(zip(texts, _fraction(table[column]), strict=True))
            )

        costs = {} if cost is None else dict(zip(texts, table[cost].astype(float), strict=True))
        return cls(f"{value} of {_file_name(path)}", accuracies(value), accuracies(test), costs)

    def __call__(self, architecture: Architecture, seed: int = 0) -> Evaluation:
        """Look the validation accuracy up.

        Raises:
            DataError: If the table has no value for the architecture.
        """
        value = self._find(self.values, architecture)
        return Evaluation(
            architecture, value, seconds=self.costs.get(str(architecture), 0.0), seed=seed
        )

    def test(self, architecture: Architecture, seed: int = 0) -> float:
        """Look the test accuracy up.

        Raises:
            DataError: If the table has none for the architecture.
        """
        return self._find(self.tests, architecture)

    @property
    def optimum(self) -> float:
        """The highest validation accuracy in the table."""
        return float(np.nanmax(list(self.values.values())))

    def fingerprint(self) -> dict[str, str]:
        """The table's name and a hash of its validation accuracies."""
        content = repr(sorted(self.values.items())).encode()
        return {"table": self.name, "content": hashlib.sha256(content).hexdigest()[:16]}

    def _find(self, column: Mapping[str, float], architecture: Architecture) -> float:
        value = column.get(str(architecture))
        if value is None or not np.isfinite(value):
            raise DataError(f"table {self.name!r} has no such value for {architecture}")
        return float(value)


def _read_columns(path: str | PathLike[str], columns: list[str], key: str) -> pd.DataFrame:
    try:
        table = pd.read_csv(path)
    except (OSError, ValueError) as error:
        raise DataError(f"expected a readable CSV file at {path}: {error}") from error
    missing = [c for c in columns if c not in table]
    if missing:
        has = ", ".join(map(str, table))
        raise DataError(f"{path} has no column {', '.join(missing)}; its columns are {has}")
    doubled = table[key][table[key].duplicated()]
    if len(doubled):
        raise DataError(
            f"{path}: {len(doubled)} architectures stand twice, such as {doubled.iloc[0]}"
        )
    return table[columns]


def _fraction(column: "pd.Series[float]") -> list[float]:
    numbers = column.astype(float)
    return list(numbers / 100 if numbers.max() > 1 else numbers)


def _file_name(path: str | PathLike[str]) -> str:
    return str(path).replace("\\", "/").rpartition("/")[2]
