"""The path distance: which ways from input to output only one of two architectures has.

Notation
    path      the operations along one way from input to output, in order
    P(a)      the set of paths of a, each once; d(a, b) = |P(a) - P(b)| + |P(b) - P(a)|
    1_a       the indicator of P(a): for each path that there can be, 1 if a has it and else 0

Operations are those of the edges; where every edge is a link, those of the inner vertices. A zero
operation cuts its path. An identity ("skip_connect") is an operation like the others, as in the
code of BANANAS, so that a path with one differs from the same path without.

References:
    White et al., BANANAS: Bayesian Optimization with Neural Architectures for Neural Architecture
    Search, AAAI 2021, section 4 (path encoding and its truncation).
"""

import functools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from nbnas.checks import settle, whole
from nbnas.errors import ArchitectureError
from nbnas.graphs.architecture import ZERO, Architecture, check_architectures
from nbnas.graphs.canonical import has_vertex_operations

Path = tuple[str, ...]
MOST_PATHS = 100_000  # a graph has up to 2 to the power of its inner vertices


@dataclass(frozen=True, slots=True)
class PathComparison:
    """Whose the paths of two architectures are, the shortest first.

    Attributes:
        only_a: Paths of the first architecture alone.
        only_b: Paths of the second alone.
        both: Paths of both.
    """

    only_a: tuple[Path, ...]
    only_b: tuple[Path, ...]
    both: tuple[Path, ...]

    def __str__(self) -> str:
        """The paths in words, one a line."""
        groups = (("only a", self.only_a), ("only b", self.only_b), ("both", self.both))
        return "\n".join(
            f"{name}: {' → '.join(('input', *path, 'output'))}"
            for name, paths in groups
            for path in paths
        )


@dataclass(frozen=True, slots=True)
class PathDistance:
    """The number of paths from input to output that only one of two architectures has.

    Attributes:
        max_length: Only paths of at most this many operations count, as BANANAS truncates its
            encoding to the shortest paths; `None` counts all.

    Raises:
        SettingError: If `max_length` is no whole number from 0.

    Example:
        >>> from nbnas.graphs.spaces.dag.space import DagSpace
        >>> a = DagSpace().parse("maxpool3x3|0-1,1-2")
        >>> b = DagSpace().parse("maxpool3x3|0-1,0-2,1-2")
        >>> print(PathDistance().explain(a, b))
        only b: input → output
        both: input → maxpool3x3 → output
    """

    max_length: int | None = None

    def __post_init__(self) -> None:
        settle(self, max_length=whole(0).optional)

    @property
    def is_metric(self) -> bool:
        """False: a pseudo-metric. Different graphs may have the same paths and distance 0.

        Symmetry and the triangle inequality hold. Example: two equal operations side by side and
        one of them alone have the same path.
        """
        return False

    @property
    def max_lengthscale(self) -> float:
        """Infinite: `exp(-d / l)` is positive semi-definite for every l.

        d is the Hamming distance of the indicators 1_a. So exp(-d / l) is a product over the
        paths of kernels on {0, 1} with 1 where both agree and exp(-1 / l) < 1 where they do not;
        each has the eigenvalues 1 ± exp(-1 / l) > 0, and products keep this (Schur). It is
        singular where two architectures have the same paths.
        """
        return math.inf

    def distance(self, a: Architecture, b: Architecture) -> float:
        """The number of paths that only one of the two has.

        Raises:
            ArchitectureError: If one has more than 100,000 paths that count.
        """
        check_architectures(a=(a,), b=(b,))
        return float(len(paths(a, self.max_length) ^ paths(b, self.max_length)))

    def matrix(self, a: Sequence[Architecture], b: Sequence[Architecture]) -> NDArray[np.float64]:
        """The number of paths that only one has, `(n, m)`, for `n` and `m` architectures.

        Raises:
            ArchitectureError: If one has more than 100,000 paths that count.
        """
        check_architectures(a=a, b=b)
        if not len(a) or not len(b):
            return np.zeros((len(a), len(b)))
        columns: dict[Path, int] = {}
        rows = [[paths(x, self.max_length) for x in side] for side in (a, b)]
        first, second = (_indicators(side, columns) for side in rows)
        return _differing(first, second, len(columns))

    def explain(self, a: Architecture, b: Architecture) -> PathComparison:
        """The paths that only `a`, only `b` and both have; the first two make the distance.

        Raises:
            ArchitectureError: If one has more than 100,000 paths that count.
        """
        check_architectures(a=(a,), b=(b,))
        first, second = paths(a, self.max_length), paths(b, self.max_length)
        parts = (first - second, second - first, first & second)
        return PathComparison(*(_sorted(part) for part in parts))


@functools.lru_cache(maxsize=65_536)
def paths(a: Architecture, max_length: int | None = None) -> frozenset[Path]:
    """P(a), or those of at most `max_length` operations.

    Args:
        a: Any architecture.
        max_length: Most operations of a path; `None` for all.

    Returns:
        The set of paths; empty if only zero operations lead to the output.

    Raises:
        ArchitectureError: If more than 100,000 paths end at one vertex.
    """
    most = len(a.nodes) if max_length is None else max_length
    linked = has_vertex_operations(a)
    words: dict[tuple[int, int], Path] = {
        (u, v): ((a.nodes[v],) if v < len(a.nodes) - 1 else ()) if linked else (word,)
        for u, v, word in a.edges
        if word != ZERO
    }
    found: list[set[Path]] = [{()}, *(set() for _ in a.nodes[1:])]
    if linked:  # a recurrent cell has more inputs than one: its hidden states
        fed = {v for _, v in words}
        for v in set(range(1, len(a.nodes) - 1)) - fed:
            found[v].add((a.nodes[v],))
    for u, v in sorted(words, key=lambda edge: edge[1]):
        found[v].update(p + words[u, v] for p in found[u] if len(p + words[u, v]) <= most)
        _check_number(len(found[v]), a)
    return frozenset(found[-1])


def _check_number(count: int, a: Architecture) -> None:
    if count > MOST_PATHS:
        raise ArchitectureError(
            f"expected at most {MOST_PATHS:,} paths, got more in {a.text!r:.200}; "
            "give PathDistance a max_length"
        )


def _indicators(sets: Iterable[frozenset[Path]], columns: dict[Path, int]) -> csr_array:
    """Rows 1_a over the columns known so far and those that the sets add."""
    rows = [[columns.setdefault(path, len(columns)) for path in some] for some in sets]
    starts = np.cumsum([0, *map(len, rows)])
    places = np.fromiter((c for row in rows for c in row), dtype=np.int64, count=starts[-1])
    return csr_array(
        (np.ones(len(places)), places, starts), shape=(len(rows), max(1, len(columns)))
    )


def _differing(a: csr_array, b: csr_array, columns: int) -> NDArray[np.float64]:
    """Hamming distances `(n, m)` of rows of zeros and ones: |a| + |b| - 2 a·b."""
    a.resize((a.shape[0], max(1, columns)))
    common = (a @ b.T).toarray()
    distances: NDArray[np.float64] = a.sum(axis=1)[:, None] + b.sum(axis=1)[None, :] - 2 * common
    return distances


def _sorted(some: Iterable[Path]) -> tuple[Path, ...]:
    return tuple(sorted(some, key=lambda path: (len(path), path)))
