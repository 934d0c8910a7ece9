"""A search as it was before any of its trials, and what would have been chosen otherwise.

Strategies are stateless given the observations, so that every round can be made again: nothing has
to be recorded while the search runs.
"""

from __future__ import annotations

import copy
import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeGuard

import torch
from gpytorch.kernels import Kernel

from nbnas.brief import brief
from nbnas.checks import offering, whole
from nbnas.errors import SettingError
from nbnas.graphs.architecture import Architecture
from nbnas.records import Observations, Proposal
from nbnas.search.fidelities.continuing import going_on
from nbnas.search.shared import architectures
from nbnas.search.strategies.bayesian import BayesianOptimization
from nbnas.search.strategies.strategy import STRATEGY, Strategy
from nbnas.search.trial import propose
from nbnas.surrogate.acquisition.improvement import (
    ACQUISITION,
    Acquisition,
    PosteriorAcquisition,
)
from nbnas.surrogate.kernels.architecture import KERNEL, LENGTHSCALE
from nbnas.surrogate.kernels.distance import DistanceKernel
from nbnas.surrogate.model import ModelPosterior
from nbnas.surrogate.process.prior import GaussianProcess
from nbnas.undisturbed import undisturbed

if TYPE_CHECKING:
    from nbnas.search.search import Search


@dataclass(frozen=True, slots=True)
class Round:
    """A search as it was before one of its trials; made by `replay`.

    Attributes:
        number: Number of the trial that came next, from 0.
        observations: The first `number` trials.
        posterior: The model fitted to them; `None` where the strategy has none, or not yet.
        proposal: What was chosen next, with its ranked candidates.
    """

    number: int
    observations: Observations
    posterior: ModelPosterior | None
    proposal: Proposal

    @brief
    def __repr__(self) -> str:
        return f"trial {self.number + 1}, {self.observations!r}, {self.proposal!r}"


@undisturbed()
def replay(search: Search, number: int, strategy: Strategy | None = None) -> Round:
    """Make a round of a search again; the search stays as it is, and may run meanwhile.

    Args:
        search: The search, which asked for one architecture at a time.
        number: Number of a trial; the number of all trials means the round to come.
        strategy: What if this had chosen next? The search's own by default: then the proposal is
            the very one that was made.

    Returns:
        The round.

    Raises:
        SettingError: If there is no such trial.
        SearchError: If every architecture of the space was evaluated.

    Example:
        >>> from nbnas.graphs.spaces.cell import CellSpace
        >>> from nbnas.records import Evaluation
        >>> from nbnas.search.search import Search
        >>> from nbnas.search.strategies.random import RandomSearch
        >>> def count(architecture, seed=0):
        ...     return Evaluation(architecture, str(architecture).count("conv") / 6)
        >>> search = Search(CellSpace(), count, RandomSearch()).run(3)
        >>> replay(search, 1).proposal.architecture == search.observations[1].architecture
        True
    """
    offering("a search", "Search(space, objective, strategy)", "ask", "tell")("search", search)
    trials, asked = search.observations, search.proposal
    coming = len(trials) + len(search.under_way)
    number = whole(0, coming).raising(SettingError, f"trial {coming} is the one to come")(
        "number", number
    )
    STRATEGY.optional("strategy", strategy)
    chosen = search.strategy if strategy is None else strategy
    known, under_way = _before(search, number)
    observations = trials.first(known)
    if strategy is None and _is_it(asked, number, known):
        proposal = asked
    else:
        made = propose(search.space, chosen, observations, search.seed, under_way=under_way)
        proposal = going_on(search.objective, observations, made)
    model = getattr(chosen, "posterior", None)
    posterior = None if model is None else model(observations)
    return Round(number, observations, posterior, proposal)


def _is_it(asked: Proposal | None, number: int, known: int) -> TypeGuard[Proposal]:
    """Whether what was asked for last is the proposal of this round."""
    return asked is not None and (asked.number, asked.known) == (number, known)


