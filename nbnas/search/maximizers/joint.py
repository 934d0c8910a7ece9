"""Maximisation over graphs and settings together, alternately.

Notation
    k, m      numbers of climbs and of points
    D         number of coordinates of the settings, see `cube`
    point     a graph's number and coordinates `(1 + D,)`, see `surrogate.process.points`

References:
    Balandat et al., BoTorch: a framework for efficient Monte-Carlo Bayesian optimization,
    NeurIPS 2020, section 4 (several starts, climbed at once by their gradients). Ru, Alvi, Nguyen,
    Osborne and Roberts, Bayesian optimisation over multiple continuous and categorical inputs,
    ICML 2020; Wan et al., Think global and act local, ICML 2021 (alternating between the two).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from nbnas.checks import Rule, instance, settle, whole
from nbnas.errors import SettingError
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.space import SearchSpace
from nbnas.graphs.spaces.joint.space import JointSpace
from nbnas.records import Observations
from nbnas.search.maximizers.ascent import LocalAscent
from nbnas.search.maximizers.climb import Climb, distinct
from nbnas.search.maximizers.maximizer import Score, Scored, check_known
from nbnas.search.maximizers.pool import RandomPool
from nbnas.surrogate.acquisition.improvement import Acquisition, PosteriorAcquisition, draws
from nbnas.surrogate.acquisition.slope import Slope
from nbnas.surrogate.model import ModelPosterior
from nbnas.surrogate.process.points import has_points

JOINT: Rule[JointSpace] = instance(
    JointSpace, "JointSpace(CellSpace(), learning_rate=nbnas.Real(1e-3, 1, log=True))"
)


@dataclass(frozen=True, slots=True, eq=False)
class Guided:
    """A score of candidates, with the gradient of what it is made of.

    Attributes:
        scorer: Scores `(m,)` of `m` candidates.
        slope: The acquisition function of the believed posterior, as a function of points.
    """

    scorer: Callable[[Sequence[Architecture]], Tensor]
    slope: Slope

    def __call__(self, candidates: Sequence[Architecture]) -> NDArray[np.float64]:
        """Scores `(m,)`."""
        scores: NDArray[np.float64] = self.scorer(candidates).numpy()
        return scores


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """A score that draws in each call: candidates can be compared within one only.

    Attributes:
        score: Scores `(m,)` of `m` candidates.
    """

    score: Score

    def __call__(self, candidates: Sequence[Architecture]) -> NDArray[np.float64]:
        """Scores `(m,)`."""
        return self.score(candidates)


def plain(score: Score, acquisition: Acquisition | PosteriorAcquisition) -> Score:
    """A score without a gradient, which says whether it draws."""
    return Drawn(score) if draws(acquisition) else score


def guided(
    scorer: Callable[[Sequence[Architecture]], Tensor],
    acquisition: Acquisition | PosteriorAcquisition,
    believed: ModelPosterior | None,
) -> Score:
    """A score with its gradient by settings, where there are some and it has one.

    Args:
        scorer: Scores `(m,)` of `m` candidates.
        acquisition: What it scores by.
        believed: Of what posterior; `None` where it scores by several.
    """
    if isinstance(acquisition, PosteriorAcquisition) or not has_points(believed):
        return plain(lambda candidates: scorer(candidates).numpy(), acquisition)
    return Guided(scorer, Slope(acquisition, believed))


@dataclass(frozen=True, slots=True)
class Alternating:
    """Alternates between the graph and its settings, from several starts.

    The starts are the best of a pool: half of it near the best evaluated architectures, half
    random. Then, in turn: the numbers among the settings climb by the gradient of the acquisition
    function (L-BFGS, all starts at once), each category is tried with all of its options, and the
    graph moves to the best one of its space for these settings, or of its neighbours. In the end
    whole numbers are rounded, and the others climb once more.

    Without a gradient, as of an `Ensemble`, it climbs from neighbour to neighbour as `LocalAscent`
    does. An acquisition function that draws scores one pool at once, half of it mutations of the
    best evaluated architectures: a climb would go from one lucky draw to the next.

    Args:
        starts: Number of climbs.
        pool: Number of points that the starts are taken from.
        rounds: Most turns.
        swept: How many of the climbs look at all graphs of a space that can be listed; the others
            look at neighbours.
        neighbours: Most neighbours that are looked at.

    Raises:
        SettingError: If a number is below 1.
    """

    starts: int = 5
    pool: int = 1_500
    rounds: int = 3
    swept: int = 2
    neighbours: int = 200

    def __post_init__(self) -> None:
        one = whole(1)
        settle(self, starts=one, pool=one, rounds=one, swept=whole(0), neighbours=one)

    def check_space(self, space: SearchSpace) -> None:
        """Check that the space has settings.

        Raises:
            SettingError: If not, or if limits leave but a part of it.
        """
        JOINT.raising(
            SettingError, "take Automatic() as maximizer, which suits every space, or RandomPool()"
        )("space", space)

    def maximize(
        self,
        score: Score,
        space: SearchSpace,
        observations: Observations,
        rng: np.random.Generator,
    ) -> Scored:
        """Score what was found on the way.

        Raises:
            SettingError: If the space has no settings.
        """
        rng = check_known(score, space, observations, rng)
        joint, pool = JOINT("space", space), RandomPool(self.pool)
        if isinstance(score, Drawn):
            return pool.maximize(score, joint, observations, rng)
        if not isinstance(score, Guided):
            ascent = LocalAscent(self.starts, pool, neighbours=self.neighbours)
            return ascent.maximize(score, joint, observations, rng)
        climb = Climb(score.slope, joint, rng, self.neighbours)
        points = climb.starts(observations, self.pool, self.starts)
        for _ in range(self.rounds):
            points = distinct(points)
            before = climb.scores(points)
            points = climb.up(points)
            points = climb.options(points)
            points = climb.graphs(points, self.swept)
            if (climb.scores(points) - before).max() < 1e-3:
                break
        climb.finish(points)
        found = climb.architectures()
        return Scored(found, score(found))
