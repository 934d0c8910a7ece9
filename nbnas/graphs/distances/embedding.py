"""Architectures as points of a plane: classical multidimensional scaling of a distance.

Notation
    L          landmarks, the architectures that span the plane
    D          distances `(L, L)` between them;  D² is squared entry by entry
    B          -½ J D² J with the centring J = I - 1/L: inner products, if D is Euclidean
    λ, V       the two largest eigenvalues of B and their eigenvectors `(L, 2)`
    δ          distances `(m, L)` of further architectures to the landmarks

References:
    Torgerson, Multidimensional scaling: I. Theory and method, Psychometrika 17, 1952.
    de Silva and Tenenbaum, Sparse multidimensional scaling using landmark points, Stanford
    University, 2004. Platt, FastMap, MetricMap, and landmark MDS are all Nyström algorithms,
    AISTATS 2005.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nbnas.brief import brief
from nbnas.checks import whole
from nbnas.errors import SettingError
from nbnas.graphs.architecture import Architecture, check_architectures
from nbnas.graphs.distances.distance import DISTANCE, Distance
from nbnas.graphs.framed import Framed

Array = NDArray[np.float64]
AT_ONCE = 2_000  # rows of distances to the landmarks that are held at a time
FINE, RING = 1e-6, 0.035  # shares of the extent: what is one place, and the circle around it
FLAT = 1e-9  # an axis whose λ is smaller than this share of the largest one is none


@dataclass(frozen=True, slots=True, eq=False)
class Embedding(Framed):
    """Architectures as points of a plane; made by `embed`.

    Attributes:
        architectures: The `n` architectures.
        positions: Their places `(n, 2)`, in units of the distance; the mean of the landmarks is
            the origin, and the first axis is the one along which they spread most.
        kept: The share of the landmarks' variance that the plane keeps, in [0, 1]; the rest is
            lost in it, so that points may be close in the plane and far apart in truth. Where the
            distance is not Euclidean, variance that would be negative is left out. Landmarks that
            it would put on one place, though they are apart, are on a small circle around it.
    """

    architectures: tuple[Architecture, ...] = field(repr=False)
    positions: Array
    kept: float

    def _rows(self) -> Iterator[dict[str, Any]]:
        """A row for each architecture."""
        for architecture, (x, y) in zip(self.architectures, self.positions[:, :2], strict=True):
            yield {"architecture": str(architecture), "x": float(x), "y": float(y)}

    @brief
    def __repr__(self) -> str:
        return f"{len(self.architectures)} architectures, {self.kept:.0%} of the variance kept"


def embed(
    architectures: Sequence[Architecture], distance: Distance, *, landmarks: int = 500
) -> Embedding:
    """Place architectures in a plane so that close ones are close there, too.

    The first `landmarks` architectures span the plane, and all others are placed by their
    distances to these. So the places of those that are there do not move when others are added
    behind. Put architectures first that stand for all, such as `space.sample(0, 500)`, and not a
    space in its own order, whose first members are much alike.

    Args:
        architectures: `n` architectures, the landmarks first.
        distance: The distance.
        landmarks: Number of landmarks. Time and memory grow with n · landmarks + landmarks³.

    Returns:
        The embedding, the same for the same arguments: of the two directions of an axis, the one
        is taken in which the first landmark that is well away from the origin is positive.

    Raises:
        SettingError: If there is no architecture or no landmark, or a distance is none or is not
            finite.
        ArchitectureError: If something else than architectures is to be placed.

    Example:
        >>> from nbnas.graphs.spaces.cell import CellSpace
        >>> from nbnas.graphs.distances.hamming import HammingDistance
        >>> embed(CellSpace().sample(0, 20), HammingDistance()).positions.shape
        (20, 2)
    """
    check_architectures(architectures=architectures)
    DISTANCE("distance", distance)
    placed, landmarks = tuple(architectures), whole(1)("landmarks", landmarks)
    if not placed:
        raise SettingError("expected at least one architecture, got none")
    first, others = placed[:landmarks], placed[landmarks:]
    squared = _squared(first, first, distance)
    squared = (squared + squared.T) / 2
    values, vectors = np.linalg.eigh(-0.5 * _centred(squared))
    positive = np.maximum(values, 0.0)
    spread, axes = _largest(positive, vectors)
    total = positive.sum()
    own = _fanned(axes * np.sqrt(spread), squared)
    far = [
        _extend(_squared(others[i : i + AT_ONCE], first, distance), squared, spread, axes)
        for i in range(0, len(others), AT_ONCE)
    ]
    kept = float(spread.sum() / total) if total > 0 else 1.0
    positions = np.concatenate([own, *far])
    positions.setflags(write=False)
    return Embedding(placed, positions, kept)


def _squared(a: Sequence[Architecture], b: Sequence[Architecture], distance: Distance) -> Array:
    """Squared distances `(n, m)`."""
    squared = np.asarray(distance.matrix(a, b), dtype=np.float64) ** 2
    if not np.isfinite(squared).all():
        i, j = np.argwhere(~np.isfinite(squared))[0]
        raise SettingError(
            f"expected finite distances, got {np.sqrt(squared[i, j])} between {a[i]} and {b[j]}; "
            "take another distance for these architectures"
        )
    return squared


def _centred(squared: Array) -> Array:
    """J D² J: rows and columns with mean 0."""
    rows = squared.mean(axis=0)
    centred: Array = squared - rows[:, None] - rows[None, :] + rows.mean()
    return centred


def _largest(values: Array, vectors: Array) -> tuple[Array, Array]:
    """λ `(2,)` and V `(L, 2)` with fixed signs; 0 where there is no such axis."""
    spread, axes = np.zeros(2), np.zeros((len(values), 2))
    for axis, column in enumerate(np.argsort(-values, kind="stable")[:2]):
        if values[column] > FLAT * values.max():
            spread[axis] = values[column]
            axes[:, axis] = vectors[:, column] * _sign(vectors[:, column])
    return spread, axes


def _fanned(places: Array, squared: Array) -> Array:
    """Places `(L, 2)` of which none hides another one, if these are apart by D² `(L, L)`."""
    extent = float(np.ptp(places, axis=0).max())
    if extent == 0:
        return places
    _, group = np.unique(np.round(places / (FINE * extent)), axis=0, return_inverse=True)
    fanned = places.copy()
    for one in np.flatnonzero(np.bincount(group.reshape(-1)) > 1):
        members = np.flatnonzero(group.reshape(-1) == one)
        alike = np.argmax(squared[np.ix_(members, members)] <= 0, axis=1)  # the first of its like
        kinds, kind = np.unique(alike, return_inverse=True)
        if len(kinds) > 1:
            angles = 2 * np.pi * kind / len(kinds) + np.pi / 2
            ring = np.stack([np.cos(angles), np.sin(angles)], axis=1)
            fanned[members] += RING * extent * ring
    return fanned


def _sign(vector: Array) -> float:
    """The sign of the first entry that is at least half as large as the largest."""
    large = np.abs(vector) >= 0.5 * np.abs(vector).max()
    return float(np.sign(vector[np.argmax(large)]))


def _extend(delta: Array, squared: Array, spread: Array, axes: Array) -> Array:
    """Places `(m, 2)` of what has the squared distances δ² `(m, L)` to the landmarks."""
    inner = -0.5 * (delta - squared.mean(axis=0))  # (m, L); V is centred, so rows need not be
    scale = np.divide(1.0, np.sqrt(spread), out=np.zeros(2), where=spread > 0)
    places: Array = inner @ axes * scale
    return places
