"""An objective that looks evaluations up in a table, and plays recorded trainings again.

Notation
    run    one training of an architecture; a table may hold several, which differ in their seeds
"""

import hashlib
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from types import MappingProxyType
from typing import Any, Unpack

import numpy as np

from nbnas.checks import REAL, TEXT, Rule, real, settle
from nbnas.errors import DataError
from nbnas.graphs.architecture import ARCHITECTURE, Architecture
from nbnas.graphs.space import SearchSpace
from nbnas.records import ACCURACY, EpochReport, Evaluation, Measure
from nbnas.records.evaluation import Measured
from nbnas.records.measure import MEASURE
from nbnas.search.recorded import RecordedTraining
from nbnas.search.tables.columns import best_of, check_bounds, fields_of
from nbnas.search.tables.notations import AS_WRITTEN
from nbnas.search.tables.options import Columns, Options, Reading
from nbnas.search.tables.reading import read_rows
from nbnas.search.tables.source import Source
from nbnas.search.tables.spaces import find_space, space_of

Curve = tuple[EpochReport, ...]
_BY_TEXT: Rule[Mapping[str, Any]] = Rule(
    "a dictionary by the texts of architectures",
    lambda column: isinstance(column, Mapping) and all(isinstance(text, str) for text in column),
    lambda column: MappingProxyType(dict(column)),
    DataError,
)
_CURVES = replace(_BY_TEXT, settled=lambda column: column)  # they may be read when asked for
_NUMBERS: Rule[Mapping[str, Any]] = Rule(
    "a dictionary of numbers by the texts of architectures",
    lambda column: _BY_TEXT.accepts(column) and all(map(REAL.accepts, column.values())),
    _BY_TEXT.settled,
    DataError,
)


