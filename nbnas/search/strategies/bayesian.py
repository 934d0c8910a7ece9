"""Bayesian optimisation: prior, data, posterior, acquisition, argmax.

Notation
    n, m       number of observations and of candidates
    z          warped objective; the acquisition function scores candidates on its scale
"""

import dataclasses
import functools
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from nbnas.errors import SettingError
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.space import SearchSpace
from nbnas.records import Candidate, Evaluation, Observations, Proposal
from nbnas.search.candidates import Novelty, candidates
from nbnas.search.strategies.random import RandomSearch
from nbnas.surrogate.acquisition import Acquisition, LogExpectedImprovement
from nbnas.surrogate.posterior import Posterior
from nbnas.surrogate.prior import GaussianProcess
from nbnas.surrogate.warp import FittedWarp, band, improvement, moments

SHOWN = 12  # candidates that a proposal keeps
FIRST_FIT = 8  # observations of the first fit in the chain of warm starts
FIT_GROWTH = 1.25


@dataclass(frozen=True, slots=True, eq=False)
class BayesianOptimization:
    """Evaluates next what an acquisition function of the posterior likes best.

    Args:
        prior: The Gaussian-process prior; its parameters are fitted to the observations.
        acquisition: What makes a candidate worth evaluating.
        initial: Number of random architectures before there is a model.
        allow_isomorphic: Whether two architectures that compute the same function may both be
            evaluated; only sensible for tables whose members were trained separately.

    Raises:
        SettingError: If `initial` is below 2.

    References:
        Jones, Schonlau and Welch, Efficient global optimization, J. Global Optim. 13, 1998.
        Kandasamy et al., Neural architecture search with Bayesian optimisation and optimal
        transport, NeurIPS 2018. Ginsbourger, Le Riche and Carraro, Kriging is well-suited to
        parallelize optimization, 2010 (pending evaluations are believed to be at their mean).
    """

    prior: GaussianProcess = field(default_factory=GaussianProcess)
    acquisition: Acquisition = field(default_factory=LogExpectedImprovement)
    initial: int = 10
    allow_isomorphic: bool = False

    def __post_init__(self) -> None:
        if self.initial < 2:
            raise SettingError(
                f"expected initial >= 2, since a model needs data, got {self.initial}"
            )

    def propose(
        self,
        space: SearchSpace,
        observations: Observations,
        pending: Sequence[Architecture],
        n: int,
        rng: np.random.Generator,
    ) -> Proposal:
        """Propose random architectures at first, then the best-scored candidates."""
        count = len(observations) + len(pending)
        if count < self.initial or not len(observations):
            reason = (
                f"Random cell {count + 1} of {self.initial}, to give the model its first data."
            )
            random = RandomSearch(self.allow_isomorphic)
            proposal = random.propose(space, observations, pending, n, rng)
            return dataclasses.replace(proposal, reason=reason)
        pool = candidates(space, observations, rng)
        proposal = self._best(pool, observations, pending)
        chosen = more = proposal.architectures
        while more and len(chosen) < n:
            more = self._best(pool, observations, (*pending, *chosen)).architectures
            chosen = (*chosen, *more)
        return dataclasses.replace(proposal, architectures=chosen)

    def posterior(self, observations: Observations) -> Posterior | None:
        """The fitted model after some observations; `None` while there are fewer than two."""
        if len(observations) < 2:
            return None
        return fitted(self.prior, observations).condition(observations)

    def _best(
        self,
        pool: tuple[Architecture, ...],
        observations: Observations,
        pending: Sequence[Architecture],
    ) -> Proposal:
        """The best-scored candidate that is new, with the ranking behind it."""
        posterior = believe(fitted(self.prior, observations), observations, pending)
        mean, stddev = posterior.latent(pool)
        best = float(posterior.z.max())
        scores = self.acquisition(mean, stddev, best).numpy()
        novelty = Novelty(
            (*observations.architectures, *pending), allow_isomorphic=self.allow_isomorphic
        )
        order = (int(i) for i in np.argsort(-scores, kind="stable"))
        shown = list(islice((i for i in order if novelty.claim(pool[i])), SHOWN))
        latent = mean.numpy()[shown], stddev.numpy()[shown]
        ranked = tuple(
            Candidate(pool[i], *map(float, (*numbers, scores[i])))
            for i, numbers in zip(shown, _in_accuracy(posterior.warp, *latent, best), strict=True)
        )
        return Proposal(
            tuple(c.architecture for c in ranked[:1]),
            _reason(ranked[0]) if ranked else "Every architecture of the space is evaluated.",
            ranked,
            len(pool),
            type(self.acquisition).__name__,
            float(observations.values.max()),
        )


@functools.lru_cache(maxsize=64)
def fitted(prior: GaussianProcess, observations: Observations) -> GaussianProcess:
    """The prior fitted to observations, by a chain of warm starts that only they decide.

    The fit to n observations starts from the fit to the first n' of them, n' the largest of
    8, 10, 13, 17, … below n. So a resumed search repeats a handful of fits and finds the very
    parameters of the uninterrupted one.
    """
    start = prior
    before = _checkpoint_below(len(observations))
    if before:
        start = fitted(prior, Observations(observations.evaluations[:before]))
    return start.fit(observations)


def believe(
    prior: GaussianProcess, observations: Observations, pending: Sequence[Architecture]
) -> Posterior:
    """The posterior if every pending evaluation came out at its mean (kriging believer)."""
    posterior = prior.condition(observations)
    for architecture in pending:
        mean, _ = posterior.predict((architecture,))
        observations = observations + Evaluation(architecture, float(mean[0]))
        posterior = prior.condition(observations)
    return posterior


def _checkpoint_below(n: int) -> int:
    checkpoint, below = FIRST_FIT, 0
    while checkpoint < n:
        below, checkpoint = checkpoint, int(np.ceil(FIT_GROWTH * checkpoint))
    return below


def _in_accuracy(
    warp: FittedWarp, mean: NDArray[np.float64], stddev: NDArray[np.float64], best: float
) -> NDArray[np.float64]:
    """What a `Candidate` holds of warped predictions `(m,)`, but for the score: `(m, 7)`."""
    columns = (
        *moments(warp, mean, stddev),
        *band(warp, mean, stddev, coverage=0.95),
        *improvement(warp, mean, stddev, best),
    )
    return np.stack(columns, axis=1)


def _reason(winner: Candidate) -> str:
    most = "its high mean" if winner.exploitation > winner.exploration else "its uncertainty"
    return (
        f"Predicted {winner.mean:.1%} ± {winner.stddev:.1%}; "
        f"expected improvement {100 * winner.expected_improvement:.2g} percentage points, "
        f"mostly owed to {most}."
    )
