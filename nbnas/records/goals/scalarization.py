"""One number from several goals: the augmented Chebyshev scalarization, with random weights.

Whoever maximises it for weights drawn anew each time comes to all parts of the Pareto front, also
where the front is not convex. This is the idea of ParEGO.

Notation
    n, k    number of points and of goals
    c       costs `(n, k)`: 0 for the best of the points in a goal, 1 for the worst
    w       weights `(k,)`, at least 0, with sum 1

References:
    Knowles, ParEGO: a hybrid algorithm with on-line landscape approximation for expensive
    multiobjective optimization problems, IEEE Trans. Evol. Comput. 10, 2006, equation 2.
"""

import numpy as np
from numpy.typing import NDArray

from nbnas.checks import real, whole
from nbnas.errors import ObservationError, SettingError, shown
from nbnas.graphs.space import Randomness, generator
from nbnas.records.goals.pareto import as_points

RHO = 0.05  # Knowles's: the part of the sum, so that of equally bad worst goals the others count
_GOALS, _RHO = whole(1), real(0)


def augmented_chebyshev(
    gains: NDArray[np.float64],
    weights: NDArray[np.float64],
    *,
    among: NDArray[np.float64] | None = None,
    rho: float = RHO,
) -> NDArray[np.float64]:
    """-(max_j w_j c_j + rho sum_j w_j c_j) `(n,)`: the larger, the better, at most 0 in `among`.

    Args:
        gains: Points `(n, k)`; the larger, the better; finite or NaN.
        weights: How much each goal counts `(k,)`, at least 0.
        among: Points `(l, k)` whose least and greatest finite gains are the costs 1 and 0;
            `gains` by default. A goal in which they are all equal costs its difference.
        rho: ρ, at least 0.

    Returns:
        A number for each point, NaN for one with a NaN.

    Raises:
        ObservationError: If the points are no numbers `(n, k)`, or one of `gains` is infinite.
        SettingError: If the weights are not k numbers, or a number is below 0.
    """
    gains = as_points(gains)
    if np.isinf(gains).any():
        raise ObservationError(f"expected gains to be finite or NaN, got {shown(gains)}")
    among = gains if among is None else as_points(among)
    if among.shape[1] != gains.shape[1]:
        raise ObservationError(
            f"expected among to have the {gains.shape[1]} goals of gains, got {among.shape[1]}"
        )
    costs = _checked(weights, gains.shape[1]) * _costs(gains, among)
    scalars: NDArray[np.float64] = -(costs.max(axis=1) + _RHO("rho", rho) * costs.sum(axis=1))
    return scalars


def random_weights(goals: int, rng: Randomness) -> NDArray[np.float64]:
    """Weights `(k,)` drawn evenly from the simplex: at least 0, with sum 1.

    Args:
        goals: How many, at least 1.
        rng: Draws them; a seed is understood, too.

    Raises:
        SettingError: If one of them is something else.
    """
    return generator(rng).dirichlet(np.ones(_GOALS("goals", goals)))


def _costs(gains: NDArray[np.float64], among: NDArray[np.float64]) -> NDArray[np.float64]:
    """The gains as costs, by the range of some points in each goal."""
    finite = among[np.isfinite(among).all(axis=1)]
    if not len(finite):
        return -gains
    best, worst = finite.max(axis=0), finite.min(axis=0)
    with np.errstate(over="ignore", invalid="ignore"):  # a range beyond all numbers
        costs: NDArray[np.float64] = (best - gains) / np.where(best > worst, best - worst, 1.0)
    return costs


def _checked(weights: NDArray[np.float64], goals: int) -> NDArray[np.float64]:
    """The weights, if there is one of at least 0 for each goal."""
    try:
        numbers = np.asarray(weights, dtype=np.float64)
    except (TypeError, ValueError):
        numbers = np.empty(0)
    if numbers.shape != (goals,) or not (np.isfinite(numbers) & (numbers >= 0)).all():
        raise SettingError(
            f"expected weights to be {goals} numbers from 0, one for each goal, such as "
            f"random_weights({goals}, rng), got {shown(weights)}"
        )
    return numbers
