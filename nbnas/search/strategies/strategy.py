"""What a strategy offers: the protocol that every strategy follows."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, Protocol, runtime_checkable

import numpy as np

from nbnas.checks import Rule, instance, offering, whole
from nbnas.errors import SettingError
from nbnas.graphs.architecture import Architecture, check_architectures
from nbnas.graphs.space import SPACE, Randomness, SearchSpace, generator
from nbnas.records import Measure, Proposal
from nbnas.records.observations import OBSERVATIONS, Observations
from nbnas.search.pending import LocalPenalization
from nbnas.surrogate.acquisition.information import ByLevel
from nbnas.surrogate.acquisition.noisy import NoisyExpectedImprovement
from nbnas.surrogate.ensemble.prior import Ensemble
from nbnas.surrogate.process.prior import GaussianProcess


@runtime_checkable
class Strategy(Protocol):
    """Chooses what to evaluate next. Stateless: the same arguments give the same proposal.

    So a search that was killed goes on exactly where it was. Implementations are frozen values.
    A strategy that does not serve every measure offers `check_measure(measure)`, which raises, and
    one that does not serve every space `check_space(space)`. One
    that computes for long offers `prepare(space, observations)`, for proposals to come: a search
    with several workers calls it in a thread beside its own. One that decides how far to train,
    and what is stopped, offers `standings(observations, pending)`.
    """

    @abstractmethod
    def propose(
        self,
        space: SearchSpace,
        observations: Observations,
        pending: Sequence[Architecture],
        n: int,
        rng: np.random.Generator,
    ) -> Proposal:
        """Propose architectures to evaluate.

        Args:
            space: The search space.
            observations: The evaluations so far, in order.
            pending: What is being evaluated right now.
            n: How many to propose, at least 1.
            rng: The only source of randomness.

        Returns:
            A proposal of up to `n` different new architectures; none where the space is used up.
        """


STRATEGY: Rule[Strategy] = offering(
    "a strategy", "BayesianOptimization()", "propose", base="Strategy"
)
_ASKED = whole(1)
_OF_PROCESSES = (NoisyExpectedImprovement, ByLevel, LocalPenalization)


def check_suits(strategy: object, measure: Measure) -> None:
    """Check that a strategy can work with a measure.

    Raises:
        SettingError: If it is no strategy, such as its class, or does not serve this measure.
    """
    STRATEGY("strategy", strategy)
    check = getattr(strategy, "check_measure", None)
    if check is not None:
        check(measure)


def check_parts(strategy: Any) -> None:  # noqa: ANN401
    """Check that the parts of Bayesian optimisation can be asked what they ask each other.

    Args:
        strategy: What has a `prior`, an `acquisition`, a rule for what is `pending`, `fidelities`.

    Raises:
        SettingError: If one of them needs a Gaussian process, and the prior is none.
    """
    prior, acquisition = strategy.prior, strategy.acquisition
    if strategy.fidelities is not None:
        instance(GaussianProcess, "GaussianProcess() with fidelities")("prior", prior)
    asking = (getattr(acquisition, "base", acquisition), strategy.pending)
    for part, instead in zip(asking, ("LogExpectedImprovement", "KrigingBeliever"), strict=True):
        if isinstance(prior, Ensemble) and isinstance(part, _OF_PROCESSES):
            raise SettingError(
                f"expected a Gaussian process as prior with {type(part).__name__}, which asks how "
                f"architectures go together, got {prior!r}; take {instead}() with it"
            )


def check_known(space: object, observations: object) -> None:
    """Check what a strategy knows.

    Raises:
        NbnasError: If one of them is of another type; the message says what.
    """
    SPACE("space", space)
    OBSERVATIONS("observations", observations)


def check_question(
    space: object, observations: object, pending: object, n: object, rng: Randomness
) -> tuple[int, np.random.Generator]:
    """Check what a strategy is asked with.

    Returns:
        How many architectures to propose, and the generator.

    Raises:
        NbnasError: If something is of another type; the message says what.
    """
    check_known(space, observations)
    check_architectures(pending=pending)
    return _ASKED("n", n), generator(rng)
