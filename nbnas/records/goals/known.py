"""Measures that are known before anything is trained, such as the number of parameters.

They need no model: each candidate has its very number.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from nbnas.brief import brief
from nbnas.checks import Rule, instance, offering, settle
from nbnas.errors import NbnasError, SettingError, shown
from nbnas.graphs.architecture import ARCHITECTURE, Architecture, check_architectures
from nbnas.kept import Kept
from nbnas.records.evaluation import as_number
from nbnas.records.measure import MEASURE, Measure
from nbnas.records.ranks import normal_scores
from nbnas.waiting import WaitingBar

Array = NDArray[np.float64]
MANY = 100  # architectures of which it may take long to tell
KEPT = 100_000  # numbers that are kept: those of a space that can be listed, and more
LISTS = (
    16  # of architectures: candidates are asked for in each round, and the lab asks for its own
)


@dataclass(frozen=True, slots=True, eq=False)
class Ranks:
    """The normal scores of a measure's numbers among many architectures.

    Attributes:
        values: The different numbers `(k,)`, ascending.
        scores: The normal quantile of the rank of each `(k,)`; equal ones share their mean rank.
    """

    values: Array
    scores: Array

    @classmethod
    def of(cls, numbers: Array) -> "Ranks | None":
        """Of numbers `(n,)`, NaN left out; `None` where not even two differ."""
        values, scores = normal_scores(numbers[~np.isnan(numbers)])
        return None if len(values) < 2 else cls(values, scores)

    def __call__(self, numbers: Array) -> Array:
        """The scores of other numbers, by interpolation; 0 for NaN."""
        return np.nan_to_num(np.interp(numbers, self.values, self.scores))


@dataclass(frozen=True, slots=True, eq=False)
class MeasuredBy:
    """A measure that a function tells of each architecture without training it.

    Args:
        function: Takes an architecture and gives its number; NaN where it has none, so that it is
            never proposed. Each architecture is asked for once.
        measure: What the numbers are, and which way is better.
        ranks: How they spread over a space, by which a model sees them; a search finds that out.

    Raises:
        SettingError: If one of them is something else.

    Example:
        >>> from nbnas.graphs.spaces.cell import CellSpace
        >>> def convolutions(architecture):
        ...     return str(architecture).count("conv")
        >>> few = MeasuredBy(convolutions, Measure("convolutions", maximize=False, lower=0))
        >>> few(CellSpace().sample(0, 1)[0])
        2.0
    """

    function: Callable[[Architecture], float]
    measure: Measure
    ranks: Ranks | None = field(default=None, repr=False)
    kept: Kept = field(default_factory=lambda: Kept(KEPT), repr=False)
    lists: Kept = field(default_factory=lambda: Kept(LISTS), repr=False)

    def __post_init__(self) -> None:
        settle(self, function=_FUNCTION, measure=MEASURE)

    @brief
    def __repr__(self) -> str:
        named = getattr(self.function, "__qualname__", type(self.function).__name__)
        return f"{self.measure.name}, by {named}"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, MeasuredBy):
            return NotImplemented
        return (self.function, self.measure) == (other.function, other.measure)

    def __hash__(self) -> int:
        return hash(self.measure)

    def __deepcopy__(self, memo: object) -> "MeasuredBy":
        return self  # it never changes, and what it knows is worth keeping

    def __call__(self, architecture: Architecture) -> float:
        """The number of an architecture, in the unit of the measure; NaN where it has none.

        Raises:
            ObservationError: If the function gives no number, or one outside of the bounds.
            SettingError: If it raises.
        """
        ARCHITECTURE("architecture", architecture)
        return self.kept.get(architecture, lambda: self._ask(architecture))

    def values(self, architectures: Sequence[Architecture]) -> Array:
        """The numbers of `m` architectures `(m,)`; a tuple that is passed again is quicker."""
        check_architectures(architectures=architectures)
        if not isinstance(architectures, tuple):
            architectures = tuple(architectures)
        if len(architectures) < 2:
            return np.array([self(a) for a in architectures], dtype=np.float64)
        found = self.lists.get(
            (id(architectures), len(architectures)),
            lambda: (architectures, self._all(architectures)),
        )
        same, numbers = found
        return numbers if same is architectures else self._all(architectures)

    def among(self, architectures: Sequence[Architecture]) -> "MeasuredBy":
        """The same, which knows how its numbers spread over some architectures."""
        return replace(self, ranks=Ranks.of(self.values(architectures)))

    def fingerprint(self) -> dict[str, str]:
        """What a study remembers of it."""
        own = getattr(self.function, "fingerprint", None)
        named = getattr(self.function, "__qualname__", type(self.function).__name__)
        said = {"function": f"{getattr(self.function, '__module__', '')}.{named}"}
        return {"measure": repr(self.measure), **(own() if callable(own) else said)}

    def _all(self, architectures: tuple[Architecture, ...]) -> Array:
        few = len(architectures) < MANY
        name = self.measure.name
        shown = WaitingBar(architectures, desc=name, unit="architecture", disable=few)
        numbers = np.array([self(a) for a in shown], dtype=np.float64)
        numbers.flags.writeable = False
        return numbers

    def _ask(self, architecture: Architecture) -> float:
        try:
            made = self.function(architecture)
        except NbnasError:
            raise
        except Exception as error:
            raise SettingError(
                f"expected a number of {self.measure.name} for {architecture!s:.200}, but its "
                f"function raised {type(error).__name__}: {shown(str(error))}"
            ) from error
        number = as_number(made)
        return number if math.isnan(number) else self.measure.check(number)


_FUNCTION: Rule[Callable[[Architecture], float]] = offering(
    "a function of an architecture", "count_layers", "__call__"
)
MEASURED_BY: Rule[MeasuredBy] = instance(MeasuredBy, 'MeasuredBy(function, Measure("latency"))')