def number_at(search: Search, place: int) -> int:
    """The number of the trial that was the so-manieth to finish; of the one to come beyond those.

    With one worker a trial's number is its place.
    """
    trials = search.observations
    if place >= len(trials):
        return len(trials) + len(search.under_way)
    origin = trials[place].origin
    return place if origin is None else origin.number


def _before(search: Search, number: int) -> tuple[int, dict[int, Architecture]]:
    """How many trials had finished before one was proposed, and those that were under way."""
    trials, claims = search.observations, search.under_way
    made = [e.origin for e in trials if e.origin is not None]
    found = {origin.number: origin for origin in (*(claim.origin for claim in claims), *made)}
    origin = found.get(number)
    if origin is None:  # the one to come
        return len(trials), {claim.number: claim.architecture for claim in claims}
    return origin.known, architectures(origin.pending, trials, claims)


@undisturbed()
def what_if(
    strategy: Strategy,
    *,
    acquisition: Acquisition | PosteriorAcquisition | None = None,
    kernel: Kernel | None = None,
    lengthscale: float | None = None,
) -> Strategy:
    """The strategy with another acquisition function, kernel or length-scale, for `replay`.

    Args:
        strategy: A `BayesianOptimization`.
        acquisition: The other acquisition function.
        kernel: The other kernel of its Gaussian process; its parameters are fitted as usual.
        lengthscale: The length-scale of every `DistanceKernel` of the kernel, in units of its
            distance, below its `max_lengthscale`. It is held there, while weights and noise are
            fitted.

    Returns:
        A new strategy; what is not given stays. The same question gives a strategy with the same
        model, so that its fits are remembered.

    Raises:
        SettingError: If the strategy has no such part, or the length-scale does not suit the
            kernel.
    """
    if not isinstance(strategy, BayesianOptimization):
        raise SettingError(
            f"expected a BayesianOptimization to ask what if, got {type(strategy).__name__}, "
            "which has neither acquisition function nor kernel; give replay another strategy"
        )
    ACQUISITION.optional("acquisition", acquisition)
    KERNEL.optional("kernel", kernel)
    lengthscale = LENGTHSCALE.optional("lengthscale", lengthscale)
    prior = strategy.prior
    if kernel is not None or lengthscale is not None:
        asked = (gaussian := _gaussian(strategy), kernel, lengthscale)
        prior = strategy.kept.get(asked, lambda: _other_prior(gaussian, kernel, lengthscale))
    return dataclasses.replace(
        strategy,
        prior=prior,
        acquisition=strategy.acquisition if acquisition is None else acquisition,
    )


def _gaussian(strategy: BayesianOptimization) -> GaussianProcess:
    if isinstance(strategy.prior, GaussianProcess):
        return strategy.prior
    raise SettingError(
        "expected a GaussianProcess as prior, whose kernel can be another one, got "
        f"{type(strategy.prior).__name__}; of this strategy only the acquisition function can be"
    )


def _other_prior(
    prior: GaussianProcess, kernel: Kernel | None, lengthscale: float | None
) -> GaussianProcess:
    """The prior with another kernel, and with its length-scale held."""
    kernel = prior.kernel if kernel is None else kernel
    if lengthscale is not None:
        kernel = _held(kernel, lengthscale)
    return dataclasses.replace(prior, kernel=kernel)


def _held(kernel: Kernel, lengthscale: float) -> Kernel:
    """A copy of a kernel whose distance kernels have a length-scale that is not fitted."""
    kernel = copy.deepcopy(kernel)
    parts = [part for part in kernel.modules() if isinstance(part, DistanceKernel)]
    if not parts:
        raise SettingError(
            "expected a kernel with a length-scale, that is with a DistanceKernel in it, got "
            f"{type(kernel).__name__}; change the acquisition function or the kernel instead"
        )
    for part in parts:
        limit = part.distance.max_lengthscale
        if not 0 < lengthscale < limit:
            raise SettingError(
                f"expected a length-scale above 0 and below {limit:.3g}, up to which the kernel "
                f"of {part.distance} is positive definite, got {lengthscale!r}"
            )
        part.initialize(lengthscale=torch.tensor(lengthscale, dtype=torch.float64))
        part.raw_lengthscale.requires_grad_(False)
    return kernel
