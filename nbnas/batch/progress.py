"""How far a sweep is."""

from dataclasses import dataclass

from nbnas.batch.run import State
from nbnas.brief import brief


@dataclass(frozen=True, slots=True)
class SweepProgress:
    """How far a sweep is, after a run began or is done.

    Attributes:
        run: The run.
        state: What it is now.
        done: Number of runs that are done.
        runs: Number of runs in all.
        seconds_left: Seconds until all are done; `None` until one has shown what it takes.
        error: Why it failed, if it did.
    """

    run: str
    state: State
    done: int
    runs: int
    seconds_left: float | None
    error: str | None = None

    @brief
    def __repr__(self) -> str:
        why = f": {self.error}" if self.error else ""
        return f"{self.done} of {self.runs}, {self.run} {self.state}{why}"
