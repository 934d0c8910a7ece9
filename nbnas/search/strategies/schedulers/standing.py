"""Where each architecture of a search with a scheduler stands: what views tell of stopping."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

from nbnas.brief import brief, cut
from nbnas.graphs.architecture import Architecture
from nbnas.records import Measure, Observations
from nbnas.search.strategies.schedulers.history import Entry, History
from nbnas.search.strategies.schedulers.words import length, ordinal

State = Literal["under way", "promoted", "waiting", "stopped", "failed", "trained"]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an architecture stands.

    Attributes:
        architecture: The architecture.
        number: Number of the trial in which it was first taken on, from 0.
        epochs: How far it was trained; 0 while its first training is under way.
        value: What came out there; `None` where nothing has yet, or it failed.
        rank: Its rank there, from 1, among those that it is compared with; 0 before the first.
        of: How many these are so far.
        bracket: Number of its bracket, from 0, where a scheduler has brackets; else 0.
        state: "under way" for the first time; "promoted", that is trained further right now;
            "waiting", so that it may still be promoted; "stopped", so that it never is; "failed";
            or "trained" to the end.
        reason: Why, in one sentence.
        measure: What the value is.
    """

    architecture: Architecture
    number: int
    epochs: int
    value: float | None
    rank: int
    of: int
    bracket: int
    state: State
    reason: str
    measure: Measure

    @brief
    def __repr__(self) -> str:
        return f"{cut(self.architecture, 60)}, {self.state}: {self.reason}"

    @property
    def may_be_promoted(self) -> bool:
        """Whether it may still be trained further than it is now, or will be."""
        return self.state == "waiting"


@runtime_checkable
class Standings(Protocol):
    """A strategy that can tell where architectures stand."""

    def standings(
        self, observations: Observations, pending: Sequence[Architecture] = ()
    ) -> tuple[Standing, ...]:
        """Where each architecture stands, by the numbers of first trials."""


def standings(
    strategy: object, observations: Observations, pending: Sequence[Architecture] = ()
) -> tuple[Standing, ...]:
    """Where each architecture of a search stands: a pure function, so of any moment of it.

    Args:
        strategy: The search's strategy.
        observations: Its trials, or the first of them.
        pending: What was under way then, by the numbers of the trials:
            `tuple(claim.architecture for claim in search.under_way)`.

    Returns:
        One for each architecture, in the order in which they were first taken on; none where the
        strategy is no scheduler.
    """
    if not isinstance(strategy, Standings):
        return ()
    return strategy.standings(observations, pending)


def standing(known: History, entry: Entry, among: Sequence[Entry], bracket: int = 0) -> Standing:
    """Where an architecture stands, as far as every scheduler says the same.

    Args:
        known: All that is known.
        entry: The architecture.
        among: All that it is compared with on its rung, best first; it is one of them, once it was
            evaluated.
        bracket: Number of its bracket.

    Returns:
        Its standing; one that waits has no reason yet.
    """
    rung = entry.reached
    numbers = [other.number for other in among]
    rank = numbers.index(entry.number) + 1 if entry.number in numbers else 0
    state, reason = _state(known, entry, rank, len(among))
    return Standing(
        entry.architecture,
        entry.number,
        known.fidelities.epochs[rung] if rung >= 0 else 0,
        entry.found[rung].value if rung >= 0 else None,
        rank,
        len(among),
        bracket,
        state,
        reason,
        known.measure,
    )


def settled(found: Standing, reason: str, state: State = "waiting") -> Standing:
    """A standing with its reason."""
    return dataclasses.replace(found, reason=reason, state=state)


def _state(known: History, entry: Entry, rank: int, of: int) -> tuple[State, str]:
    rung = entry.reached
    if rung < 0:
        return "under way", "Trained for the first time right now."
    at = length(known.fidelities, rung)
    if entry.failed:
        return "failed", f"Failed at {at}: {cut(entry.found[rung].error or 'no reason', 80)}."
    if rung == known.top:
        return "trained", f"Trained to the end, {at}: {ordinal(rank)} of {of}."
    if entry.pending:
        to = length(known.fidelities, rung + 1)
        return "promoted", f"Trained for {to} right now: {ordinal(rank)} of {of} at {at}."
    return "waiting", ""
