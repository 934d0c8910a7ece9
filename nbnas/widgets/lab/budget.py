"""The budget in the lab: what a person has set, until a cell's run aims at something else."""

import dataclasses
from typing import Any

from nbnas.search.workers.local import MOST, LocalWorkers
from nbnas.search.workers.workers import Workers

TRIALS = 30  # where nothing else was said


class Budget:
    """Tells what a run from a cell aims at from what the lab itself has asked for.

    Args:
        search: The search that is followed. It is not kept alive.

    Attributes:
        first: Number of trials to come to as the lab opens.
    """

    def __init__(self, search: Any) -> None:  # noqa: ANN401
        self.first = max(search.target or TRIALS, len(search.observations))
        self._seen: int | None = search.target
        self._left: int | None = None  # what the search aims at until a run of ours has begun

    def news(self, search: Any) -> int | None:  # noqa: ANN401
        """The new budget if somebody ran the search from a cell; that run may be over already.

        Where more trials exist than it aims at, the budget is their number: nothing is spent.
        """
        if search.target in (None, self._seen, self._left):
            return None
        self._seen = search.target
        return max(search.target, len(search.observations))

    def start(self, search: Any, trials: int, workers: int = 0) -> None:  # noqa: ANN401
        """Start a run of the lab's own, such as one step; the budget stays.

        Args:
            search: The search.
            trials: What it aims at.
            workers: Number of worker processes, which have the limits of those there were before;
                0 for this process. It does not count for workers elsewhere.
        """
        self._left, self._seen = self._seen, trials  # before: it may be over at once
        try:
            search.start(trials, workers=_limited(search.workers, workers))
        except Exception:  # whatever kept it from starting, the budget is as it was
            self._seen = self._left
            raise
        finally:
            self._left = None

    def set(self, search: Any, trials: int) -> None:  # noqa: ANN401
        """A person has set it: the run that is under way aims at it."""
        if search.running and self._seen == search.target:
            search.target = self._seen = trials


def many(search: Any) -> int:  # noqa: ANN401
    """Number of workers of the run under way, or of the last one; 0 for this process."""
    if search.crew is not None:
        return len(search.crew.slots)
    return getattr(search.workers, "workers", 0) or 0


def countable(search: Any) -> bool:  # noqa: ANN401
    """Whether a person may set the number of workers; elsewhere it is as large as it is."""
    return isinstance(search.workers, LocalWorkers | None)


def _limited(before: Workers | None, workers: int) -> Workers | None:
    """So many workers, with the limits of those there were before; those elsewhere as they are."""
    if not isinstance(before, LocalWorkers | None):
        return before
    if workers < 1:
        return None
    return dataclasses.replace(before or LocalWorkers(), workers=min(workers, MOST))
