"""The Hamming distance: what differs when vertices are matched by their number."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nbnas.graphs.architecture import Architecture, check_architectures
from nbnas.graphs.encoding import encode_all


@dataclass(frozen=True, slots=True)
class HammingDistance:
    """The number of vertex labels and edge operations in which two architectures differ.

    The output is matched with the output; an edge with the zero operation is no edge. A metric,
    and at least the edit distance, which may renumber vertices as well. `exp(-d / l)` is positive
    definite for every l, being a product over the single places.

    Example:
        >>> from nbnas.graphs.spaces.cell import CellSpace
        >>> a = CellSpace().sample(0, 1)[0]
        >>> {HammingDistance().distance(a, b) for b in CellSpace().neighbors(a)}
        {1.0}
    """

    @property
    def is_metric(self) -> bool:
        """True: zero only for equal encodings, symmetric, and with the triangle inequality."""
        return True

    @property
    def max_lengthscale(self) -> float:
        """Infinite: `exp(-d / l)` is positive definite for every l."""
        return math.inf

    def distance(self, a: Architecture, b: Architecture) -> float:
        """The number of places in which two architectures differ."""
        return float(self.matrix((a,), (b,))[0, 0])

    def matrix(self, a: Sequence[Architecture], b: Sequence[Architecture]) -> NDArray[np.float64]:
        """The number of differing places `(n, m)` between `n` and `m` architectures."""
        check_architectures(a=a, b=b)
        if not len(a) or not len(b):
            return np.zeros((len(a), len(b)))
        vertices = max(len(x.nodes) for x in itertools.chain(a, b))
        first, second = encode_all(a, vertices), encode_all(b, vertices)
        differing = np.zeros((len(a), len(b)), dtype=np.int16)
        for c in np.flatnonzero(first.any(axis=0) | second.any(axis=0)):
            differing += first[:, c, None] != second[None, :, c]
        return differing.astype(np.float64)

    def explain(self, a: Architecture, b: Architecture) -> tuple[tuple[int, ...], ...]:
        """The places that differ: a vertex `(v,)`, an edge `(u, v)`, padded to V vertices."""
        check_architectures(a=(a,), b=(b,))
        vertices = max(len(a.nodes), len(b.nodes))
        first, second = encode_all((a, b), vertices)
        return tuple(
            (int(c),) if c < vertices else tuple(divmod(int(c) - vertices, vertices))
            for c in np.flatnonzero(first != second)
        )
