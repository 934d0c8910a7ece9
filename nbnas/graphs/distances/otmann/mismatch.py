"""What it costs to match two layers of different kinds: a frozen table.

Notation
    M(x, y)   the label mismatch cost of a unit of mass of kind x matched with one of kind y; inf
              where they cannot be matched
    1         what a unit of mass costs that is not matched; so M >= 2 is as good as inf

References:
    Kandasamy et al., Neural architecture search with Bayesian optimisation and optimal transport,
    NeurIPS 2018, table 1.
"""

import functools
import itertools
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nbnas.checks import MAPPING, TEXT, each, real, settle
from nbnas.errors import ArchitectureError, SettingError, shown
from nbnas.graphs.architecture import IDENTITY
from nbnas.graphs.spaces.layer_graph import HIDDEN
from nbnas.graphs.spaces.recurrent.recipe import ACTIVATIONS, BLEND, LINEAR, PROD, SUM

_KERNEL_SIZE = {  # pixels; the names of whole networks, NAS-Bench-201 and NAS-Bench-101
    **{"conv1x1": 1, "conv3x3": 3, "conv5x5": 5, "conv7x7": 7},
    **{"nor_conv_1x1": 1, "nor_conv_3x3": 3},
    **{"conv1x1-bn-relu": 1, "conv3x3-bn-relu": 3},
}
_POOLS = {  # 0 for average, 1 for maximum, and what says neither between them
    **{"avg-pool": 0.0, "pool": 0.5, "max-pool": 1.0},
    **{"avg_pool_3x3": 0.0, "maxpool3x3": 1.0},
}
_RECURRENT = {
    **dict.fromkeys(itertools.combinations(ACTIVATIONS, 2), 0.25),
    **{(SUM, PROD): 0.25, (BLEND, SUM): 0.5, (BLEND, PROD): 0.5, ("fc", "dense"): 0.0},
}
_COST = real(0, infinite=True)
_KINDS = each(TEXT).raising(ArchitectureError)
_ALONE = ("relu", "softmax", "image", "output", IDENTITY, "input", "x", HIDDEN, LINEAR)


@dataclass(frozen=True, slots=True)
class MismatchTable:
    """A symmetric table of the costs M of matching layers of two kinds.

    Attributes:
        kinds: The kinds of layers that it knows.
        costs: `costs[i][j]`, the cost of a unit of mass of kind i matched with kind j: at least
            0, `inf` where they cannot be matched, 0 on the diagonal.

    Raises:
        SettingError: If the table is not of this form; the message names the first fault.

    Example:
        >>> table = MismatchTable.default().extended({("gelu", "relu"): 0.1})
        >>> table.cost("relu", "gelu"), table.cost("gelu", "conv3x3")
        (0.1, inf)
    """

    kinds: tuple[str, ...]
    costs: tuple[tuple[float, ...], ...]

    def __post_init__(self) -> None:
        settle(self, kinds=each(TEXT), costs=each(each(_COST), of="a row of costs"))
        _check_form(self.kinds, self.costs)
        for x, y, cost in _cells(self.kinds, self.costs):
            if cost != self.cost(y, x) or (x == y and cost != 0):
                raise SettingError(
                    "expected costs of at least 0, symmetric and 0 on the diagonal, got "
                    f"{cost} for {x!r} with {y!r} and {self.cost(y, x)} for {y!r} with {x!r}"
                )

    def __repr__(self) -> str:
        """`MismatchTable.default()` for the default, else all of it."""
        if self == _default():
            return "MismatchTable.default()"
        return f"MismatchTable(kinds={self.kinds!r}, costs={self.costs!r})"

    @classmethod
    def default(cls) -> "MismatchTable":
        """The table used if none is given.

        Convolutions of k and k' pixels cost √2/10 · √|k - k'|: 0.2 for 3×3 with 5×5, 0.28 with
        7×7, as in NASBOT. Maximum with average pooling costs 0.25 (0.5 in NASBOT's code), and
        "pool", which says neither, lies between. "fc" and "dense" are two names of one kind.

        The paper has no cells; the costs of their operations are ours. "nor_conv_3x3" and
        "conv3x3-bn-relu" are two more names of a convolution, "avg_pool_3x3" and "maxpool3x3" of
        pooling. Activations of recurrent cells among each other, and their sums with products,
        cost 0.25; a blend g·a + (1 - g)·b, which holds sums and products, with either of them 0.5.

        All else, such as a convolution with a pooling layer or an identity, cannot be matched. The
        triangle rule holds.
        """
        return _default()

    @property
    def obeys_triangle(self) -> bool:
        """Whether M(x, z) <= M(x, y) + M(y, z) for all kinds, as the triangle rule of d needs."""
        m = np.array(self.costs).reshape(len(self.kinds), len(self.kinds))
        detours = m[:, :, None] + m[None, :, :]  # (x, y, z)
        return bool((m[:, None, :] <= detours + 1e-12).all())

    def cost(self, first: str, second: str) -> float:
        """M of two kinds.

        Raises:
            ArchitectureError: If one of them is unknown; the message says how to add it.
        """
        (x, y) = self.codes((first, second))
        return self.costs[x][y]

    def codes(self, kinds: Iterable[str]) -> list[int]:
        """The row of each kind.

        Raises:
            ArchitectureError: If one of them is unknown; the message says how to add it.
        """
        rows = _rows(self.kinds)
        kinds = _KINDS("kinds", tuple(kinds))
        try:
            return [rows[kind] for kind in kinds]
        except KeyError as error:
            unknown = error.args[0]
            raise ArchitectureError(
                f"expected layers of the kinds {', '.join(self.kinds)}, got {unknown!r}; add it "
                "to the distance's mismatch by MismatchTable.default().extended({"
                f"({unknown!r}, 'relu'): 0.5}}), or by {{({unknown!r}, {unknown!r}): 0}} "
                "if it matches its own kind only"
            ) from None

    def extended(self, costs: Mapping[tuple[str, str], float]) -> "MismatchTable":
        """A table with other or further kinds and costs.

        Args:
            costs: The cost of pairs of kinds, in either order; a new kind cannot be matched with
                the kinds that are not named with it.

        Returns:
            The new table; this one stays as it is.

        Raises:
            SettingError: If a cost is negative, or not 0 for a kind with itself.
        """
        pair = each(TEXT, least=2)
        for kinds, cost in MAPPING("costs", costs).items():
            if len(pair("kinds", kinds)) != 2:
                raise pair.refusal("kinds", kinds)
            _COST(f"costs[{shown(kinds)}]", cost)
        return _table({(x, y): cost for x, y, cost in self} | dict(costs))

    def knowing(self, kinds: Iterable[str]) -> "MismatchTable":
        """The table that knows these kinds, too: an unknown one matches its own kind only.

        So it is with the operations of a cell that somebody has made: nobody can say what they are
        like. The triangle rule stays.
        """
        unknown = sorted(set(kinds) - set(self.kinds))
        return _widened(self, tuple(unknown)) if unknown else self

    def __iter__(self) -> Iterator[tuple[str, str, float]]:
        """All `(kind, kind, cost)`, each pair once."""
        for x, y, cost in _cells(self.kinds, self.costs):
            if self.kinds.index(x) <= self.kinds.index(y):
                yield x, y, cost

    def clipped(self) -> NDArray[np.float64]:
        """Costs `(K + 1, K + 1)` of the K kinds and, last, of the null layer.

        Costs are cut at 2, the cost of leaving both unmatched, which changes no distance; a null
        layer costs 1 with any kind and 0 with itself.
        """
        table = np.ones((len(self.kinds) + 1, len(self.kinds) + 1))
        table[:-1, :-1] = np.minimum(np.array(self.costs), 2.0)
        table[-1, -1] = 0.0
        return table


