"""Google Vizier's Gaussian-process bandit, in this process.

Notation
    designer    what Vizier calls a search; made anew, of the observations, for every proposal
    given       a value for each parameter, as Vizier's trials hold them
"""

import contextlib
import datetime
import importlib.util
import itertools
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nbnas.brief import brief, settings
from nbnas.checks import FLAG, settle, whole
from nbnas.errors import ArchitectureError, SettingError
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.space import SearchSpace
from nbnas.graphs.spaces.joint.parts import joint_space
from nbnas.records import Observations, Proposal
from nbnas.search.ideas import Idea
from nbnas.search.strategies.first import FIRST, beginning, none_first
from nbnas.search.strategies.parameters import Parameters, parameters_of, propose_answers
from nbnas.search.strategies.strategy import check_question
from nbnas.search.strategies.vizier.trials import (
    BEGAN,
    LATER,
    architecture_of,
    completed,
    given,
    problem,
    trial,
)

TRIES = 3  # asks for one proposal; each takes 10 s or more
NEIGHBOURS = 100  # of an answer, where all asks gave what was known
OF_EDITS = 25  # of them with one edit, as many with two, and so on
# jax keeps all that it compiled: some 80 MB and hundreds of memory maps an answer, few of which
# are used again. Linux grants a process 65,530 maps, and jax ends the process that has no more.
FORGET_AFTER = 10  # answers; where it forgets after each, the next one takes half longer
ASKED = itertools.count(1)  # the answers of this process, as what jax keeps is the process's
NOTHING_NEW = f"Drawn at random, since Vizier gave nothing new in {TRIES} asks."
NEAR = f"A neighbour of Vizier's first answer, since it gave nothing new in {TRIES} asks."


@dataclass(frozen=True, slots=True)
class Vizier:
    """Asks Google Vizier's GP-UCB-PE, the default algorithm of its service, in this process.

    A Gaussian process with a Matérn kernel over all choices as categories, an upper confidence
    bound for the first answer of a proposal, and pure exploration for those beside it. It is asked
    again while its answer is no new architecture of the space; what it gave before counts as
    pending then. Where three asks give nothing new, a new neighbour of the first answer is taken.
    A failed trial counts as the worst one. It computes in float64, as its service does. A
    suggestion takes 10 to 15 s of a core, most of it to compile. jax can keep what it compiled in
    a folder (`JAX_COMPILATION_CACHE_DIR`), for which the number of trials is padded to a power of
    two; but jax before 0.6 may crash where it reads it, and the process with it. Every ten answers
    jax is told to forget what it compiled in this process, whoever asked for it.

    Vizier 0.1.24 works with jax before 0.6 only, which the extra says; it can be installed beside
    everything that nbnas needs.

    Args:
        initial: Number of random architectures at the beginning.
        evaluations: How often the acquisition is evaluated for an answer; Vizier's own number.
        allow_isomorphic: Whether two architectures that compute the same function may both be
            evaluated; only sensible for tables whose members were trained separately.
        first: Architectures to try before all others, in this order; they count as the first of
            the initial ones.

    Raises:
        SettingError: If `initial` is below 1, `evaluations` below 25, or Vizier or its parts are
            not installed. `propose` raises it for a space without categorical choices, but for
            the settings of a `JointSpace`.

    References:
        Song et al., The Vizier Gaussian Process Bandit Algorithm, arXiv:2408.11527. Golovin et
        al., Google Vizier, KDD 2017.
    """

    initial: int = 10
    evaluations: int = 75_000
    allow_isomorphic: bool = False
    first: tuple[Architecture, ...] = none_first()

    def __post_init__(self) -> None:
        settle(self, initial=whole(1), evaluations=whole(25), allow_isomorphic=FLAG, first=FIRST)
        lacking = [one for one in ("vizier", "jax", "equinox") if not _installed(one)]
        if lacking:
            raise SettingError(
                f"expected Google Vizier with its parts to be installed, since Vizier asks it, "
                f"but {', '.join(lacking)} cannot be found: pip install 'nbnas[vizier]'"
            )

    @brief
    def __repr__(self) -> str:
        return settings(self)

    def check_space(self, space: SearchSpace) -> None:
        """Check that the graphs of a `JointSpace` are choices among options.

        Raises:
            SettingError: If not.
        """
        if joint_space(space) is not None:
            parameters_of(space)

    @beginning
    def propose(
        self,
        space: SearchSpace,
        observations: Observations,
        pending: Sequence[Architecture],
        n: int,
        rng: np.random.Generator,
    ) -> Proposal:
        """Propose random architectures at first, then what Vizier answers, or what is near it."""
        n, rng = check_question(space, observations, pending, n, rng)

        def answered(parameters: Parameters, seed: int) -> Iterator[Idea]:
            given_back = answers(parameters, observations, pending, n, seed, self.evaluations)
            return with_neighbours(space, given_back, seed)

        question = space, observations, pending, n, rng
        return propose_answers(self, *question, answered, NOTHING_NEW)


