"""What a scheduler wants to be trained next: architectures that go on, or new ones."""

from collections.abc import Sequence
from dataclasses import dataclass

from nbnas.checks import MANY
from nbnas.search.strategies.schedulers.history import Entry, History, ranked
from nbnas.search.strategies.schedulers.words import length, ordinal


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """What is to be trained next.

    Attributes:
        rung: How far.
        said: Why, in one sentence.
        entries: Those that go on, the first one first; none where new ones are wanted.
        places: How many new ones there is room for.
    """

    rung: int
    said: str
    entries: tuple[Entry, ...] = ()
    places: int = MANY


def promotion(known: History, chosen: Sequence[Entry], rung: int, among: Sequence[Entry]) -> Job:
    """A job that trains some further.

    Args:
        known: What is known.
        chosen: Those that go on, best first.
        rung: How far they were trained.
        among: All that they were compared with, best first.
    """
    rank = [entry.number for entry in among].index(chosen[0].number) + 1
    return Job(rung + 1, promoted(known, rung, rank, len(among)), tuple(chosen))


def promoted(known: History, rung: int, rank: int, of: int) -> str:
    """Why an architecture goes on from a rung: by its rank among some."""
    fidelities, full = known.fidelities, rung + 1 == known.top
    to = "a full training of " if full else ""
    return (
        f"Promoted to {to}{length(fidelities, rung + 1)}: {ordinal(rank)} of {of} at "
        f"{length(fidelities, rung)}."
    )


def last_resort(known: History) -> Job | None:
    """What goes on although its rank does not say so, where nothing new is left to be proposed.

    Returns:
        The best that waits on the highest rung; `None` where nothing does.
    """
    for rung in reversed(range(known.top)):
        there = ranked(known.entries, rung)
        waiting = [e for e in there if e.reached == rung and not e.pending and not e.failed]
        if waiting:
            job = promotion(known, waiting[:1], rung, there)
            return Job(job.rung, f"{job.said[:-1]}, and nothing new is left.", job.entries)
    return None
