"""What is believed of all goals: a posterior of each that only trainings tell, numbers of others.

Notation
    n, p, m    number of observations, of pending architectures, and of candidates
    k          number of goals
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from nbnas.graphs.architecture import Architecture
from nbnas.records import Goals, Measure, Observations
from nbnas.records.goals.constraint import Constraint
from nbnas.records.proposal import Prediction
from nbnas.search.candidates import key
from nbnas.surrogate.acquisition.excess import (
    boxes_above,
    expected_volume,
    known_excess,
    warped_excess,
)
from nbnas.surrogate.acquisition.hypervolume import log_expected_hypervolume_improvement
from nbnas.surrogate.model import ModelPosterior

Array = NDArray[np.float64]
LEAST = 1e-250  # below it an expectation is no longer told from 0


@dataclass(frozen=True, slots=True, eq=False)
class Beliefs:
    """What is believed of all goals after some observations, and with others under way.

    Attributes:
        goals: What is wanted.
        observations: What was evaluated, `n`.
        pending: What is under way, `p`.
        posteriors: The posterior of each measure that is not known beforehand, by its name; of
            these observations, with the pending ones at their means.
        same: Whether architectures that compute the same function have the same value: one that
            was evaluated tells it of all others, which may still be quicker or smaller.
    """

    goals: Goals
    observations: Observations
    pending: tuple[Architecture, ...]
    posteriors: Mapping[str, ModelPosterior]
    same: bool = True

    @property
    def value(self) -> ModelPosterior:
        """The posterior of the objective's value."""
        return self.posteriors[self.goals.value.name]

    def values(self, measure: Measure) -> Array:
        """A measure `(n + p,)` of all evaluations, those under way as they are believed to end."""
        posterior = self.posteriors.get(measure.name)
        if posterior is not None:
            return measure.gain(posterior.observations.known_gains)
        return self.known(measure, (*self.observations.architectures, *self.pending))

    @property
    def gains(self) -> Array:
        """What is maximised of each goal `(n + p, k)`, NaN where it is not told."""
        columns = [measure.gain(self.values(measure)) for measure in self.goals.measures]
        return np.stack(columns, axis=1)

    @property
    def feasible(self) -> NDArray[np.bool_]:
        """Which of all evaluations `(n + p,)` meet all limits, as far as is believed."""
        met = np.ones(len(self.observations) + len(self.pending), dtype=bool)
        for limit in self.goals.constraints:
            met &= limit.met(self.values(limit.measure))
        return met

    @property
    def reference(self) -> Array:
        """From where volume is told, as gains `(k,)`: as given, or the worst that was seen.

        The front alone would not do: beyond its ends nothing would be worth anything.
        """
        given = self.goals.reference_gains
        if given is not None:
            return given
        worst = np.where(np.isnan(self.gains), np.inf, self.gains).min(axis=0)
        return np.where(np.isinf(worst), 0.0, worst)  # 0 where nothing was told

    def volume(self, candidates: Sequence[Architecture]) -> Tensor:
        """The hypervolume `(m,)` that candidates are expected to add, as gains."""
        return self._volume(candidates, self._front, self.reference)

    def log_volume(self, candidates: Sequence[Architecture]) -> Tensor:
        """log of the hypervolume `(m,)` that candidates are expected to add; -inf for none."""
        front, reference = self._front, self.reference
        volume = self._volume(candidates, front, reference)
        if float(volume.max()) > LEAST:
            return volume.log()
        return self._log_warped_volume(candidates, front, reference)

    def log_feasible(self, candidates: Sequence[Architecture]) -> Tensor:
        """log of the probability `(m,)` that candidates meet the limits that only trainings tell.

        The limits are taken for independent (Gardner et al. 2014).
        """
        total = torch.zeros(len(candidates), dtype=torch.float64)
        for limit in self.goals.believed:
            total = total + torch.special.log_ndtr(self._inside(limit, candidates))
        return total

    def latent(
        self, measure: Measure, candidates: Sequence[Architecture]
    ) -> tuple[Tensor, Tensor]:
        """μ and σ `(m,)` of a measure that is believed, in warped units."""
        posterior = self.posteriors[measure.name]
        mean, stddev = posterior.latent(candidates)
        if measure != self.goals.value or not self.same:
            return mean, stddev
        evaluated = (*self.observations.architectures, *self.pending)
        computing = functools.partial(key, allow_isomorphic=False)
        first = {computing(a): i for i, a in reversed(tuple(enumerate(evaluated)))}
        known = [first.get(computing(a), -1) for a in candidates]
        at = [i for i, place in enumerate(known) if place >= 0]
        mean[at] = torch.from_numpy(posterior.z[[known[i] for i in at]])
        stddev[at] = 0.0  # what is left of it is noise, which is no reason to train it again
        return mean, stddev

    def draws(
        self,
        measure: Measure,
        candidates: Sequence[Architecture],
        rng: np.random.Generator,
        k: int,
    ) -> Array:
        """Draws `(k, m)` of a measure in its unit; what was evaluated stays as it was measured."""
        posterior = self.posteriors.get(measure.name)
        if posterior is None:
            return np.tile(self.known(measure, candidates), (k, 1))
        found = posterior.sample(candidates, rng, k)
        pairs = zip(self.observations.architectures, self.values(measure), strict=False)
        told = {a: value for a, value in pairs if np.isfinite(value)}
        at = [i for i, a in enumerate(candidates) if a in told]
        found[:, at] = [told[candidates[i]] for i in at]
        return found

    def predictions(
        self, candidates: Sequence[Architecture]
    ) -> tuple[tuple[Prediction, ...], ...]:
        """What is predicted of all but the value of each candidate, in the units."""
        columns = [self._predicted(m, candidates) for m in self.goals.further]
        return tuple(zip(*columns, strict=True)) if columns else ((),) * len(candidates)

    def _predicted(
        self, measure: Measure, candidates: Sequence[Architecture]
    ) -> tuple[Prediction, ...]:
        posterior = self.posteriors.get(measure.name)
        if posterior is None:
            values = self.known(measure, candidates).tolist()
            return tuple(Prediction(measure, value) for value in values)
        pairs = zip(*posterior.predict(candidates), strict=True)
        return tuple(Prediction(measure, float(m), float(s)) for m, s in pairs)

    @property
    def _front(self) -> Array:
        """What all evaluations that meet the limits gain `(f, k)`."""
        gains = self.gains
        return gains[self.feasible & ~np.isnan(gains).any(axis=1)]

    def _volume(
        self, candidates: Sequence[Architecture], front: Array, reference: Array
    ) -> Tensor:
        lower, upper, levels = boxes_above(front, reference)
        covered = [
            self._excess(measure, candidates, levels[:, goal].contiguous())
            for goal, measure in enumerate(self.goals.measures)
        ]
        return expected_volume(covered, lower, upper)

    def _inside(self, limit: Constraint, candidates: Sequence[Architecture]) -> Tensor:
        """By how many standard deviations `(m,)` a limit is expected to be met."""
        posterior = self.posteriors[limit.measure.name]
        mean, stddev = self.latent(limit.measure, candidates)
        bound = float(posterior.warp.forward(np.array([limit.bound], dtype=np.float64))[0])
        better = limit.most != limit.measure.maximize  # whether the better side is inside
        return (1.0 if better else -1.0) * (mean - bound) / stddev.clamp_min(1e-12)

    def _excess(
        self, measure: Measure, candidates: Sequence[Architecture], levels: Tensor
    ) -> Tensor:
        posterior = self.posteriors.get(measure.name)
        if posterior is None:
            return known_excess(self._known_gains(measure, candidates), levels)
        latent = self.latent(measure, candidates)
        return warped_excess(posterior.warp, measure, posterior.z, latent, levels)

    def known(self, measure: Measure, architectures: Sequence[Architecture]) -> Array:
        """A measure `(m,)` that has no posterior, since it is known beforehand."""
        known = self.goals.known_of(measure)
        assert known is not None
        return known.values(architectures)

    def _known_gains(self, measure: Measure, candidates: Sequence[Architecture]) -> Tensor:
        return torch.from_numpy(measure.gain(self.known(measure, candidates)))

    def _log_warped_volume(
        self, candidates: Sequence[Architecture], front: Array, reference: Array
    ) -> Tensor:
        """As `log_volume` on the warped scales, where nothing underflows."""
        means, deviations, points, lowest = [], [], [], []
        for goal, measure in enumerate(self.goals.measures):
            posterior = self.posteriors.get(measure.name)
            if posterior is None:
                mean = self._known_gains(measure, candidates)
                stddev = torch.zeros_like(mean)
            else:
                mean, stddev = self.latent(measure, candidates)
            told = _scale(measure, posterior)
            means.append(mean)
            deviations.append(stddev)
            points.append(told(front[:, goal]))
            lowest.append(told(reference[goal : goal + 1]))
        return log_expected_hypervolume_improvement(
            torch.stack(means, dim=1),
            torch.stack(deviations, dim=1),
            torch.from_numpy(np.stack(points, axis=1)),
            torch.from_numpy(np.concatenate(lowest)),
        )


def _scale(measure: Measure, posterior: ModelPosterior | None) -> Callable[[Array], Array]:
    """From gains to the scale on which a measure is believed."""
    if posterior is None:
        return lambda gains: gains
    return lambda gains: posterior.warp.forward(measure.gain(gains))
