"""Searches side by side, and where each one's best stands in truth."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from nbnas.brief import brief
from nbnas.checks import REAL, TEXT, Rule, each, real, settle
from nbnas.errors import SettingError
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.framed import Framed
from nbnas.records.observations import OBSERVATIONS, Observations


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the best of a search stands among all architectures of its space.

    Attributes:
        name: What the search is called.
        architecture: Its incumbent.
        truth: The incumbent's true value.
        rank: One more than the number of architectures that are truly better.
        regret: How far it is from the best of all, in the unit of the measure, at least 0.
    """

    name: str
    architecture: Architecture
    truth: float
    rank: int
    regret: float


_TRUTHS: Rule[Mapping[str, float]] = Rule(
    "a dictionary of numbers by the texts of architectures",
    lambda truths: isinstance(truths, Mapping) and all(map(REAL.accepts, truths.values())),
    lambda truths: truths,
)


@dataclass(frozen=True, slots=True)
class Comparison(Framed):
    """Searches to be compared, the one of interest first.

    Args:
        names: What each one is called.
        observations: What each one found.
        truths: The true value of every architecture of the space by its text, where a table knows
            them: then the comparison ends with the truth.
        costs: What each trial of each search took, in full trainings, as `search.costs` tells;
            empty where nothing is known of that. Where some trials are looks at a low fidelity,
            searches are compared by what they cost.

    Raises:
        SettingError: If there are not as many names as observations, or none, or they are of
            different measures; or the truth of something that was evaluated is missing, or there
            is not one cost for each trial.
    """

    names: tuple[str, ...]
    observations: tuple[Observations, ...]
    truths: Mapping[str, float] = field(default_factory=dict, repr=False, hash=False)
    costs: tuple[tuple[float, ...], ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        settle(self, names=each(TEXT), observations=each(OBSERVATIONS), truths=_TRUTHS)
        settle(self, costs=each(each(real(0))))
        if not self.names or len(self.names) != len(self.observations):
            raise SettingError(
                f"expected a name for each of the observations, got {len(self.names)} names "
                f"for {len(self.observations)}"
            )
        measures = {each.measure: each.measure.name for each in self.observations}
        if len(measures) > 1:
            raise SettingError(
                "expected searches of one measure, which can be compared, got "
                f"{', '.join(measures.values())}"
            )
        counts, paid = [*map(len, self.observations)], [*map(len, self.costs)]
        if paid and paid != counts:
            raise SettingError(
                f"expected a cost for each of {', '.join(map(str, counts))} trials, got "
                f"{', '.join(map(str, paid))}; give costs=(search.costs, …), or none at all"
            )
        tried = (a.text for each in self.observations for a in each.architectures)
        missing = next((text for text in tried if text not in self.truths), None)
        if self.truths and missing is not None:
            raise SettingError(
                f"expected the true value of everything that was evaluated, or none at all; "
                f"there is none of {missing:.200}"
            )

    def _rows(self) -> Iterator[dict[str, Any]]:
        """A row for each trial of each search."""
        for name, seen in zip(self.names, self.observations, strict=True):
            yield from ({"search": name, **row} for row in seen._rows())

    @brief
    def __repr__(self) -> str:
        return "; ".join(
            f"{name}: {repr(seen)[1:-1]}"
            for name, seen in zip(self.names, self.observations, strict=True)
        )

    @property
    def by_cost(self) -> bool:
        """Whether the searches are compared by what they cost, as there are looks among trials."""
        return bool(self.costs) and any(len(o.full) < len(o) for o in self.observations)

    @property
    def places(self) -> tuple[tuple[float, ...], ...]:
        """How far each search was after each trial: its number, or what all had cost by then."""
        if self.by_cost:
            return tuple(tuple(np.cumsum(costs).tolist()) for costs in self.costs)
        return tuple(tuple(range(1, len(found) + 1)) for found in self.observations)

    @property
    def standings(self) -> tuple[Standing, ...]:
        """Where each search's incumbent stands in truth; those without one are left out."""
        measure = self.observations[0].measure
        gains = measure.gain(np.fromiter(self.truths.values(), dtype=np.float64))
        best = [(name, o.incumbent) for name, o in zip(self.names, self.observations, strict=True)]
        found = []
        for name, incumbent in best if self.truths else ():
            if incumbent is not None:
                truth = float(self.truths[incumbent.architecture.text])
                gain = measure.gain(truth)
                rank = 1 + int(np.sum(gains > gain))
                regret = float(np.nanmax(gains)) - gain
                found.append(Standing(name, incumbent.architecture, truth, rank, regret))
        return tuple(found)