def _check_form(kinds: tuple[str, ...], costs: tuple[tuple[float, ...], ...]) -> None:
    sizes = [len(row) for row in costs]
    if not kinds or len(set(kinds)) != len(kinds) or sizes != [len(kinds)] * len(kinds):
        raise SettingError(
            "expected different kinds and a square table of their costs, "
            f"got kinds {kinds} and rows of {sizes} costs"
        )


def _cells(
    kinds: tuple[str, ...], costs: tuple[tuple[float, ...], ...]
) -> Iterator[tuple[str, str, float]]:
    for x, row in zip(kinds, costs, strict=True):
        for y, cost in zip(kinds, row, strict=True):
            yield x, y, cost


@functools.lru_cache(maxsize=100)
def _rows(kinds: tuple[str, ...]) -> dict[str, int]:
    return {kind: row for row, kind in enumerate(kinds)}


def _table(costs: Mapping[tuple[str, str], float]) -> MismatchTable:
    """A table from the costs of pairs; a pair that is not named cannot be matched."""
    kinds = tuple(dict.fromkeys(kind for pair in costs for kind in pair))
    unnamed = [[0.0 if x == y else math.inf for y in kinds] for x in kinds]
    rows = _rows(kinds)
    for (x, y), cost in costs.items():  # the later one wins, in either order
        unnamed[rows[x]][rows[y]] = unnamed[rows[y]][rows[x]] = float(cost)
    return MismatchTable(kinds, tuple(map(tuple, unnamed)))


@functools.lru_cache(maxsize=16)
def _widened(table: MismatchTable, unknown: tuple[str, ...]) -> MismatchTable:
    return table.extended({(kind, kind): 0.0 for kind in unknown})


@functools.cache
def _default() -> MismatchTable:
    convolutions = {
        (x, y): math.sqrt(2 * abs(k - j)) / 10
        for x, k in _KERNEL_SIZE.items()
        for y, j in _KERNEL_SIZE.items()
    }
    pools = {(x, y): abs(k - j) / 4 for x, k in _POOLS.items() for y, j in _POOLS.items()}
    return _table(convolutions | pools | _RECURRENT | {(kind, kind): 0.0 for kind in _ALONE})
