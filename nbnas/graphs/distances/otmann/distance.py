"""OTMANN: the optimal transport distance between whole networks, and between cells.

Notation
    G, G'        two networks of n and m layers; lm, tm, δ as in `paths`. A cell
                 is a network of its operations, see `nbnas.graphs.spaces.layer_graph`
    Z (n, m)     the mass of each layer of G that is matched with each layer of G'
    φ_lmm        label mismatch, Σ Z M(kind, kind'); M as in `mismatch`
    φ_str        structure, Σ Z C_str, where C_str is the mean |δ - δ'| over the six path lengths
    φ_nas        non-assignment: the mass that is not matched, at a cost of 1 a unit on either side
    ν_str        the weight of structure
    d(G, G')     the least φ_lmm + φ_nas + ν_str φ_str over Z, found by `transport`

References:
    Kandasamy, Neiswanger, Schneider, Póczos and Xing, Neural architecture search with Bayesian
    optimisation and optimal transport, NeurIPS 2018, section 3 and appendix A.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from nbnas.checks import FLAG, instance, real, settle
from nbnas.graphs.architecture import Architecture, check_architectures
from nbnas.graphs.distances.otmann.mismatch import MismatchTable
from nbnas.graphs.distances.otmann.paths import layer_table
from nbnas.graphs.distances.otmann.stack import (
    LayerStack,
    StackSolver,
    stack_layers,
    structural_costs,
    unit_costs,
)
from nbnas.graphs.distances.otmann.transport import network_simplex, solve_transport
from nbnas.graphs.distances.pairs import Pairs
from nbnas.graphs.parallel import WORKERS
from nbnas.graphs.spaces.layer_graph import is_whole_network

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class LayerMatch:
    """Mass of a layer of one network that is matched with a layer of the other.

    Attributes:
        source: The layer in the first network, its vertex in the `layer_graph`.
        target: The layer in the second.
        mass: The mass that is matched.
        label_cost: M, the cost of the two kinds for each unit of mass.
        structural_cost: ν_str C_str, the cost of the two places for each unit of mass.
    """

    source: int
    target: int
    mass: float
    label_cost: float
    structural_cost: float

    @property
    def cost(self) -> float:
        """What the match adds to the raw distance."""
        return self.mass * (self.label_cost + self.structural_cost)


@dataclass(frozen=True, slots=True)
class TransportPlan:
    """Which layer of one network matches which of another, and what differs.

    Attributes:
        matches: The matches, by source and target.
        masses: lm of the layers, `(first, second)`.
        unmatched: The mass of each layer that no match takes, `(first, second)`.
        label: φ_lmm, the part of the distance from different kinds.
        structure: ν_str φ_str, the part from different places.
        non_assignment: φ_nas, the part from mass that is not matched.

    The three parts add up to the distance; those of a normalised one are divided by the total mass
    of both networks, while masses stay as they are.
    """

    matches: tuple[LayerMatch, ...]
    masses: tuple[tuple[float, ...], tuple[float, ...]]
    unmatched: tuple[tuple[float, ...], tuple[float, ...]]
    label: float
    structure: float
    non_assignment: float

    @property
    def distance(self) -> float:
        """The distance, the sum of the three parts."""
        return self.label + self.structure + self.non_assignment


@dataclass(frozen=True, slots=True)
class OtmannDistance:
    """The OTMANN distance between whole networks, and between cells of one space. Exact.

    A network goes from "image" to "output" by labelled layers; all else is a cell, whose layers
    are its operations, of mass 1 each. Raw, the distance counts mass (units times units, or
    operations) and is at most tm(G) + tm(G'). It is a pseudo-distance: symmetric, zero on itself
    and on a renumbering, but also between some networks that differ in what masses, kinds and path
    lengths do not tell. Where the table of mismatches obeys the triangle rule, as the default
    does, so does the raw distance (theorem 1 of the paper); the normalised one need not.

    Attributes:
        structure: ν_str, at least 0. The paper adds up the kernels of several; so may you. At 0.5
            most layers of networks of different depths already stay unmatched.
        mismatch: The costs M of matching different kinds of layers. An operation of a cell that
            it does not know matches its own kind only.
        normalized: Whether to divide by tm(G) + tm(G'), for a distance in [0, 1].
        workers: Number of processes for a matrix. `None` takes all cores where that saves more
            than the 2 seconds in which processes start (with two cores, from some 1,200 cells on),
            else one. It changes no result.

    Raises:
        SettingError: If `structure` is negative or not finite, another setting has the wrong type,
            or there is no worker.

    Example:
        >>> from nbnas.graphs.architecture import LINK, Architecture
        >>> links = ((0, 1, LINK), (1, 2, LINK))
        >>> a = Architecture(("image", "conv3x3:40", "output"), links, "a")
        >>> b = Architecture(("image", "conv5x5:40", "output"), links, "b")
        >>> OtmannDistance().distance(a, b)  # 40 units of mass at a cost of 0.2
        8.0
    """

    structure: float = 0.1
    mismatch: MismatchTable = field(default_factory=MismatchTable.default)
    normalized: bool = False
    workers: int | None = field(default=None, compare=False, repr=False)  # changes no result

    def __post_init__(self) -> None:
        settle(
            self,
            structure=real(0),
            mismatch=instance(MismatchTable, "MismatchTable.default()"),
            normalized=FLAG,
            workers=WORKERS,
        )

    @property
    def is_metric(self) -> bool:
        """False: it may be zero for different networks. See `obeys_triangle`."""
        return False

    @property
    def obeys_triangle(self) -> bool:
        """Whether the triangle rule is proved: for the raw distance, if the table obeys it."""
        return not self.normalized and self.mismatch.obeys_triangle

    @property
    def max_lengthscale(self) -> float:
        """Infinite: no limit is known below which `exp(-d / l)` is always positive definite.

        It is no promise. Found by eigenvalues, with l in medians of d, and with ν_str 0.1 and 0.5,
        raw and normalised: positive definite up to l = 2 on 60 and on 150 networks of `CnnSpace`,
        up to l = 0.5 on 500 of them (at l = 1 the smallest eigenvalue is -0.01), and on 500 of
        `ChainSpace` only up to l = 0.3 (at l = 1 it is -0.2); on 406 cells of NAS-Bench-201 and on
        261 recurrent ones, at a distance of each other, up to l = 0.15 (at l = 1 it is -0.09 to
        -0.3). With ν_str = 0 it was on all cells, up to l = 2. `exp(-d²)` is worse: it is not on
        60. So a kernel of it must be checked, as `GaussianProcess` does.
        """
        return math.inf

    def distance(self, a: Architecture, b: Architecture) -> float:
        """The distance of two networks.

        Raises:
            ArchitectureError: If one has a layer that the table lacks, or that hangs loose.
        """
        return float(self.matrix((a,), (b,))[0, 0])

    def matrix(self, a: Sequence[Architecture], b: Sequence[Architecture]) -> Floats:
        """All distances `(n, m)` between `n` and `m` networks; no pair is solved twice.

        Raises:
            ArchitectureError: If one has a layer that the table lacks, or that hangs loose.
        """
        check_architectures(a=a, b=b)
        if not len(a) or not len(b):
            return np.zeros((len(a), len(b)))
        pairs = Pairs.of(a, b)
        table = self._table((*pairs.first, *pairs.second))
        first, second = self._stack(pairs.first, table), self._stack(pairs.second, table)
        network_simplex()  # imports what takes a moment, so that it counts for no row
        d = pairs.solve(StackSolver(first, second, table.clipped()), self.workers)
        if self.normalized:
            d /= _scale(first.totals[:, None], second.totals)
        return pairs.spread(d)

    def explain(self, a: Architecture, b: Architecture) -> TransportPlan:
        """An optimal plan Z: what matches what, what is left, and what it costs.

        Raises:
            ArchitectureError: If one has a layer that the table lacks, or that hangs loose.
        """
        check_architectures(a=(a,), b=(b,))
        table = self._table((a, b))
        first, second = self._stack((a,), table), self._stack((b,), table)
        x, y = first.masses[:-1], second.masses[:-1]
        scale = float(_scale(x.sum(), y.sum())) if self.normalized else 1.0
        matches = _matches(first, second, table)
        left = _unmatched(x, ((m.source, m.mass) for m in matches))
        right = _unmatched(y, ((m.target, m.mass) for m in matches))
        return TransportPlan(
            matches,
            (tuple(x.tolist()), tuple(y.tolist())),
            (left, right),
            sum(m.mass * m.label_cost for m in matches) / scale,
            sum(m.mass * m.structural_cost for m in matches) / scale,
            (sum(left) + sum(right)) / scale,
        )

    def _table(self, networks: Sequence[Architecture]) -> MismatchTable:
        """The mismatches, with those of operations of somebody's own in cells."""
        cells = [each for each in networks if not is_whole_network(each)]
        return self.mismatch.knowing({kind for each in cells for kind in layer_table(each).kinds})

    def _stack(self, networks: Sequence[Architecture], table: MismatchTable) -> LayerStack:
        return stack_layers(networks, self.structure, table)


def _matches(
    first: LayerStack, second: LayerStack, table: MismatchTable
) -> tuple[LayerMatch, ...]:
    """The entries of an optimal plan between layers that are better matched than left."""
    costs = unit_costs(first, second, table.clipped())
    x, y = first.masses.copy(), second.masses.copy()
    x[-1], y[-1] = y.sum(), x.sum()
    plan = solve_transport(x, y, costs)[1][:-1, :-1]
    places = structural_costs(first, second)
    m = table.clipped()[np.ix_(first.codes, second.codes)]
    matched = (plan > 1e-12 * x.sum()) & (costs[:-1, :-1] < 2.0)
    return tuple(
        LayerMatch(int(i), int(j), float(plan[i, j]), float(m[i, j]), float(places[i, j]))
        for i, j in np.argwhere(matched)
    )


def _unmatched(masses: Floats, matched: Iterable[tuple[int, float]]) -> tuple[float, ...]:
    """What is left `(n,)` of the masses of n layers."""
    left = masses.copy()
    for layer, mass in matched:
        left[layer] -= mass
    left[left <= 1e-12 * masses.sum()] = 0.0  # rounding
    return tuple(left.tolist())


def _scale(first: Floats, second: Floats) -> Floats:
    """tm(G) + tm(G'), or 1 where neither network has mass."""
    total = np.asarray(first + second)
    return np.where(total > 0, total, 1.0)
