"""Bayesian optimisation with looks: the next architecture, and how far to train it."""

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from torch import Tensor

from nbnas.graphs.architecture import Architecture
from nbnas.graphs.space import SearchSpace
from nbnas.kept import Kept
from nbnas.records import Observations, Proposal
from nbnas.search.candidates import Novelty
from nbnas.search.maximizers.maximizer import Maximizer
from nbnas.search.strategies.described import described, reason
from nbnas.search.strategies.fidelities.model import of_full, of_looks
from nbnas.search.strategies.fidelities.stage import TRUSTED, Stage
from nbnas.search.strategies.fidelities.words import changed_by_look
from nbnas.surrogate.acquisition.improvement import (
    Acquisition,
    PosteriorAcquisition,
    acquisition_scores,
    log_expected_improvement,
)
from nbnas.surrogate.model import Model, ModelPosterior
from nbnas.surrogate.process.fidelity import FidelityPosterior
from nbnas.surrogate.process.posterior import Posterior
from nbnas.surrogate.process.prior import GaussianProcess
from nbnas.training.device import cpu_threads

SHOWN = 12  # candidates that a proposal keeps
Score = Callable[[Sequence[Architecture]], Tensor]


@dataclass(frozen=True, slots=True, eq=False)
class Chooser:
    """Chooses what to look at or to train next.

    Attributes:
        prior: The prior of full results.
        acquisition: What makes a full training worth it.
        maximizer: How the best candidate is looked for.
        space: The search space.
        rng: The only source of randomness.
        kept: Where fits are kept.
        allow_isomorphic: Whether another architecture that computes the same function is new.
        n: How many architectures to propose.
    """

    prior: Model
    acquisition: Acquisition | PosteriorAcquisition
    maximizer: Maximizer
    space: SearchSpace
    rng: np.random.Generator
    kept: Kept
    allow_isomorphic: bool
    n: int

    def choose(self, stage: Stage) -> Proposal:
        """The next look or full training; at least two looks exist."""
        assert isinstance(self.prior, GaussianProcess)
        looks = of_looks(self.prior, stage.looks, self.kept)
        proposal = self._look(stage, looks, 1.0) if stage.begins else None
        if proposal is not None and proposal.architectures:  # else all was looked at
            return proposal
        if not stage.full.completed:
            return self._first(stage, looks)
        full = of_full(self.prior, looks, stage.full, self.kept)
        if stage.looks_on(full.trust):
            proposal = self._look(stage, looks, full.slope)
            if proposal.architectures:
                return proposal
        return self._train(stage, looks, full)

    def _look(self, stage: Stage, looks: Posterior, slope: float) -> Proposal:
        """Look where looks may improve, or get worse if it is that which full results need."""
        sign = 1.0 if slope >= 0 else -1.0
        best = float((sign * looks.z).max())

        def score(candidates: Sequence[Architecture]) -> Tensor:
            mean, stddev = looks.latent(candidates)
            return log_expected_improvement(sign * mean, stddev, best)

        proposal = self._best(looks, score, stage.looked_at, stage.observations)
        said = f"A look for {stage.epochs} epochs. By the looks so far: {proposal.reason}"
        if sign < 0:
            said += " Low values are sought, as the full results are the reverse of looks so far."
        name = log_expected_improvement.__name__
        return dataclasses.replace(proposal, reason=said, epochs=stage.epochs, acquisition=name)

    def _first(self, stage: Stage, looks: Posterior) -> Proposal:
        """Train the best by its look, as nothing is known of full results."""

        def score(candidates: Sequence[Architecture]) -> Tensor:
            return looks.latent(candidates)[0]

        seen = tuple(dict.fromkeys(stage.looks.architectures))
        scores = score(seen).numpy()
        new = Novelty(stage.trained, allow_isomorphic=self.allow_isomorphic)
        order = [int(i) for i in np.argsort(-scores, kind="stable") if new.claim(seen[i])]
        if not order:
            return self._best(looks, score, stage.trained, stage.observations)
        ranked = described(looks, [seen[i] for i in order[:SHOWN]], scores[order[:SHOWN]])
        chosen = tuple(seen[i] for i in order[: self.n])
        said = f"A full training of the best by {len(stage.looks)} looks, the first of all."
        measure = stage.observations.measure
        return Proposal(chosen, said, ranked, len(seen), "mean of looks", measure=measure)

    def _train(self, stage: Stage, looks: Posterior, full: FidelityPosterior) -> Proposal:
        """Train what the acquisition function likes best, after a look of its own."""

        def score(candidates: Sequence[Architecture]) -> Tensor:
            return acquisition_scores(self.acquisition, full, candidates, self.rng)

        proposal = self._best(full, score, stage.trained, stage.full)
        named = dataclasses.replace(proposal, acquisition=type(self.acquisition).__name__)
        if not proposal.architectures:
            return named
        winner = proposal.architecture
        if full.trust > TRUSTED and winner not in stage.observations.architectures:
            said = f"A look for {stage.epochs} epochs before a full training. {proposal.reason}"
            return dataclasses.replace(named, reason=said, epochs=stage.epochs)
        said = f"{proposal.reason}{changed_by_look(looks, full, winner)}"
        return dataclasses.replace(named, reason=said)

    def _best(
        self,
        posterior: ModelPosterior,
        score: Score,
        taken: Sequence[Architecture],
        observations: Observations,
    ) -> Proposal:
        """The best-scored candidates that are new, with the ranking behind them."""
        found = self.maximizer.maximize(
            lambda candidates: score(candidates).numpy(), self.space, observations, self.rng
        )
        novelty = Novelty(taken, allow_isomorphic=self.allow_isomorphic)
        new = (i for i in found.ranked() if novelty.claim(found.architectures[i]))
        shown = list(islice(new, max(SHOWN, self.n)))
        candidates = [found.architectures[i] for i in shown]
        ranked = described(posterior, candidates[:SHOWN], found.scores[shown[:SHOWN]])
        measure, best = observations.measure, posterior.observations.known_gains
        return Proposal(
            tuple(candidates[: self.n]),
            reason(ranked[0], measure) if ranked else "Every architecture is evaluated.",
            ranked,
            len(found.architectures),
            best=None if np.isnan(best).all() else measure.gain(float(np.nanmax(best))),
            measure=measure,
        )


def look_or_train(
    chooser: Chooser, stage: Stage, initial: int, start: Callable[[], Proposal]
) -> Proposal:
    """What to look at or to train next; random looks at first.

    Args:
        chooser: Chooses once there are looks.
        stage: Where the search stands.
        initial: Number of random looks.
        start: Proposes random architectures.
    """
    looks, pending = len(stage.looks), len(stage.pending)
    if looks < 2 or looks + pending < initial:
        random = start()
        if random.architectures or looks < 2:  # else all was looked at
            return dataclasses.replace(random, epochs=stage.epochs)
    with cpu_threads(1 if pending else None):
        return chooser.choose(stage)
