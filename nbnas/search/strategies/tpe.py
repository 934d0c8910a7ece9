"""The tree-structured Parzen estimator, as Optuna implements it.

Notation
    study    Optuna's memory of trials; rebuilt from the observations for every proposal
    parameters, params    see `nbnas.search.strategies.parameters`
"""

import importlib.util
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

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

if TYPE_CHECKING:
    from optuna.study import Study

TRIES = 100  # asks for one proposal; each takes milliseconds
NOTHING_NEW = f"Drawn at random, since Optuna gave nothing new in {TRIES} asks."


@dataclass(frozen=True, slots=True)
class Tpe:
    """Asks Optuna's TPESampler, which draws what is likelier among good trials than among others.

    The sampler models all choices together and takes what is pending for bad (Optuna's
    `multivariate` and `constant_liar`, its defaults since version 5). It is asked again while its
    answer is no new architecture of the space; what it gave before counts as pending then. A
    failed trial counts as the worst one.

    Args:
        initial: Number of random architectures at the beginning.
        allow_isomorphic: Whether two architectures that compute the same function may both be
            evaluated; only sensible for tables whose members were trained separately.
        first: Architectures to try before all others, in this order; they count as the first of
            the initial ones.

    Raises:
        SettingError: If `initial` is below 1 or Optuna is not installed. `propose` raises it for
            a space without categorical choices, but for the settings of a `JointSpace`.

    References:
        Bergstra, Bardenet, Bengio and Kégl, Algorithms for hyper-parameter optimization, NIPS
        2011. Akiba et al., Optuna, KDD 2019.
    """

    initial: int = 10
    allow_isomorphic: bool = False
    first: tuple[Architecture, ...] = none_first()

    def __post_init__(self) -> None:
        settle(self, initial=whole(1), allow_isomorphic=FLAG, first=FIRST)
        if importlib.util.find_spec("optuna") is None:
            raise SettingError(
                "expected Optuna to be installed, since Tpe asks it: pip install 'nbnas[tpe]'"
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
        """Propose random architectures at first, then what Optuna's sampler answers."""
        n, rng = check_question(space, observations, pending, n, rng)

        def answers(parameters: Parameters, seed: int) -> Iterator[Idea]:
            return _answers(rebuild(space, observations, pending, seed), parameters)

        question = space, observations, pending, n, rng
        return propose_answers(self, *question, answers, NOTHING_NEW)


def rebuild(
    space: SearchSpace,
    observations: Observations,
    pending: Sequence[Architecture],
    seed: int,
) -> "Study":
    """Optuna's study of a search so far.

    Args:
        space: The space; its graphs are choices, its settings are parameters of their kind.
        observations: The evaluations so far; they become completed trials.
        pending: What is being evaluated; it becomes running trials.
        seed: Seed of the sampler.

    Returns:
        A new study in memory with a `TPESampler`.
    """
    import optuna  # it is optional, and slow to import

    parameters = parameters_of(space)
    names = parameters.distributions
    study = _quiet_study(seed)
    for architecture, value in zip(observations.architectures, observations.gains, strict=True):
        params = parameters.params(architecture)
        study.add_trial(
            optuna.create_trial(params=params, distributions=names, value=float(value))
        )
    for architecture in pending:
        params = parameters.params(architecture)
        running = optuna.trial.TrialState.RUNNING
        study.add_trial(optuna.create_trial(state=running, params=params, distributions=names))
    return study


def _answers(study: "Study", parameters: Parameters) -> Iterator[Idea]:
    """What the sampler answers, as far as it makes architectures."""
    names = parameters.distributions
    reason = (
        f"The best of Optuna's draws: likelier among good trials than among the others, after "
        f"{len(study.get_trials(deepcopy=False))} trials."
    )
    for _ in range(TRIES):
        answer = study.ask(names).params
        try:
            yield parameters.architecture(answer), reason
        except ArchitectureError:  # not every row of choices is an architecture
            continue


def _quiet_study(seed: int) -> "Study":
    """An empty study, made without Optuna's log and warnings about what is its default by now."""
    import optuna

    verbosity = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            sampler = optuna.samplers.TPESampler(
                seed=seed, n_startup_trials=1, multivariate=True, constant_liar=True
            )
        return optuna.create_study(direction="maximize", sampler=sampler)
    finally:
        optuna.logging.set_verbosity(verbosity)
