"""What the OTMANN distance reads off one network: layer masses and path lengths.

Notation
    u            a layer, that is a vertex; ip = vertex 0, op = vertex V - 1
    lm(u)        its mass: how much of the network's computation happens in it
    tm(G)        the total mass, Σ lm(u)
    ζ            the share of the processing layers' mass that the ends get, 0.1
    δ_ip, δ_op   its path lengths, in links, to ip and to op: shortest (sp), longest (lp), and the
                 expected one of a random walk (rw)

References:
    Kandasamy et al., Neural architecture search with Bayesian optimisation and optimal transport,
    NeurIPS 2018, section 3.
"""

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nbnas.errors import ArchitectureError
from nbnas.graphs.architecture import LINK, Architecture
from nbnas.graphs.layers import Layer

ZETA = 0.1
DECISIONS = frozenset({"softmax", "linear"})
ELEMENTWISE = frozenset({"pool", "max-pool", "avg-pool", "relu"})  # without weights of their own

Steps = tuple[tuple[int, ...], ...]  # for each layer, the layers one step nearer to the end


@dataclass(frozen=True, slots=True, eq=False)
class LayerTable:
    """What the distance needs of one network, layer by layer.

    Attributes:
        kinds: The kind of each of the V layers.
        masses: lm `(V,)`.
        paths: Path lengths `(V, 6)`, in links: sp, lp and rw to ip, then sp, lp and rw to op.
    """

    kinds: tuple[str, ...]
    masses: NDArray[np.float64]
    paths: NDArray[np.float64]


@functools.lru_cache(maxsize=50_000)
def layer_table(network: Architecture) -> LayerTable:
    """Masses and path lengths of a network; computed once for each.

    Raises:
        ArchitectureError: If it is no whole network: an operation stands at a link, a label is no
            layer, or a layer does not lie on a way from the input to the output.
    """
    backward, forward = _steps(network)
    layers = tuple(map(Layer.parse, network.nodes))
    lengths = [shortest_lengths, longest_lengths, random_walk_lengths]
    paths = np.stack([of(steps) for steps in (backward, forward) for of in lengths], axis=1)
    masses = layer_masses(layers, backward)
    for array in (paths, masses):
        array.setflags(write=False)  # they are shared by all who ask
    return LayerTable(tuple(layer.kind for layer in layers), masses, paths)


def _steps(network: Architecture) -> tuple[Steps, Steps]:
    """The steps towards ip and those towards op."""
    size = len(network.nodes)
    backward: list[list[int]] = [[] for _ in range(size)]
    forward: list[list[int]] = [[] for _ in range(size)]
    for source, target, operation in network.edges:
        if operation != LINK:
            raise ArchitectureError(
                "expected a network with its operations at the vertices and links between them, "
                f"got {operation!r} at {source} -> {target}; use EditDistance for cells"
            )
        backward[target].append(source)
        forward[source].append(target)
    for v in range(size):
        if (v and not backward[v]) or (v < size - 1 and not forward[v]):
            raise ArchitectureError(
                "expected every layer on a way from the first to the last, got layer "
                f"{v} ({network.nodes[v]}) with inputs {backward[v]} and readers {forward[v]}"
            )
    return tuple(map(tuple, backward)), tuple(map(tuple, forward))


def shortest_lengths(steps: Steps) -> NDArray[np.float64]:
    """δ^sp `(V,)`: the fewest links from each layer to the end that the steps lead to."""
    return _lengths(steps, min)


def longest_lengths(steps: Steps) -> NDArray[np.float64]:
    """δ^lp `(V,)`: the most links from each layer to the end that the steps lead to."""
    return _lengths(steps, max)


def random_walk_lengths(steps: Steps) -> NDArray[np.float64]:
    """δ^rw `(V,)`: the expected links of a walk that takes each next step with equal chance."""
    return _lengths(steps, lambda lengths: sum(lengths) / len(lengths))


def _lengths(steps: Steps, join: Callable[[Sequence[float]], float]) -> NDArray[np.float64]:
    lengths = [0.0] * len(steps)
    for v in range(len(steps)) if not steps[0] else reversed(range(len(steps))):
        if steps[v]:  # all but the end itself
            lengths[v] = 1.0 + join([lengths[w] for w in steps[v]])
    return np.array(lengths)


def layer_masses(layers: Sequence[Layer], backward: Steps) -> NDArray[np.float64]:
    """The masses lm `(V,)` of the layers.

    A processing layer has the mass in(u) · units(u): the units that come in, those of all its
    inputs together, times its own. A layer without weights (pooling, ReLU) has the mass in(u), and
    gives on what came in; so does any layer whose label has no units. The image counts one unit
    unless its label says otherwise. With P the mass of all processing layers, ip and op have ζ P
    each, and the decision layers (softmax) share ζ P. NASBOT's code, other than the paper's
    section 3, multiplies fully connected layers by 0.1 and has ζ P at least 100; this does not.

    Args:
        layers: The V layers.
        backward: For each layer, its inputs.

    Returns:
        The masses, in units times units.
    """
    decisions = [v for v in range(1, len(layers) - 1) if layers[v].kind in DECISIONS]
    masses = _processing_masses(layers, backward)
    masses[decisions] = 0.0
    share = ZETA * masses.sum()
    masses[decisions] = share / max(1, len(decisions))
    masses[[0, -1]] = share
    return masses


def _processing_masses(layers: Sequence[Layer], backward: Steps) -> NDArray[np.float64]:
    """in(u) · units(u) `(V,)` of the inner layers, or in(u) where there are no weights."""
    units = [float(layers[0].units or 1)]
    masses = [0.0]
    for layer, inputs in zip(layers[1:], backward[1:], strict=True):
        incoming = sum(units[u] for u in inputs)
        units.append(float(layer.units or incoming))
        masses.append(incoming * (1.0 if layer.kind in ELEMENTWISE else units[-1]))
    masses[-1] = 0.0
    return np.array(masses)
