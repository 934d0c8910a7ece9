"""An objective that looks evaluations up in a table, and plays recorded trainings again.

Notation
    run    one training of an architecture; a table may hold several, which differ in their seeds
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType

import numpy as np

from nbnas.checks import TEXT, real, settle
from nbnas.errors import DataError, SettingError
from nbnas.graphs.architecture import ARCHITECTURE, Architecture
from nbnas.graphs.space import SearchSpace
from nbnas.kept import Kept
from nbnas.records import ACCURACY, Evaluation, Fidelities, Measure, MeasuredBy
from nbnas.records.evaluation import Measured
from nbnas.records.fidelities import FIDELITIES
from nbnas.records.measure import MEASURE
from nbnas.search.recorded import RecordedTraining
from nbnas.search.tables.columns import (
    BY_TEXT,
    CURVES,
    NUMBERS,
    best_of,
    check_bounds,
    column_of,
    measured_beforehand,
)
from nbnas.search.tables.looks import (
    Curve,
    Looks,
    check_looks,
    curve_of_look,
    fingerprint_of,
    look_at,
)
from nbnas.search.tables.read import FromTable
from nbnas.search.tables.spaces import find_space, space_of


@dataclass(frozen=True, slots=True, eq=False)
class TabularObjective(FromTable):
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
        fidelities: The lengths of training that can be asked for, where there are several.
        looks: The values after fewer epochs than all, by the number of these; those of `curves`
            where one is absent.

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
    fidelities: Fidelities | None = None
    looks: Looks = field(default_factory=dict)
    kept: Kept = field(default_factory=lambda: Kept(1), repr=False, compare=False)

    def __post_init__(self) -> None:
        settle(self, name=TEXT, curves=CURVES, pace=real(0), measure=MEASURE, measured=BY_TEXT)
        settle(self, values=NUMBERS, tests=NUMBERS, costs=NUMBERS, truths=NUMBERS)
        settle(self, parameters=NUMBERS, multiply_adds=NUMBERS, fidelities=FIDELITIES.optional)
        if not self.values:
            raise DataError(f"expected at least one architecture in table {self.name!r}, got none")
        measured = {text: Measured(numbers) for text, numbers in self.measured.items()}
        object.__setattr__(self, "measured", MappingProxyType(measured))
        for column in (self.values, self.tests, self.truths):
            check_bounds(self.name, column, self.measure)
        looks = check_looks(self.name, self.fidelities, self.looks, self.curves, of=self.measure)
        object.__setattr__(self, "looks", MappingProxyType(looks))

    def __repr__(self) -> str:
        return f"TabularObjective({self.name!r}, {len(self.values):,} architectures)"

    def __reduce__(self) -> tuple[type["TabularObjective"], tuple[object, ...]]:
        """How it goes to another process: read-only views of dictionaries cannot be pickled."""
        return type(self), tuple(_unfrozen(getattr(self, f.name)) for f in fields(self))

    def __call__(
        self, architecture: Architecture, seed: int = 0, epochs: int | None = None
    ) -> Evaluation:
        """Look the evaluation up, without waiting.

        Args:
            architecture: An architecture of the table.
            seed: What the evaluation says of its seed; the table decides what it holds.
            epochs: How far the training goes, see `fidelities`; all the way by default.

        Raises:
            DataError: If the table has no value for the architecture.
            SettingError: If it has no trainings that go just so far.
        """
        text = str(ARCHITECTURE("architecture", architecture))
        part, curve = self.cost(architecture, epochs), self.curves.get(text, ())
        full = part == 1
        return Evaluation(
            architecture,
            self._find(self.values, architecture) if full else self._look(architecture, epochs),
            seconds=part * self.costs.get(text, 0.0),
            seed=seed,
            parameters=self.parameters.get(text),
            multiply_adds=self.multiply_adds.get(text),
            reports=curve if full else curve_of_look(curve, epochs or 0),
            measured=self.measured.get(text, {}) if full else {},
            measure=self.measure,
            epochs=None if full else epochs,
        )

    def start(
        self, architecture: Architecture, seed: int = 0, epochs: int | None = None
    ) -> RecordedTraining:
        """Play the architecture's training again, at the table's `pace`; as for a call.

        Returns:
            The training, before its first epoch; iterate or run it.

        Raises:
            DataError: If the table has no value for the architecture.
            SettingError: If it has no trainings that go just so far.
        """
        return RecordedTraining(self(architecture, seed, epochs), self.pace)

    def cost(self, architecture: Architecture, epochs: int | None = None) -> float:
        """What a training costs from its beginning, in full ones: it goes by its epochs.

        Raises:
            SettingError: If there are no trainings that go just so far.
        """
        ARCHITECTURE("architecture", architecture)
        if self.fidelities is None and epochs is not None:
            raise SettingError(
                f"table {self.name!r} holds full trainings only, got epochs={epochs!r:.50}; give "
                "it fidelities=nbnas.Fidelities((…)), and looks={epochs: column}"
            )
        return 1.0 if self.fidelities is None else self.fidelities.cost(epochs)

    def known(self, measure: Measure) -> MeasuredBy | None:
        """What tells a measure without training: parameters, multiply-adds; `None` for others."""
        return column_of(
            self.name, MEASURE("measure", measure), self.parameters, self.multiply_adds
        )

    def beforehand(self, measure: Measure) -> MeasuredBy:
        """One of `measured` as a goal that is known of all before any training.

        Args:
            measure: What it is; its name is that of the column.

        Raises:
            DataError: If the table has no such numbers.
        """
        return measured_beforehand(self.name, MEASURE("measure", measure), self.measured)

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

        Members are in an order of their own: the rows' order in a file changes nothing.

        Raises:
            DataError: If none of nbnas's spaces understands them.
        """
        texts = tuple(sorted(self.values))
        return self.kept.get(texts, lambda: self._space(texts))

    def _space(self, texts: tuple[str, ...]) -> SearchSpace:
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
        if self.fidelities is not None:
            said["fidelities"] = fingerprint_of(self.fidelities, self.looks)
        return said if self.measure == ACCURACY else {**said, "measure": repr(self.measure)}

    def _look(self, architecture: Architecture, epochs: int | None) -> float:
        """The value after some epochs, which are those of a fidelity."""
        at = look_at(self.name, self.looks, self.curves, str(architecture), epochs or 0)
        return self._find({} if at is None else {str(architecture): at}, architecture)

    def _find(self, column: Mapping[str, float], architecture: Architecture) -> float:
        value = column.get(str(ARCHITECTURE("architecture", architecture)))
        if value is None or not np.isfinite(value):
            raise DataError(f"table {self.name!r} has no such value for {architecture}")
        return float(value)


def _unfrozen(value: object) -> object:
    """A dictionary in place of a read-only view of one, those in it included."""
    if not isinstance(value, MappingProxyType):
        return value
    return {name: _unfrozen(part) for name, part in value.items()}
