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
from nbnas.search.maximizers.joint import plain
from nbnas.search.maximizers.maximizer import Maximizer, Score
from nbnas.search.strategies.described import described, reason
from nbnas.search.strategies.fidelities.model import Levels
from nbnas.search.strategies.fidelities.promising import Scorer, among_promising
from nbnas.search.strategies.fidelities.stage import TRUSTED, Stage
from nbnas.search.strategies.fidelities.valued import best_for_its_cost
from nbnas.search.strategies.fidelities.words import changed_by_look
from nbnas.surrogate.acquisition.improvement import (
    Acquisition,
    LogExpectedImprovement,
    PosteriorAcquisition,
    acquisition_scores,
    log_expected_improvement,
)
from nbnas.surrogate.acquisition.information import InformationAcquisition
from nbnas.surrogate.model import Model, ModelPosterior
from nbnas.surrogate.process.fidelity import FidelityPosterior
from nbnas.surrogate.process.prior import GaussianProcess
from nbnas.training.device import cpu_threads

SHOWN = 12  # candidates that a proposal keeps


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
        """The next look or full training; at least two looks of the lowest level exist."""
        assert isinstance(self.prior, GaussianProcess)
        levels = Levels(self.prior, stage, self.kept)
        if isinstance(self.acquisition, InformationAcquisition):
            how = (self.maximizer, self.space, self.rng)
            found = best_for_its_cost(
                self.acquisition, *how, levels, self.allow_isomorphic, self.n
            )
            if found is not None:
                return found
        return self._upto(stage.top, levels, 1.0)

    def _upto(self, level: int, levels: Levels, slope: float) -> Proposal:
        """The next training for the sake of a level: one of it, or a look of a lower one.

        Args:
            level: The level.
            levels: What is believed of each.
            slope: How what is wanted goes with the results of this level.
        """
        stage = levels.stage
        if level == 0:
            return self._improve(level, levels, slope)
        if stage.begins(level):
            proposal = self._upto(level - 1, levels, 1.0)
            if proposal.architectures:  # else all was looked at
                return proposal
        if not stage.at(level).completed:
            return self._first(level, levels)
        posterior = levels.posterior(level)
        assert isinstance(posterior, FidelityPosterior)
        if stage.looks_on(level, posterior.trust):
            proposal = self._upto(level - 1, levels, posterior.slope * slope)
            if proposal.architectures:
                return proposal
        return self._improve(level, levels, slope)

    def _improve(self, level: int, levels: Levels, slope: float) -> Proposal:
        """Train what may improve a level's results most, or look at it first.

        Where full results are the reverse of looks, looks that get worse are wanted.
        """
        stage, posterior = levels.stage, levels.posterior(level)
        assert posterior is not None
        full, sign = level == stage.top, 1.0 if slope >= 0 else -1.0
        best = float((sign * posterior.z).max())

        def improvement(candidates: Sequence[Architecture]) -> Tensor:
            mean, stddev = posterior.latent(candidates)
            return log_expected_improvement(sign * mean, stddev, best)

        def acquisition(candidates: Sequence[Architecture]) -> Tensor:
            return acquisition_scores(self.acquisition, posterior, candidates, self.rng)

        own = self.acquisition if full else LogExpectedImprovement()
        scorer: Scorer = acquisition if full else improvement
        if isinstance(posterior, FidelityPosterior):
            scorer = among_promising(scorer, posterior, sign)
        score = numbers(scorer, own)
        seen = stage.full if full else stage.observations
        proposal = self._best(posterior, score, stage.taken(level), seen)
        name = type(self.acquisition).__name__ if full else log_expected_improvement.__name__
        named = dataclasses.replace(proposal, acquisition=name, epochs=stage.epochs(level))
        if not named.architectures:
            return named
        winner, why = named.architecture, _why(named.reason, full, sign)
        trusted = isinstance(posterior, FidelityPosterior) and posterior.trust > TRUSTED
        reached = stage.reached
        lowest = reached.get(winner, -1) + 1
        if lowest < level and trusted:
            aim = "a full training" if full else f"one of {stage.epochs(level)} epochs"
            said = f"A look for {stage.epochs(lowest)} epochs before {aim}. {why}"
            shown = (candidate.architecture for candidate in named.candidates)
            same = tuple(islice((a for a in shown if reached.get(a, -1) + 1 == lowest), self.n))
            return dataclasses.replace(
                named, architectures=same, reason=said, epochs=stage.epochs(lowest)
            )
        if not full:
            said = f"A look for {stage.epochs(level)} epochs. By the looks so far: {why}"
            return dataclasses.replace(named, reason=said)
        assert isinstance(posterior, FidelityPosterior)
        changed = changed_by_look(posterior, winner)
        blind = "" if trusted or changed else " Looks tell little so far, so none comes before it."
        return dataclasses.replace(named, reason=f"{why}{changed}{blind}")

    def _first(self, level: int, levels: Levels) -> Proposal:
        """Train the best by its looks, as nothing is known of the level's results."""
        stage, looks = levels.stage, levels.posterior(level - 1)
        assert looks is not None

        score = numbers(lambda candidates: looks.latent(candidates)[0], LogExpectedImprovement())
        seen = tuple(dict.fromkeys(looks.observations.architectures))
        scores = score(seen)
        taken = stage.taken(level)
        new = Novelty(taken, allow_isomorphic=self.allow_isomorphic)
        order = [int(i) for i in np.argsort(-scores, kind="stable") if new.claim(seen[i])]
        if not order:
            found = self._best(looks, score, taken, stage.observations)
            return dataclasses.replace(found, epochs=stage.epochs(level))
        ranked = described(looks, [seen[i] for i in order[:SHOWN]], scores[order[:SHOWN]])
        chosen = tuple(seen[i] for i in order[: self.n])
        epochs = stage.epochs(level)
        what = "A full training" if epochs is None else f"A look for {epochs} epochs"
        said = f"{what} of the best by {len(looks.observations)} looks, the first of all."
        measure, name = stage.observations.measure, "mean of looks"
        return Proposal(chosen, said, ranked, len(seen), name, measure=measure, epochs=epochs)

    def _best(
        self,
        posterior: ModelPosterior,
        score: Score,
        taken: Sequence[Architecture],
        observations: Observations,
    ) -> Proposal:
        """The best-scored candidates that are new, with the ranking behind them."""
        found = self.maximizer.maximize(score, self.space, observations, self.rng)
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


def numbers(scorer: Scorer, acquisition: Acquisition | PosteriorAcquisition) -> Score:
    """What a maximiser scores by: numbers `(m,)`, which it knows to be drawn where they are."""
    return plain(lambda candidates: scorer(candidates).numpy(), acquisition)


def _why(reason: str, full: bool, sign: float) -> str:
    """Why an architecture is chosen; what is unusual is said, too."""
    if full or sign > 0:
        return reason
    return f"{reason} Low values are sought, as the full results are the reverse of looks so far."


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
    looks, pending = len(stage.at(0)), len(stage.pending)
    if looks < 2 or looks + pending < initial:
        random = start()
        if random.architectures or looks < 2:  # else all was looked at
            return dataclasses.replace(random, epochs=stage.epochs(0))
    with cpu_threads(1 if pending else None):
        return chooser.choose(stage)
