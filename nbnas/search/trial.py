"""One trial of a search: its seed, what a strategy proposes for it, and its evaluation.

Notation
    number     of a trial, from 0; trial `number` is the one made after so many others
    seed       of the search; every trial gets a seed of its own from (seed, number), so that a
               resumed search goes on as if it had never stopped
"""

import dataclasses
import time
from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from nbnas.errors import SearchError
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.space import SearchSpace
from nbnas.records import ACCURACY, Claim, Evaluation, Measure, Observations, Proposal
from nbnas.records.evaluation import as_number
from nbnas.search.generated import GeneratedTraining
from nbnas.search.goals.feasible import feasible
from nbnas.search.objective import Objective, planned
from nbnas.search.strategies.strategy import Strategy
from nbnas.training.live import LiveTraining
from nbnas.undisturbed import undisturbed

WAITS = "which waits to be trained; call start(), run() or step()"
FIRST_FAILURES = 10  # so many failures and no success: the fault is not the architectures'


class Dropped(SearchError):
    """A training was dropped because the search was stopped; its proposal waits."""


class Taken(SearchError):
    """Others are making the last trials that are wanted."""


class Spent(SearchError):
    """What a run may cost is spent: the trial that was proposed waits."""


def trial_seed(seed: int, number: int) -> int:
    """The seed of one trial, a whole number below 2³¹ that only (seed, number) decide."""
    return int(np.random.SeedSequence([seed, number]).generate_state(1)[0] >> 1)


@undisturbed()
def propose(
    space: SearchSpace,
    strategy: Strategy,
    observations: Observations,
    seed: int,
    n: int = 1,
    *,
    under_way: Mapping[int, Architecture] = MappingProxyType({}),
) -> Proposal:
    """What a strategy proposes after some trials of a search; only the arguments decide.

    Args:
        space: What is searched.
        strategy: How it is chosen.
        observations: The finished trials.
        seed: The search's seed.
        n: How many architectures to propose.
        under_way: The other trials, by number. Numbers are given without gaps, so that the next
            one is the number of finished trials and of these.

    Returns:
        The proposal with its number, seed and time.

    Raises:
        SearchError: If every architecture of the space is evaluated, or none meets the limits.
    """
    started = time.perf_counter()
    space = feasible(space, observations.goals)
    number, pending = len(observations) + len(under_way), tuple(sorted(under_way))
    rng = np.random.default_rng([seed, number])
    beside = tuple(under_way[other] for other in pending)
    proposal = strategy.propose(space, observations, beside, n, rng)
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
        measure=observations.measure,
        known=len(observations),
        pending=pending,
    )


def evaluate(
    objective: Objective,
    claim: Claim,
    *,
    measure: Measure = ACCURACY,
    live: Callable[[Any], None],
    goes_on: Callable[[], bool],
    alone: bool = True,
) -> Evaluation:
    """Evaluate an architecture, whatever happens: what is no evaluation makes a failed trial.

    Args:
        objective: What evaluates it.
        claim: The trial: what is evaluated, with which seed, and where it is kept meanwhile.
        measure: What the objective's values are.
        live: Told of the live training, where the objective has one.
        goes_on: Asked before it begins, and between two epochs of a training that can be
            iterated; it may wait, and says whether to go on. The time of waiting does not count.
        alone: Whether no other trial is on its device.

    Returns:
        The evaluation; a failed one with its reason if the objective raised, or gave no number.

    Raises:
        Dropped: If it was not to go on.
        ObservationError: If the value is outside the bounds of the objective's measure, which is
            a fault of the whole objective and not of one architecture.
    """
    architecture, seed = claim.architecture, claim.seed
    started, clock = time.time(), time.perf_counter()

    def gate() -> bool:
        nonlocal clock
        asked = time.perf_counter()
        answer = goes_on()
        clock += time.perf_counter() - asked
        return answer

    def seconds() -> float:
        return time.perf_counter() - clock

    try:
        result = _run(objective, claim, Watch(measure, live, gate, alone))
        if not isinstance(result, Evaluation):
            value = as_number(result)
            result = Evaluation(architecture, value, seconds=seconds(), seed=seed, started=started)
        result = _as_claimed(result, claim)
    except Dropped:
        raise
    except (Exception, SystemExit) as error:  # any fault of one trial must not end the search
        return Evaluation(
            architecture,
            None,
            "failed",
            seconds=seconds(),
            seed=seed,
            started=started,
            error=reason(error),
            epochs=claim.epochs,
        )
    if result.value is not None:
        measure.check(result.value)
    return result


@dataclass(frozen=True, slots=True)
class Watch:
    """What follows a trial: the measure, who is told of a live training, who lets it go on."""

    measure: Measure
    live: Callable[[Any], None]
    goes_on: Callable[[], bool]
    alone: bool


def reason(error: BaseException) -> str:
    """Why a trial failed, in at most 2,000 characters that every database can keep.

    Args:
        error: What the objective raised; its text may itself fail, or hold lone surrogates.
    """
    try:
        said = str(error)
    except Exception as second:  # whatever a stranger's exception does
        said = f"(its message cannot be shown: {type(second).__name__})"
    text = f"{type(error).__name__}: {said}"[:2000].replace("\0", "\\0")
    return text.encode("utf-8", "backslashreplace").decode("utf-8")[:2000]


def _as_claimed(result: Evaluation, claim: Claim) -> Evaluation:
    """An evaluation of what was asked for, which knows how far its training went."""
    if result.architecture != claim.architecture:
        raise SearchError(
            f"expected the evaluation of the architecture that was given, {claim.architecture}, "
            f"got that of {result.architecture!s:.200}"
        )
    check_epochs(result, claim.epochs)
    return (
        result
        if result.epochs == claim.epochs
        else dataclasses.replace(result, epochs=claim.epochs)
    )


def check_epochs(result: Evaluation, asked: int | None) -> None:
    """Check that a training went as far as it was asked to; one that does not tell is believed.

    Raises:
        SearchError: If it tells that it went another way.
    """
    if result.epochs is not None and result.epochs != asked:
        wanted = "a full training" if asked is None else f"a training of {asked} epochs"
        raise SearchError(f"expected {wanted}, got an evaluation of {result.epochs} epochs")


def _run(objective: Objective, claim: Claim, watch: Watch) -> object:
    """Call the objective, or let its live training run epoch by epoch."""
    architecture, seed = claim.architecture, claim.seed
    if not watch.goes_on():
        raise Dropped(f"the search was stopped before it trained {architecture}, {WAITS}")
    start = getattr(objective, "start", None)
    look = {} if claim.epochs is None else {"epochs": claim.epochs}
    made: Any = (objective if start is None else start)(architecture, seed=seed, **look)
    if isinstance(made, Generator):
        epochs = claim.epochs or planned(objective)
        made = GeneratedTraining(architecture, seed, made, watch.measure, epochs)
    elif start is None:
        return made
    own = made if isinstance(made, LiveTraining) else None
    if own is not None:
        own.alone = watch.alone
        if claim.place:
            own.keep(claim.place, claim.origin.attempt)
    watch.live(made)
    for _ in made if isinstance(made, Iterable) else ():
        if getattr(made, "evaluation", None) is None and not watch.goes_on():
            if own is not None:
                own.checkpoint()  # the next run goes on from there
            made.stop()
            raise Dropped(f"the search was stopped while it trained {architecture}, {WAITS}")
    return made.run()


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
