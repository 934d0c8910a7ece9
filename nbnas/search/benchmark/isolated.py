"""The runs of a benchmark in processes of their own, by the workers that trials of a search have.

A whole run is to a worker what a trial is to a search: whoever is free gets the next one, and one
that crashes, hangs or takes too much memory fails alone.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from nbnas.graphs.architecture import Architecture
from nbnas.records import ACCURACY, Claim, Evaluation
from nbnas.records.claim import ATTEMPTS, Origin
from nbnas.search.benchmark.compare import Failure, Make
from nbnas.search.benchmark.file import Pair
from nbnas.search.benchmark.run import Outcome, Task, run_pair
from nbnas.search.workers.slot import Killed
from nbnas.search.workers.workers import Workers

TICK = 0.1  # seconds in which a worker that is too slow or too large is noticed


@dataclass(frozen=True, slots=True)
class Whole(Evaluation):
    """A whole run as the evaluation that a worker gives back.

    Attributes:
        outcome: What the run found, or why it failed.
    """

    outcome: Outcome = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Runs as an objective of workers: the seed says which one.

    Attributes:
        pairs: Strategy and seed of each run, with what makes the strategy.
        task: What they share.
    """

    pairs: Sequence[tuple[Pair, Make]]
    task: Task

    def __call__(self, architecture: Architecture, seed: int = 0) -> Whole:
        """Make the run of a number; what a worker is given as architecture means nothing."""
        _, outcome = run_pair(*self.pairs[seed], self.task)
        return Whole(architecture, 0.0, seed=seed, outcome=outcome)


def run_isolated(
    workers: Workers, runs: Batch, anything: Architecture
) -> Iterator[tuple[Pair, Outcome]]:
    """Make runs in the processes of workers.

    Args:
        workers: How many, and what each run may take.
        runs: The runs.
        anything: Any architecture, since a trial has one.

    Yields:
        Strategy and seed of each run, and what came of it, as soon as it has ended.

    Raises:
        SettingError: If the runs cannot be copied to other processes.
        SearchError: If they cannot be loaded there.
    """
    waiting = deque(Claim(Origin(n, 0), anything, n) for n in range(len(runs.pairs)))
    with workers.crew(runs, ACCURACY) as crew:
        while waiting or crew.busy:
            while waiting and (slot := crew.free) is not None:
                crew.begin(slot, waiting.popleft())
            for claim, made in crew.collect():
                again = _again(claim, made)
                if again is not None:
                    waiting.appendleft(again)
                else:
                    pair, _ = runs.pairs[claim.number]
                    yield pair, _outcome(pair, made)
            crew.wait(TICK)


def _again(claim: Claim, made: object) -> Claim | None:
    """The next attempt at a run whose worker somebody else has killed, if there is to be one."""
    if not isinstance(made, Killed) or claim.origin.attempt >= ATTEMPTS:
        return None
    return replace(claim, origin=replace(claim.origin, attempt=claim.origin.attempt + 1))


def _outcome(pair: Pair, made: Evaluation | BaseException | None) -> Outcome:
    if isinstance(made, Killed):
        return Failure(
            *pair, f"each of {ATTEMPTS} attempts ended with its process, which was killed"
        )
    if isinstance(made, BaseException):
        raise made
    if isinstance(made, Whole):
        return made.outcome
    said = (made.error if made is not None else None) or "its worker was stopped"
    return Failure(*pair, said.partition("\n")[0][:2000], said)
