r"""A Bayesian line in some sizes, in closed form, beside one level for each group of rows.

Notation
    n, p       number of rows and of sizes
    g          group of a row, such as the full trainings; each has a level of its own
    X          sizes `(n, p)`, each divided by its spread and centred within its group
    y          values `(n,)`, centred within their groups
    U s Vᵀ     the singular value decomposition of X
    σ²         variance of the noise;  λ  that of a weight, in units of σ²
    S          (I + λ X Xᵀ)⁻¹ `(n, n)`;  P  S less the means of the groups, so that P y = S y

    y = X w + ε,   w ~ N(0, λ σ² I),   ε ~ N(0, σ² I),   1/σ² ~ Gamma(A, A · expected variance),
    and the levels have flat priors. Given λ all of it is conjugate; λ is the one of a grid with
    the greatest evidence.

References:
    Bishop, Pattern Recognition and Machine Learning, 2006, sections 3.3 and 3.5. Rasmussen and
    Williams, Gaussian Processes for Machine Learning, 2006, section 5.4.2 (leave-one-out).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
A = 1.0  # shape of the prior of 1/σ²: as much as two trials tell
GRID = 10.0 ** np.linspace(-4, 4, 65)  # λ


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """A line after `n` rows.

    Attributes:
        spread: What each size was divided by `(p,)`: its standard deviation within the groups,
            or 1 where it never varied.
        centre: The mean sizes of the first group `(p,)`, undivided.
        level: The mean value of the first group.
        size: Number of rows of the first group.
        weights: Posterior mean of w `(p,)`.
        covariance: That of w `(p, p)`, in units of σ².
        scale: λ.
        variance: σ².
        left: Leave-one-out means `(n,)` and variances `(n,)` of the values; infinite where a row
            is alone in its group.
        log_evidence: log p(y | λ) in nats, up to a constant.
    """

    spread: Array
    centre: Array
    level: float
    size: int
    weights: Array
    covariance: Array
    scale: float
    variance: float
    left: tuple[Array, Array]
    log_evidence: float

    def predict(self, x: Array, beyond: Array) -> tuple[Array, Array]:
        """Mean and standard deviation `(m,)` of new values in the first group, noise included.

        Args:
            x: Sizes `(m, p)`, undivided.
            beyond: The sum of the squares of sizes that no row has had `(m,)`.
        """
        apart = (x - self.centre) / self.spread
        of_weights = np.maximum(((apart @ self.covariance) * apart).sum(axis=1), 0.0)
        of_weights += self.scale * beyond
        mean = self.level + apart @ self.weights
        return mean, np.sqrt(self.variance * (1 + 1 / self.size + of_weights))


def fit_line(x: Array, y: Array, groups: Sequence[int], expected: float) -> Line:
    """Fit a line.

    Args:
        x: Sizes `(n, p)`.
        y: Values `(n,)`.
        groups: The group of each row, from 0 on without a gap.
        expected: Variance of the noise that is expected beforehand.

    Returns:
        The line, which predicts in group 0.
    """
    members = np.eye(max(groups) + 1)[list(groups)]  # (n, number of groups)
    average = members @ (members / members.sum(axis=0)).T  # (n, n), the mean of the group
    apart, values = x - average @ x, y - average @ y
    spread = np.sqrt((apart**2).mean(axis=0))
    spread = np.where(spread > 1e-9, spread, 1.0)
    u, s, vt = np.linalg.svd(apart / spread, full_matrices=False)
    free, along = len(y) - members.shape[1], u.T @ values
    log_evidence, scale, variance = max(
        _evidence(float(scale), s, along, float(values @ values), free, expected) for scale in GRID
    )
    shrunk = scale * s**2 / (1 + scale * s**2)
    left = _left(y, np.eye(len(y)) - (u * shrunk) @ u.T - average, variance)
    first = members[:, 0] > 0
    return Line(
        spread,
        x[first].mean(axis=0),
        float(y[first].mean()),
        int(first.sum()),
        vt.T @ (scale * s / (1 + scale * s**2) * along),
        scale * (np.eye(x.shape[1]) - (vt.T * shrunk) @ vt),
        scale,
        variance,
        left,
        log_evidence,
    )


def _evidence(
    scale: float, s: Array, along: Array, square: float, free: int, expected: float
) -> tuple[float, float, float]:
    """log p(y | λ) with σ² integrated out, up to a constant; λ; and 1 / E[1/σ²]."""
    shape = A + free / 2
    rest = square - float((scale * s**2 / (1 + scale * s**2) * along**2).sum())
    rate = A * expected + max(rest, 0.0) / 2
    found = -shape * math.log(rate) - 0.5 * float(np.log1p(scale * s**2).sum())
    return found, scale, rate / shape


def _left(y: Array, p: Array, variance: float) -> tuple[Array, Array]:
    """Means and variances `(n,)` of each value given all others, by P."""
    diagonal = p.diagonal()
    known = diagonal > 1e-9
    safe = np.where(known, diagonal, 1.0)
    mean = np.where(known, y - p @ y / safe, 0.0)
    return mean, np.where(known, variance / safe, np.inf)
