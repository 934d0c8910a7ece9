"""How much hypervolume an evaluation is expected to add, in closed form.

It is worth the more, the better in any goal and the less like what is there. A goal may be
*known* without an evaluation, as a number of parameters is: its standard deviation is 0, which is
the limit of the formula, not a small number.

Notation
    m, n, k    number of candidates, of points on the front, and of goals
    b          number of boxes that fill what the front leaves above the reference point
    l, u       lower and upper corner of a box
    Ψ(a)       E[max(Y - a, 0)] = σ h((μ - a) / σ) for a goal Y ~ N(μ, σ²); max(μ - a, 0) for σ = 0

A goal Y covers Ψ(l) - Ψ(u) of a box's side in the mean. The goals are independent, so that the
expectation is the sum over the boxes of the products over the goals. Everything is maximised, in
the coordinates of the model, warped ones or others: the front and the reference point, too.

References:
    Emmerich, Deutz and Klinkenberg, Hypervolume-based expected improvement: monotonicity
    properties and exact computation, IEEE CEC 2011.
    Yang, Emmerich, Deutz and Bäck, Efficient computation of expected hypervolume improvement using
    box decomposition algorithms, J. Global Optim. 75, 2019, section 4.
    Ament et al., Unexpected improvements to expected improvement, NeurIPS 2023 (in logarithms).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import torch
from torch import Tensor

from nbnas.errors import ObservationError, shown
from nbnas.records.goals.boxes import nondominated_boxes
from nbnas.surrogate.acquisition.improvement import h, log_h

_KNOWN = 1e-100  # a deviation below it counts as 0: its square would be none
_AT_ONCE = 2**15  # numbers of one table, so that the tables of a step stay in the cache
_ROUNDING = 1e-16  # the least part of a length that a difference can tell


def expected_hypervolume_improvement(
    mean: Tensor, stddev: Tensor, front: Tensor, reference: Tensor
) -> Tensor:
    """The hypervolume that each candidate is expected to add, exact, for independent goals.

    Args:
        mean: Means `(m, k)` of the candidates; the larger, the better.
        stddev: Standard deviations `(m, k)`; 0 for what is known.
        front: Points `(n, k)` that are there, dominated ones allowed; `n` may be 0.
        reference: The reference point `(k,)`. What is worse in any goal adds nothing.

    Returns:
        Scores `(m,)` in float64, at least 0, with gradients for `mean` and `stddev`. Time and
        memory grow with `m b`; there are n + 1 boxes for two goals.

    Raises:
        ObservationError: If they are no numbers of these shapes, a mean or a point is infinite,
            or a standard deviation is negative.
    """
    return _in_parts(_expected, mean, stddev, front, reference)


def log_expected_hypervolume_improvement(
    mean: Tensor, stddev: Tensor, front: Tensor, reference: Tensor
) -> Tensor:
    """Its logarithm, finite and ordered where the expectation underflows.

    Arguments and errors are those of `expected_hypervolume_improvement`.

    Returns:
        Scores `(m,)` in float64; -inf only for a candidate that surely adds nothing, since what is
        known of it is dominated.
    """
    return _in_parts(_log_expected, mean, stddev, front, reference)


@dataclass(frozen=True, slots=True)
class _Sides:
    """The sides of all boxes in one goal.

    Attributes:
        levels: Distinct ends `(l,)`, ascending; the last one may be infinite.
        lower: The place of each box's lower end among them `(b,)`.
        upper: The place of its upper end `(b,)`.
    """

    levels: Tensor
    lower: Tensor
    upper: Tensor

    @property
    def open(self) -> bool:
        """Whether no side has an upper end."""
        return bool(torch.isinf(self.levels[self.upper]).all())

    @property
    def finite(self) -> Tensor:
        """The levels without an infinite one."""
        return self.levels[torch.isfinite(self.levels)]


def volume(covered: Iterable[Tensor]) -> Tensor:
    """The volume `(m,)` of which each goal covers some of the side of each box, `(m, b)`."""
    product = torch.ones((), dtype=torch.float64)
    for sides in covered:
        product = product * sides
    return product.sum(dim=1)


def _expected(mean: Tensor, stddev: Tensor, sides: tuple[_Sides, ...]) -> Tensor:
    return volume(
        _covered(mean[:, goal], stddev[:, goal], side) for goal, side in enumerate(sides)
    )


def _log_expected(mean: Tensor, stddev: Tensor, sides: tuple[_Sides, ...]) -> Tensor:
    covered = torch.zeros((), dtype=torch.float64)
    for goal, side in enumerate(sides):
        covered = covered + _log_covered(mean[:, goal], stddev[:, goal], side)
    hopeless = torch.isneginf(covered).all(dim=1)  # its gradient would be none
    some = torch.where(hopeless[:, None], 0.0, covered)
    return torch.where(hopeless, -math.inf, torch.logsumexp(some, dim=1))


def _covered(mean: Tensor, stddev: Tensor, side: _Sides) -> Tensor:
    """How much of each side `(m, b)` a goal is expected to cover."""
    known = (stddev < _KNOWN)[:, None]
    if known.all():
        return _known_covered(mean, side)
    sigma = torch.where(known, 1.0, stddev[:, None])
    u = (mean[:, None] - side.finite) / sigma
    above = _padded(sigma * h(u), side, 0.0)
    covered = above[:, side.lower]
    if not side.open:
        covered = covered - above[:, side.upper]
    covered = covered.clamp_min(0.0)
    return torch.where(known, _known_covered(mean, side), covered) if known.any() else covered


def _log_covered(mean: Tensor, stddev: Tensor, side: _Sides) -> Tensor:
    """The logarithm of `_covered`."""
    known = (stddev < _KNOWN)[:, None]
    if known.all():
        return _log_known_covered(mean, side)
    sigma = torch.where(known, 1.0, stddev[:, None])
    logs = torch.log(sigma) + log_h((mean[:, None] - side.finite) / sigma)
    logs = _padded(logs, side, -math.inf)
    covered = logs[:, side.lower]
    if not side.open:
        less = (logs[:, side.upper] - covered).clamp_max(-_ROUNDING)
        covered = covered + torch.log(-torch.expm1(less))
    return torch.where(known, _log_known_covered(mean, side), covered) if known.any() else covered


def _known_covered(value: Tensor, side: _Sides) -> Tensor:
    lower, upper = side.levels[side.lower], side.levels[side.upper]
    return (torch.minimum(value[:, None], upper) - lower).clamp_min(0.0)


def _log_known_covered(value: Tensor, side: _Sides) -> Tensor:
    covered = _known_covered(value, side)
    some = covered > 0
    # Two choices, so that no gradient is the infinite one of log 0.
    return torch.where(some, torch.log(torch.where(some, covered, 1.0)), -math.inf)


def _padded(table: Tensor, side: _Sides, beyond: float) -> Tensor:
    """A column for each level, the infinite one included."""
    missing = len(side.levels) - table.shape[1]
    return torch.nn.functional.pad(table, (0, missing), value=beyond)


def _in_parts(
    score: Callable[[Tensor, Tensor, tuple[_Sides, ...]], Tensor],
    mean: Tensor,
    stddev: Tensor,
    front: Tensor,
    reference: Tensor,
) -> Tensor:
    """Scores of all candidates, some at once."""
    mean, stddev = _predicted(mean, stddev)
    sides = _sides(front, reference, mean.shape[1])
    rows = max(_AT_ONCE // len(sides[0].lower), 1)
    parts = zip(torch.split(mean, rows), torch.split(stddev, rows), strict=True)
    return torch.cat([score(*part, sides) for part in parts])


def _sides(front: Tensor, reference: Tensor, goals: int) -> tuple[_Sides, ...]:
    """The sides of the boxes in each goal."""
    points, lowest = (
        given.detach().cpu().numpy() if isinstance(given, Tensor) else given
        for given in (front, reference)
    )
    lower, upper = (torch.from_numpy(ends) for ends in nondominated_boxes(points, lowest))
    if lower.shape[1] != goals:
        raise ObservationError(
            f"expected the front to have the {goals} goals of the means, got {lower.shape[1]}"
        )
    return tuple(
        _Sides(levels, *places)
        for levels, places in (
            torch.unique(torch.stack([low, high]), return_inverse=True)
            for low, high in zip(lower.T, upper.T, strict=True)
        )
    )


def _predicted(mean: Tensor, stddev: Tensor) -> tuple[Tensor, Tensor]:
    """Means and standard deviations in float64, if they are numbers `(m, k)`."""
    try:
        first, second = (torch.as_tensor(x, dtype=torch.float64) for x in (mean, stddev))
        fits = first.ndim == 2 and first.shape == second.shape
        fits = fits and bool(torch.isfinite(first).all() and (second >= 0).all())
    except (TypeError, ValueError, RuntimeError):
        fits = False
    if not fits:
        raise ObservationError(
            "expected mean and stddev to be finite numbers (m, k), a row for each candidate and "
            "a column for each goal, no deviation below 0, "
            f"got {shown(mean)} and {shown(stddev)}"
        )
    return first, second
