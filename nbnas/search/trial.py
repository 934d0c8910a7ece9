"""One trial of a search: its seed, what a strategy proposes for it, and its evaluation.

Notation
    number     of a trial, from 0; trial `number` is the one made after so many others
    seed       of the search; every trial gets a seed of its own from (seed, number), so that a
               resumed search goes on as if it had never stopped
"""

import dataclasses
import time
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from nbnas.errors import SearchError
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.space import SearchSpace
from nbnas.records import Evaluation, Observations, Proposal
from nbnas.search.objective import Objective
from nbnas.search.strategies.strategy import Strategy

WAITS = "which waits to be trained; call start(), run() or step()"
FIRST_FAILURES = 10  # so many failures and no success: the fault is not the architectures'


class Dropped(SearchError):
    """A training was dropped because the search was stopped; its proposal waits."""


def trial_seed(seed: int, number: int) -> int:
    """The seed of one trial, a whole number below 2³¹ that only (seed, number) decide."""
    return int(np.random.SeedSequence([seed, number]).generate_state(1)[0] >> 1)


def propose(
    space: SearchSpace, strategy: Strategy, observations: Observations, seed: int, n: int = 1
) -> Proposal:
    """What a strategy proposes after some trials of a search; only the arguments decide.

    Args:
        space: What is searched.
        strategy: How it is chosen.
        observations: The trials so far.
        seed: The search's seed.
        n: How many architectures to propose.

    Returns:
        The proposal with its number, seed and time.

    Raises:
        SearchError: If every architecture of the space is evaluated.
    """
    started = time.perf_counter()
    number = len(observations)
    rng = np.random.default_rng([seed, number])
    proposal = strategy.propose(space, observations, (), n, rng)
    if not proposal.architectures:
        raise SearchError(
            f"nothing is left to evaluate: all that is new in {space} was evaluated "
            f"in {number} trials"
        )
    return dataclasses.replace(
        proposal,
        number=number,
        seed=trial_seed(seed, number),
        seconds=time.perf_counter() - started,
    )


def evaluate(
    objective: Objective,
    architecture: Architecture,
    seed: int,
    *,
    live: Callable[[Any], None],
    goes_on: Callable[[], bool],
) -> Evaluation:
    """Evaluate an architecture, whatever happens: an exception makes a failed trial.

    Args:
        objective: What evaluates it.
        architecture: What is evaluated.
        seed: The trial's seed.
        live: Told of the live training, where the objective has one.
        goes_on: Asked before it begins, and between two epochs of a training that can be
            iterated; it may wait, and says whether to go on. The time of waiting does not count.

    Returns:
        The evaluation.

    Raises:
        Dropped: If it was not to go on.
        SearchError: If the objective returns something else than an `Evaluation`.
    """
    started, clock = time.time(), time.perf_counter()

    def gate() -> bool:
        nonlocal clock
        asked = time.perf_counter()
        answer = goes_on()
        clock += time.perf_counter() - asked
        return answer

    try:
        result = _run(objective, architecture, seed, live, gate)
    except Dropped:
        raise
    except Exception as error:  # any fault of one trial must not end the search
        said = f"{type(error).__name__}: {error}"[:2000]
        seconds = time.perf_counter() - clock
        return Evaluation(
            architecture, None, "failed", seconds=seconds, seed=seed, started=started, error=said
        )
    if not isinstance(result, Evaluation):
        raise SearchError(
            f"expected an Evaluation from the objective, got {result!r:.100}; let it "
            "return nbnas.Evaluation(architecture, value)"
        )
    return result


def _run(
    objective: Objective,
    architecture: Architecture,
    seed: int,
    live: Callable[[Any], None],
    goes_on: Callable[[], bool],
) -> object:
    """Call the objective, or let its live training run epoch by epoch."""
    if not goes_on():
        raise Dropped(f"the search was stopped before it trained {architecture}, {WAITS}")
    start = getattr(objective, "start", None)
    if start is None:
        return objective(architecture, seed=seed)
    training: Any = start(architecture, seed=seed)
    live(training)
    for _ in training if isinstance(training, Iterable) else ():
        if getattr(training, "evaluation", None) is None and not goes_on():
            training.stop()
            raise Dropped(f"the search was stopped while it trained {architecture}, {WAITS}")
    return training.run()


def check_not_all_failed(observations: Observations) -> None:
    """Check that not all of the first ten trials failed.

    Raises:
        SearchError: If they did; the message tells the last reason.
    """
    if len(observations) >= FIRST_FAILURES and not observations.completed:
        raise SearchError(
            f"all of the first {len(observations)} trials failed, the last one with "
            f"{observations[-1].error!r}; correct the objective and use another study"
        )
