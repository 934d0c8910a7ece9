"""By how much a measure is expected to pass any level, in its own unit.

The model lives on the warped scale, z, but hypervolume is told in the units of the measures: what
is added there depends on the level, and on the warp above it.

Notation
    m, l, p    number of candidates, of levels, and of knots
    y = g(z)   the gain of a measure by its warped value, increasing
    Ψ(a)       E[max(y - a, 0)] for z ~ N(μ, σ²)
    h(u)       φ(u) + u Φ(u), so that E[(z - c)⁺] = σ h((μ - c) / σ)

Between knots g is taken for linear, which is exact for `NormalScores` and close for other warps:

    Ψ(g(z_j)) = Σ_{i ≥ j} s_i σ (h((μ - z_i) / σ) - h((μ - z_{i+1}) / σ)),   s_i the slopes
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from nbnas.records import Measure
from nbnas.records.goals.boxes import nondominated_boxes
from nbnas.surrogate.acquisition.hypervolume import volume
from nbnas.surrogate.acquisition.improvement import h
from nbnas.surrogate.warp import FittedWarp

Array = NDArray[np.float64]
BEYOND = 8.0  # warped units above the best and below the worst value that count
FINE = 32  # knots in each of these tails
_SMALLEST_STDDEV = 1e-12
_AT_ONCE = 2**17  # numbers of one table


def known_excess(gains: Tensor, levels: Tensor) -> Tensor:
    """max(y - a, 0) `(m, l)` of gains `(m,)` that are known, above levels `(l,)`."""
    return (gains[:, None] - levels).clamp_min(0.0)


def warped_excess(
    warp: FittedWarp, measure: Measure, z: Array, latent: tuple[Tensor, Tensor], levels: Tensor
) -> Tensor:
    """Ψ of a measure that is believed, above some levels.

    Args:
        warp: Its fitted warp.
        measure: What it is.
        z: The warped values `(n,)` that were seen, at which a warp may bend.
        latent: μ and σ `(m,)` of the candidates, in warped units.
        levels: Levels `(l,)`, as gains; finite.

    Returns:
        Ψ `(m, l)`, as gains, at least 0.
    """
    at = warp.forward(measure.gain(levels.numpy()))
    knots, gains = _knots(warp, measure, z, at)
    places = torch.searchsorted(knots, torch.from_numpy(at))
    mean, stddev = latent
    rows = max(_AT_ONCE // len(knots), 1)
    parts = zip(torch.split(mean, rows), torch.split(stddev, rows), strict=True)
    return torch.cat([_excess(*part, knots, gains)[:, places] for part in parts])


def expected_volume(covered: list[Tensor], lower: Tensor, upper: Tensor) -> Tensor:
    """The hypervolume that candidates are expected to add, for independent goals.

    Args:
        covered: Of each goal Ψ `(m, 2 b)` at the lower and at the upper ends of `b` boxes.
        lower: The lower corners of the boxes `(b, k)`; for their number only.
        upper: The upper corners, infinite ones among them.

    Returns:
        Scores `(m,)`, at least 0.
    """
    ends = (torch.split(above, len(lower), dim=1) for above in covered)
    return volume(
        (low - torch.where(torch.isinf(upper[:, goal]), 0.0, high)).clamp_min(0.0)
        for goal, (low, high) in enumerate(ends)
    )


def boxes_above(front: Array, reference: Array) -> tuple[Tensor, Tensor, Tensor]:
    """The boxes that a front leaves, and the levels of each goal at which they begin and end.

    Returns:
        Lower and upper corners `(b, k)`, and levels `(2 b, k)` in which infinity is finite.
    """
    lower, upper = (torch.from_numpy(ends) for ends in nondominated_boxes(front, reference))
    levels = torch.cat([lower, torch.where(torch.isinf(upper), lower, upper)])
    return lower, upper, levels


def _knots(warp: FittedWarp, measure: Measure, z: Array, at: Array) -> tuple[Tensor, Tensor]:
    """Knots `(p,)` in warped units and as gains: what was seen, the levels, and the tails."""
    tail = BEYOND * np.linspace(0.0, 1.0, FINE) ** 2  # denser where it is likelier to matter
    bounds = warp.forward(np.array([b for b in (measure.lower, measure.upper) if np.isfinite(b)]))
    ends = bounds[np.isfinite(bounds)]  # beyond which gains are cut off
    knots = np.unique(np.concatenate([z, at, ends, z.max() + tail, z.min() - tail]))
    gains = np.maximum.accumulate(measure.gain(warp.inverse(knots)))
    return torch.from_numpy(knots), torch.from_numpy(gains)


def _excess(mean: Tensor, stddev: Tensor, knots: Tensor, gains: Tensor) -> Tensor:
    """Ψ at all knots `(m, p)`."""
    sigma = stddev.clamp_min(_SMALLEST_STDDEV)[:, None]
    u = (mean[:, None] - knots) / sigma
    above = sigma * h(u).clamp_min(0.0)
    slopes = gains.diff() / knots.diff().clamp_min(1e-300)
    pieces = slopes * (above[:, :-1] - above[:, 1:]).clamp_min(0.0)
    sums = pieces.flip(1).cumsum(1).flip(1)
    return torch.nn.functional.pad(sums, (0, 1))