@dataclass(frozen=True, slots=True, eq=False)
class TabularObjective:
    """Looks evaluations up in a table of published results.

    The search sees the value only; the value on test data is asked for by `test`. Where the table
    holds learning curves, a training is played again as if it were under way.

    Args:
        name: What the table is called.
        values: What was measured, by the architecture's text, in the unit of the measure; NaN for
            a trial that fails.
        tests: The same on test data, where the table has it.
        costs: Seconds of training, where the table has it.
        curves: The reports of the epochs, where the table has them.
        parameters: Number of trainable weights, where the table has it.
        multiply_adds: Number of multiply-adds for one image, where the table has it.
        truths: The values by which regret is told, such as the mean of several runs where
            `values` are those of one; `values` if it is empty.
        pace: Seconds to wait for each second that a training took: 1 for its real speed, 0 for at
            once.
        measure: What the values are, and which way is better; validation accuracy by default.
        measured: Further measures by the architecture's text, each by its name.

    Raises:
        DataError: If the table is empty, a column is no dictionary of numbers, or a value is
            outside the bounds of the measure.
        SettingError: If the pace is no number of at least 0, or another part has another type.
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
    measure: Measure = ACCURACY
    measured: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        settle(self, name=TEXT, curves=_CURVES, pace=real(0), measure=MEASURE, measured=_BY_TEXT)
        settle(self, values=_NUMBERS, tests=_NUMBERS, costs=_NUMBERS, truths=_NUMBERS)
        settle(self, parameters=_NUMBERS, multiply_adds=_NUMBERS)
        if not self.values:
            raise DataError(f"expected at least one architecture in table {self.name!r}, got none")
        measured = {text: Measured(numbers) for text, numbers in self.measured.items()}
        object.__setattr__(self, "measured", MappingProxyType(measured))
        for column in (self.values, self.tests, self.truths):
            check_bounds(self.name, column, self.measure)

    def __repr__(self) -> str:
        return f"TabularObjective({self.name!r}, {len(self.values):,} architectures)"

    def __reduce__(self) -> tuple[type["TabularObjective"], tuple[object, ...]]:
        """How it goes to another process: read-only views of dictionaries cannot be pickled."""
        values = (getattr(self, f.name) for f in fields(self))
        return type(self), tuple(dict(v) if isinstance(v, MappingProxyType) else v for v in values)

    @classmethod
    def from_table(
        cls,
        source: Source,
        *,
        value: str | Sequence[str],
        architecture: str | Sequence[str] = "arch_str",
        test: str | None = None,
        cost: str | None = None,
        measure: Measure | None = None,
        **options: Unpack[Options],
    ) -> "TabularObjective":
        """Read a table with one architecture a row.

        Args:
            source: The path of a file, packed (gzip, bzip2, xz, zip, Zstandard) or not: CSV with
                any separator and decimal mark, JSON, JSON lines, or Parquet where pyarrow is
                installed; or a pandas DataFrame.
            value: Column of the values, or the columns of several runs, whose mean over those that
                are there is the value. Of fractions, percent and percent signs are understood.
            architecture: Column of the architectures; or the two columns of matrices and
                operations, as in NAS-Bench-101.
            test: Column of the values on test data.
            cost: Column of the seconds that a training takes.
            measure: What the values are, and which way is better; validation accuracy by default.
            **options: Any of `Reading`: `measured`, `notation`, `unit`, `missing`, `repeated`,
                `run`, `curve`, `parameters`, `multiply_adds`, `pace`.

        Returns:
            The objective. The order of the rows changes nothing.

        Raises:
            DataError: If the table cannot be read, a column is missing, or a row is not as it
                should be; the message names the row and says what to do.
            SettingError: If there is no such option or run.

        Example:
            >>> import pandas as pd
            >>> cell = "|none~0|+|none~0|none~1|+|none~0|none~1|nor_conv_3x3~2|"
            >>> frame = pd.DataFrame({"arch": [cell], "loss": ["0,7"], "ms": [3.2]})
            >>> loss = Measure("loss", maximize=False, lower=0)
            >>> objective = TabularObjective.from_table(
            ...     frame, architecture="arch", value="loss", measure=loss, measured=("ms",)
            ... )
            >>> objective.optimum, objective.measured[cell]
            (0.7, {'ms': 3.2})
        """
        columns = Columns(architecture, value, test, cost)
        reading = Reading.of(options)
        rows = read_rows(source, columns, measure, reading)
        return cls(**fields_of(rows, columns, reading, measure or ACCURACY))

    @classmethod
    def from_csv(cls, path: Source, **columns: Any) -> "TabularObjective":  # noqa: ANN401
        """Read a table as `from_table` does; deprecated.

        Texts of architectures are taken as they are written, and rows without a value are failed
        trials, as before.
        """
        warnings.warn(
            "TabularObjective.from_csv is deprecated: use TabularObjective.from_table, which "
            "takes the same names",
            DeprecationWarning,
            stacklevel=2,
        )
        return cls.from_table(path, **{"notation": AS_WRITTEN, "missing": "fail", **columns})

    def __call__(self, architecture: Architecture, seed: int = 0) -> Evaluation:
        """Look the evaluation up, without waiting.

        Raises:
            DataError: If the table has no value for the architecture.
        """
        text = str(ARCHITECTURE("architecture", architecture))
        return Evaluation(
            architecture,
            self._find(self.values, architecture),
            seconds=self.costs.get(text, 0.0),
            seed=seed,
            parameters=self.parameters.get(text),
            multiply_adds=self.multiply_adds.get(text),
            reports=self.curves.get(text, ()),
            measured=self.measured.get(text, {}),
            measure=self.measure,
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
        """Look the value on test data up.

        Raises:
            DataError: If the table has none for the architecture.
        """
        return self._find(self.tests, architecture)

    @property
    def optimum(self) -> float:
        """The best of `values`: the highest, or the lowest where lower is better."""
        return best_of(self.values, self.measure)

    @property
    def space(self) -> SearchSpace:
        """The search space that holds exactly the architectures of the table.

        It is made anew each time. Members are in an order of their own: the rows' order in a file
        changes nothing.

        Raises:
            DataError: If none of nbnas's spaces understands them.
        """
        texts = sorted(self.values)
        space = find_space(texts, f"table {self.name!r}")
        return space_of(space, {space.parse(text) for text in texts})

    def regret(self, architecture: Architecture) -> float:
        """How far an architecture is from the best of the table, by `truths`; at least 0.

        Raises:
            DataError: If the table has no value for the architecture.
        """
        truths, gain = self.truths or self.values, self.measure.gain
        return gain(best_of(truths, self.measure)) - gain(self._find(truths, architecture))

    def fingerprint(self) -> dict[str, str]:
        """The table's name, a hash of its values, and what is measured if it is no accuracy.

        The order of the rows changes nothing, and neither does the pace.
        """
        content = repr(sorted(self.values.items())).encode()
        said = {"table": self.name, "content": hashlib.sha256(content).hexdigest()[:16]}
        return said if self.measure == ACCURACY else {**said, "measure": repr(self.measure)}

    def _find(self, column: Mapping[str, float], architecture: Architecture) -> float:
        value = column.get(str(ARCHITECTURE("architecture", architecture)))
        if value is None or not np.isfinite(value):
            raise DataError(f"table {self.name!r} has no such value for {architecture}")
        return float(value)
