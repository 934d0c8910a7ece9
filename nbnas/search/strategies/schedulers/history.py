"""What a scheduler knows: how far each architecture went, and what came out.

Notation
    rung       a length of training by its place among the fidelities, from 0; the last one is the
               full training
    number     of the trial in which an architecture was first taken on; it never changes, while
               the order in which trials finish is an accident of the workers
    place      of an evaluation among the observations
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from nbnas.graphs.architecture import Architecture
from nbnas.records import Evaluation, Fidelities, Measure, Observations


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """An architecture that was taken on.

    Attributes:
        architecture: The architecture.
        number: Number of its first trial.
        found: Its evaluations by rung.
        places: Their places among the observations, by rung.
        gains: Their gains by rung, larger is better; -inf for a failed one.
        pending: Whether it is being evaluated: on the next rung, or for the first time.
    """

    architecture: Architecture
    number: int
    found: Mapping[int, Evaluation]
    places: Mapping[int, int]
    gains: Mapping[int, float]
    pending: bool

    @property
    def reached(self) -> int:
        """The highest rung on which it was evaluated; -1 before the first."""
        return max(self.found, default=-1)

    @property
    def failed(self) -> bool:
        """Whether its last evaluation failed, so that it never goes on."""
        return self.reached >= 0 and self.found[self.reached].value is None


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """All that was taken on, in the order of first trials.

    Attributes:
        fidelities: The lengths of trainings.
        entries: One for each architecture.
        measure: What values are.
    """

    fidelities: Fidelities
    entries: tuple[Entry, ...]
    measure: Measure

    @property
    def top(self) -> int:
        """The rung of full trainings."""
        return len(self.fidelities.epochs) - 1

    def on(self, rung: int) -> tuple[Entry, ...]:
        """All that were evaluated on a rung, best first and failed ones last."""
        return ranked(self.entries, rung)


def ranked(entries: Iterable[Entry], rung: int) -> tuple[Entry, ...]:
    """Those that were evaluated on a rung, best first, failed ones last, the earlier of equals."""
    there = (entry for entry in entries if rung in entry.found)
    return tuple(sorted(there, key=lambda entry: (-entry.gains[rung], entry.number)))


def history(
    fidelities: Fidelities, observations: Observations, pending: Sequence[Architecture]
) -> History:
    """What the observations tell of how far each architecture went.

    Args:
        fidelities: The lengths of trainings; what went another way is passed over.
        observations: The evaluations so far.
        pending: What is being evaluated, by the numbers of its trials: on the next rung what was
            evaluated already, else for the first time.
    """
    numbers, free = _numbers(observations, len(pending))
    rungs: dict[int | None, int] = {e: rung for rung, e in enumerate(fidelities.epochs)}
    rungs[None] = len(fidelities.epochs) - 1
    found: dict[Architecture, dict[int, int]] = {}
    first: dict[Architecture, int] = {}
    for place, (number, each) in enumerate(zip(numbers, observations, strict=True)):
        rung = rungs.get(each.epochs)
        if rung is None:
            continue
        found.setdefault(each.architecture, {})[rung] = place
        first[each.architecture] = min(number, first.get(each.architecture, number))
    for number, architecture in zip(free, pending, strict=True):
        first.setdefault(architecture, number)
    gains = np.nan_to_num(observations.known_gains, nan=-np.inf).tolist()
    under_way = set(pending)
    entries = (
        Entry(
            architecture,
            number,
            {rung: observations[place] for rung, place in places.items()},
            places,
            {rung: gains[place] for rung, place in places.items()},
            architecture in under_way,
        )
        for architecture, number in first.items()
        for places in (found.get(architecture, {}),)
    )
    ordered = tuple(sorted(entries, key=lambda entry: entry.number))
    return History(fidelities, ordered, observations.measure)


def _numbers(observations: Observations, pending: int) -> tuple[list[int], list[int]]:
    """The numbers of the finished trials, and of those under way.

    Numbers are given without gaps, so that what is under way has those that are left. Where the
    observations come from elsewhere, their places are their numbers.
    """
    numbers = [-1 if e.origin is None else e.origin.number for e in observations]
    if min(numbers, default=0) < 0 or len(set(numbers)) < len(numbers):
        numbers = list(range(len(numbers)))
    free: list[int] = []
    taken, number = set(numbers), 0
    while len(free) < pending:
        if number not in taken:
            free.append(number)
        number += 1
    return numbers, free
