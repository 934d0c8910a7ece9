"""Architectures in the plane: classical multidimensional scaling of their distances.

Notation
    D          distances `(n, n)`
    B          -½ J D² J, the centred inner products `(n, n)`

References:
    Torgerson, Multidimensional scaling: I. Theory and method, Psychometrika 17, 1952.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nbnas.graphs.architecture import Architecture
from nbnas.graphs.distance import Distance


@dataclass(frozen=True, slots=True, eq=False)
class Embedding:
    """Architectures, their positions `(n, 2)`, and the share of the variance that these keep."""

    architectures: tuple[Architecture, ...]
    positions: NDArray[np.float64]
    kept: float


def embed(architectures: Sequence[Architecture], distance: Distance) -> Embedding:
    """Place architectures in the plane so that their distances are kept as well as can be."""
    placed = tuple(architectures)
    squared = distance.matrix(placed, placed) ** 2
    centre = np.eye(len(placed)) - 1 / len(placed)
    values, vectors = np.linalg.eigh(-0.5 * centre @ squared @ centre)
    top = np.maximum(values[::-1][:2], 0.0)
    positions = np.zeros((len(placed), 2))
    positions[:, : len(top)] = vectors[:, ::-1][:, : len(top)] * np.sqrt(top)
    kept = float(top.sum() / max(np.maximum(values, 0.0).sum(), 1e-12))
    return Embedding(placed, positions, kept)
