"""Chooses what to train and how far by what a training is worth for its cost.

Notation
    m, K+1     number of candidates, and of lengths of trainings, the full one last
    value      what a training of some length tells of full results, by an acquisition function
    cost       what it takes, in full trainings; only the rest, where trainings are continued

References:
    Swersky, Snoek and Adams, Multi-task Bayesian optimization, NeurIPS 2013 (information for its
    cost). Poloczek, Wang and Frazier, Multi-information source optimization, NeurIPS 2017
    (knowledge gradient for its cost). Takeno et al., Multi-fidelity Bayesian optimization with
    max-value entropy search, ICML 2020. BOCA, in Kandasamy et al., ICML 2017, chooses lengths by
    their cost, too, but by confidence bounds.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from nbnas.graphs.architecture import Architecture
from nbnas.graphs.space import SearchSpace
from nbnas.records import Proposal
from nbnas.search.candidates import Novelty
from nbnas.search.maximizers.joint import Drawn
from nbnas.search.maximizers.maximizer import Maximizer, Scored
from nbnas.search.strategies.described import described, reason
from nbnas.search.strategies.fidelities.model import Levels
from nbnas.search.strategies.fidelities.stage import Stage
from nbnas.surrogate.acquisition.information import InformationAcquisition
from nbnas.surrogate.model import ModelPosterior

Array = NDArray[np.float64]
SHOWN = 12  # candidates that a proposal keeps


@dataclass(frozen=True, slots=True, eq=False)
class Offers:
    """Scores what each training would be worth for its cost, and keeps the best length of each.

    Attributes:
        acquisition: Values trainings of each length.
        posterior: What is believed of full results.
        stage: Where the search stands.
        rng: The only source of randomness.
        lengths: The best level of each candidate that was scored.
    """

    acquisition: InformationAcquisition
    posterior: ModelPosterior
    stage: Stage
    rng: np.random.Generator
    lengths: dict[Architecture, int] = field(default_factory=dict)

    def score(self, candidates: Sequence[Architecture]) -> Array:
        """log of value by cost `(m,)` of the best length; -inf where there is nothing left."""
        values = self.acquisition.by_level(self.posterior, candidates, self.rng)
        worth = values.numpy() - self._log_costs(candidates)
        best = worth.argmax(axis=0)
        self.lengths.update(zip(candidates, best.tolist(), strict=True))
        return np.asarray(worth[best, np.arange(len(candidates))])

    def _log_costs(self, candidates: Sequence[Architecture]) -> Array:
        """Logarithms of costs `(K+1, m)`; inf for what was trained so far, or is under way."""
        stage = self.stage
        lengths = range(stage.top + 1)
        new = [math.log(stage.of_level(level)) for level in lengths]
        found = np.tile(np.array(new)[:, None], len(candidates))
        reached = stage.reached | dict.fromkeys(stage.pending, stage.top)
        for place, candidate in enumerate(candidates):
            last = reached.get(candidate)
            if last is None:
                continue
            for level in lengths:
                left = stage.left(level, last) if level > last else math.inf
                found[level, place] = math.log(left)
        return found


def best_for_its_cost(
    acquisition: InformationAcquisition,
    maximizer: Maximizer,
    space: SearchSpace,
    rng: np.random.Generator,
    levels: Levels,
    allow_isomorphic: bool,
    n: int,
) -> Proposal | None:
    """The training that is worth most for its cost, and how far it goes.

    Args:
        acquisition: Values trainings of each length.
        maximizer: How the best candidate is looked for.
        space: The search space.
        rng: The only source of randomness.
        levels: What is believed of each length.
        allow_isomorphic: Whether another architecture that computes the same function is new.
        n: How many architectures to propose, all of one length.

    Returns:
        The proposal; `None` where there is no training of some length to learn from yet, or all
        was trained.
    """
    stage, posterior = levels.stage, levels.full()
    if posterior is None or not all(len(stage.at(k).completed) for k in range(stage.top)):
        return None
    offers = Offers(acquisition, posterior, stage, rng)
    found = maximizer.maximize(Drawn(offers.score), space, stage.observations, rng)
    shown = list(islice(_new(found, offers, allow_isomorphic), max(SHOWN, n)))
    if not shown:
        return None
    candidates = [found.architectures[i] for i in shown]
    level = offers.lengths[candidates[0]]
    same = [a for a in candidates if offers.lengths[a] == level]
    ranked = described(posterior, candidates[:SHOWN], found.scores[shown[:SHOWN]])
    epochs, measure = stage.epochs(level), stage.observations.measure
    what = "A full training" if epochs is None else f"A look for {epochs} epochs"
    said = f"{what} tells most of full results for its cost. {reason(ranked[0], measure)}"
    return Proposal(
        tuple(same[:n]),
        said,
        ranked,
        len(found.architectures),
        f"{type(acquisition).__name__} for its cost",
        best=measure.gain(float(np.nanmax(posterior.observations.known_gains))),
        measure=measure,
        epochs=epochs,
    )


def _new(found: Scored, offers: Offers, allow_isomorphic: bool) -> Iterator[int]:
    """The numbers of what may be trained at its best length, best first, without twins."""
    stage, claimed = offers.stage, Novelty((), allow_isomorphic=allow_isomorphic)
    taken = [
        Novelty(stage.taken(level), allow_isomorphic=allow_isomorphic)
        for level in range(stage.top + 1)
    ]
    for i in found.ranked():
        architecture = found.architectures[i]
        if not np.isfinite(found.scores[i]):
            continue
        if taken[offers.lengths[architecture]].is_new(architecture) and claimed.claim(
            architecture
        ):
            yield i
