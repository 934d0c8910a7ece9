"""An objective that looks evaluations up in a table, and plays recorded trainings again.

Notation
    run    one training of an architecture; a table may hold several, which differ in their seeds
"""

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from os import PathLike
from types import MappingProxyType

import numpy as np

from nbnas.errors import DataError, SettingError
from nbnas.graphs.architecture import Architecture
from nbnas.records import EpochReport, Evaluation
from nbnas.search.recorded import RecordedTraining
from nbnas.search.tables.csv import (
    file_name,
    fractions,
    mean_of_known,
    read_columns,
    reports,
)

Curve = tuple[EpochReport, ...]


@dataclass(frozen=True, slots=True, eq=False)
class TabularObjective:
    """Looks evaluations up in a table of published results.

    The search sees validation accuracy only; test accuracy is asked for by `test`. Where the table
    holds learning curves, a training is played again as if it were under way.

    Args:
        name: What the table is called.
        values: Validation accuracy, a fraction, by the architecture's text.
        tests: Test accuracy, where the table has it.
        costs: Seconds of training, where the table has it.
        curves: The reports of the epochs, where the table has them.
        parameters: Number of trainable weights, where the table has it.
        multiply_adds: Number of multiply-adds for one image, where the table has it.
        truths: The validation accuracy by which regret is told, such as the mean of several runs
            where `values` are those of one; `values` if it is empty.
        pace: Seconds to wait for each second that a training took: 1 for its real speed, 0 for at
            once.

    Raises:
        DataError: If the table is empty.
        SettingError: If the pace is no number of at least 0.
    """

    name: str
    values: Mapping[str, float]
    tests: Mapping[str, float] = field(default_factory=dict)
    costs: Mapping[str, float] = field(default_factory=dict)
    curves: Mapping[str, Curve] = field(default_factory=dict)
    parameters: Mapping[str, int] = field(default_factory=dict)
    multiply_adds: Mapping[str, int] = field(default_factory=dict)
    truths: Mapping[str, float] = field(default_factory=dict)
    pace: float = 0.0

    def __post_init__(self) -> None:
        if not self.values:
            raise DataError(f"expected at least one architecture in table {self.name!r}, got none")
        if not 0 <= self.pace < math.inf:
            raise SettingError(f"expected a pace of at least 0 (at once), got {self.pace!r}")
        for name in ("values", "tests", "costs", "parameters", "multiply_adds", "truths"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    def __repr__(self) -> str:
        return f"TabularObjective({self.name!r}, {len(self.values):,} architectures)"

    def __reduce__(self) -> tuple[type["TabularObjective"], tuple[object, ...]]:
        """How it goes to another process: read-only views of dictionaries cannot be pickled."""
        values = (getattr(self, f.name) for f in fields(self))
        return type(self), tuple(dict(v) if isinstance(v, MappingProxyType) else v for v in values)

    @classmethod
    def from_csv(
        cls,
        path: str | PathLike[str],
        *,
        architecture: str = "arch_str",
        value: str | Sequence[str],
        test: str | None = None,
        cost: str | None = None,
        run: int | None = None,
        curve: Sequence[str] = (),
        parameters: str | None = None,
        multiply_adds: str | None = None,
        pace: float = 0.0,
    ) -> "TabularObjective":
        """Read a table with one architecture a row; gzip is understood.

        Args:
            path: A CSV file with a header.
            architecture: Column of the architecture's text.
            value: Column of the validation accuracy, or the columns of several runs, whose mean
                over those that are there is the value. Columns with numbers above 1 are taken as
                percent.
            test: Column of the test accuracy.
            cost: Column of the seconds that a training takes.
            run: Which of several columns is the value, from 0; regret is told by their mean.
            curve: Columns of the validation accuracy after each epoch, in order.
            parameters: Column of the number of trainable weights.
            multiply_adds: Column of the number of multiply-adds for one image.
            pace: As for the class.

        Returns:
            The objective.

        Raises:
            DataError: If the file cannot be read, a column is missing, or an architecture stands
                in it twice.
            SettingError: If there is no such run.
        """
        runs = (value,) if isinstance(value, str) else tuple(value)
        if not runs or (run is not None and run not in range(len(runs))):
            raise SettingError(
                f"expected columns of values and a run from 0 to {len(runs) - 1}, or None for "
                f"their mean; got value={value!r} and run={run!r}"
            )
        others = [c for c in (test, cost, parameters, multiply_adds) if c is not None]
        table = read_columns(path, [architecture, *runs, *curve, *others], architecture)
        texts = list(table[architecture].astype(str))

        def column(name: str | None) -> dict[str, float]:
            return {} if name is None else dict(zip(texts, table[name].astype(float), strict=True))

        def counts(name: str | None) -> dict[str, int]:
            return {text: round(n) for text, n in column(name).items() if math.isfinite(n)}

        accuracies = fractions(table, runs)  # (n, number of runs)
        means = dict(zip(texts, mean_of_known(accuracies).tolist(), strict=True))
        values = (
            means if run is None else dict(zip(texts, accuracies[:, run].tolist(), strict=True))
        )
        costs = column(cost)
        return cls(
            f"{runs[0] if run is None else runs[run]} of {file_name(path)}",
            values,
            dict(zip(texts, fractions(table, [test])[:, 0].tolist(), strict=True)) if test else {},
            costs,
            reports(texts, fractions(table, curve), costs) if curve else {},
            counts(parameters),
            counts(multiply_adds),
            means if run is not None else {},
            pace,
        )

    def __call__(self, architecture: Architecture, seed: int = 0) -> Evaluation:
        """Look the evaluation up, without waiting.

        Raises:
            DataError: If the table has no value for the architecture.
        """
        text = str(architecture)
        return Evaluation(
            architecture,
            self._find(self.values, architecture),
            seconds=self.costs.get(text, 0.0),
            seed=seed,
            parameters=self.parameters.get(text),
            multiply_adds=self.multiply_adds.get(text),
            reports=self.curves.get(text, ()),
        )

    def start(self, architecture: Architecture, seed: int = 0) -> RecordedTraining:
        """Play the architecture's training again, at the table's `pace`.

        Args:
            architecture: An architecture of the table.
            seed: What the evaluation says of its seed; the table decides what it holds.

        Returns:
            The training, before its first epoch; iterate or run it.

        Raises:
            DataError: If the table has no value for the architecture.
        """
        return RecordedTraining(self(architecture, seed), self.pace)

    def test(self, architecture: Architecture, seed: int = 0) -> float:
        """Look the test accuracy up.

        Raises:
            DataError: If the table has none for the architecture.
        """
        return self._find(self.tests, architecture)

    @property
    def optimum(self) -> float:
        """The highest validation accuracy in the table, of `values`."""
        return float(np.nanmax(list(self.values.values())))

    def regret(self, architecture: Architecture) -> float:
        """How far an architecture is below the best of the table, by `truths`; at least 0.

        Raises:
            DataError: If the table has no value for the architecture.
        """
        truths = self.truths or self.values
        return float(np.nanmax(list(truths.values()))) - self._find(truths, architecture)

    def fingerprint(self) -> dict[str, str]:
        """The table's name and a hash of its validation accuracies; pace changes nothing."""
        content = repr(sorted(self.values.items())).encode()
        return {"table": self.name, "content": hashlib.sha256(content).hexdigest()[:16]}

    def _find(self, column: Mapping[str, float], architecture: Architecture) -> float:
        value = column.get(str(architecture))
        if value is None or not np.isfinite(value):
            raise DataError(f"table {self.name!r} has no such value for {architecture}")
        return float(value)
