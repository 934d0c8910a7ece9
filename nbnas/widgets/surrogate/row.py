"""Architectures in a row: an example in which a whole posterior can be seen.

Each is as far from another as their places are, and values vary by about 1, as those that a model
works on do. One evaluation was lucky; elsewhere three agree on nearly as much.
"""

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nbnas.graphs.architecture import Architecture
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.records import Evaluation, Measure, Observations
from nbnas.surrogate.acquisition.improvement import acquisition_scores, in_logs
from nbnas.surrogate.kernels.distance import SquaredDistanceKernel
from nbnas.surrogate.process.posterior import Posterior
from nbnas.surrogate.process.prior import GaussianProcess
from nbnas.surrogate.warp import expected_excess
from nbnas.widgets.panel import Panel, slider
from nbnas.widgets.view import View

LENGTH = 41
LEAST, MOST = 0.02, 1.5  # standard deviations of the noise
SEEN = {1: -0.6, 7: -0.5, 10: 1.4, 13: -0.3, 19: -0.4, 26: 0.5, 29: 0.8, 32: 0.6, 38: -0.5}
ROW: tuple[Architecture, ...] = tuple(itertools.islice(CellSpace(), LENGTH))
Array = NDArray[np.float64]


def posterior(lengthscale: float, noise: float) -> Posterior:
    """The posterior of the example.

    Args:
        lengthscale: How far architectures tell about each other, in places.
        noise: Standard deviation of a measurement.

    Returns:
        What a Gaussian process believes after the evaluations; its scale is that of the values.
    """
    kernel = SquaredDistanceKernel(_Along(), lengthscale)
    trials = tuple(Evaluation(ROW[i], value) for i, value in SEEN.items())
    seen = Observations(trials, Measure("value"))
    return GaussianProcess(kernel, _AsItIs(), noise=noise**2).condition(seen)


def best(scores: Array) -> Array:
    """The place of the highest score among those that are not evaluated.

    Args:
        scores: Scores `(..., m)`.

    Returns:
        Places `(...)`: a search does not evaluate twice.
    """
    free = scores.copy()
    free[..., list(SEEN)] = -np.inf
    return np.asarray(free.argmax(axis=-1))


@dataclass(frozen=True, slots=True)
class _Along:
    """The distance between two places."""

    is_metric = True
    max_lengthscale = math.inf

    def distance(self, a: Architecture, b: Architecture) -> float:
        return float(abs(_PLACES[a] - _PLACES[b]))

    def matrix(self, a: Sequence[Architecture], b: Sequence[Architecture]) -> Array:
        first, second = (np.array([_PLACES[x] for x in each], np.float64) for each in (a, b))
        apart: Array = np.abs(first[:, None] - second)
        return apart

    def explain(self, a: Architecture, b: Architecture) -> tuple[int, int]:
        return _PLACES[a], _PLACES[b]


@dataclass(frozen=True, slots=True)
class _AsItIs:
    """The warp that changes nothing."""

    def fit(self, y: Array, lower: float = 0.0, upper: float = 1.0) -> "_AsItIs":
        return self

    def forward(self, y: Array) -> Array:
        return y

    def inverse(self, z: Array) -> Array:
        return z

    def expected_improvement(self, mean: Array, stddev: Array, best: float) -> Array:
        return expected_excess(mean, stddev, best)


_PLACES = {architecture: place for place, architecture in enumerate(ROW)}


class NoiseControls:
    """How noisy an evaluation of the row is.

    Args:
        draw: Makes the view for a standard deviation of the noise.
        noise: The one to begin with.
    """

    def __init__(self, draw: Callable[[float], View], noise: float) -> None:
        tooltip = "How far two trainings of one architecture differ, on the model's scale"
        self.noise = slider(noise, LEAST, MOST, "noise (stddev)", tooltip)
        self.panel = Panel(lambda: draw(self.noise.value), [[self.noise]])
        self.panel.changed(self.noise)


def improvements(acquisition: Any, model: Posterior) -> Array:  # noqa: ANN401
    """Scores `(m,)`, no logarithms; NaN for what is evaluated, which is no candidate."""
    scores = acquisition_scores(acquisition, model, ROW, np.random.default_rng(0)).numpy()
    scores = np.exp(scores) if in_logs(acquisition) else scores
    return np.where(np.isin(np.arange(LENGTH), list(SEEN)), np.nan, scores)