def answers(
    parameters: Parameters,
    observations: Observations,
    pending: Sequence[Architecture],
    n: int,
    seed: int,
    evaluations: int,
) -> Iterator[Idea]:
    """What Vizier answers, one after the other, as far as it makes architectures.

    Args:
        parameters: Of the space.
        observations: The evaluations so far; they become completed trials.
        pending: What is being evaluated; it becomes active trials.
        n: How many are wanted; so many and a few more are asked for.
        seed: Decides every random choice.
        evaluations: How often the acquisition is evaluated for an answer.
    """
    active = [given(parameters, architecture) for architecture in pending]
    known = len(active)
    told = f"after {len(observations)} trials"
    reason = f"Vizier's answer: the greatest upper confidence bound {told}."
    for number in range(n - 1 + TRIES):
        started = [BEGAN if i < known else LATER for i in range(len(active))]
        running = tuple(zip(active, started, strict=True))
        answer = _ask(parameters, observations, running, seed + number, evaluations)
        active.append(answer)
        try:
            yield architecture_of(parameters, answer), reason
        except ArchitectureError:  # not every row of choices is an architecture
            continue
        finally:
            reason = f"Vizier's answer: where it is most uncertain {told}, beside others."


def with_neighbours(space: SearchSpace, ideas: Iterator[Idea], seed: int) -> Iterator[Idea]:
    """Vizier's ideas, and after them neighbours of the first one, the nearest first.

    Args:
        space: The search space.
        ideas: What Vizier answered.
        seed: Decides which neighbours.
    """
    origin, rng = None, np.random.default_rng(seed)
    for idea in ideas:
        origin = idea[0] if origin is None and idea[0] in space else origin
        yield idea
    if origin is None:
        return
    for number in range(NEIGHBOURS):
        near = origin
        with contextlib.suppress(ArchitectureError):  # no edit of this one stays in the space
            for _ in range(1 + number // OF_EDITS):
                near = space.mutate(near, rng)
            yield near, NEAR


def _ask(
    parameters: Parameters,
    observations: Observations,
    active: Sequence[tuple[Mapping[str, Any], datetime.datetime]],
    seed: int,
    evaluations: int,
) -> dict[str, Any]:
    """One answer of a new designer that knows all trials."""
    import attr  # these are optional, and slow to import
    import jax
    from jax.experimental import enable_x64

    with warnings.catch_warnings(), enable_x64():
        warnings.simplefilter("ignore")
        from vizier import algorithms
        from vizier._src.algorithms.designers.gp_ucb_pe import VizierGPUCBPEBandit
        from vizier.pyvizier.converters.padding import PaddingSchedule, PaddingType

        usual = VizierGPUCBPEBandit.default_acquisition_optimizer_factory
        designer = VizierGPUCBPEBandit(
            problem(parameters),
            acquisition_optimizer_factory=attr.evolve(usual, max_evaluations=evaluations),
            padding_schedule=PaddingSchedule(num_trials=PaddingType.POWERS_OF_2),
            rng=jax.random.PRNGKey(seed),
        )
        done = completed(parameters, observations)
        running = [
            trial(len(done) + i, one, creation_time=began) for i, (one, began) in enumerate(active)
        ]
        designer.update(algorithms.CompletedTrials(done), algorithms.ActiveTrials(running))
        (suggestion,) = designer.suggest(1)
    _forget_what_was_compiled()
    told: dict[str, Any] = suggestion.parameters.as_dict()
    return told


def _forget_what_was_compiled() -> None:
    import jax

    if next(ASKED) % FORGET_AFTER == 0:
        jax.clear_caches()


def _installed(module: str) -> bool:
    return importlib.util.find_spec(module) is not None
