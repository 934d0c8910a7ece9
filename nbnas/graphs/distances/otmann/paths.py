"""What the OTMANN distance reads off one architecture: layer masses and path lengths.

Notation
    u            a layer, that is a vertex of the `layer_graph`; ip = vertex 0, op = vertex V - 1
    lm(u)        its mass: how much of the network's computation happens in it
    tm(G)        the total mass, Σ lm(u)
    P            the mass of all processing layers
    ζ            the share of P that the ends get, 0.1
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
from nbnas.graphs.spaces.layer_graph import cell_kinds, is_whole_network, layer_graph
from nbnas.graphs.spaces.layers import Layer

ZETA = 0.1
DECISIONS = frozenset({"softmax", "linear"})
ELEMENTWISE = frozenset({"pool", "max-pool", "avg-pool", "relu"})  # without weights of their own

Steps = tuple[tuple[int, ...], ...]  # for each layer, the layers one step nearer to the end


@dataclass(frozen=True, slots=True, eq=False)
class LayerTable:
    """What the distance needs of one architecture, layer by layer.

    Attributes:
        kinds: The kind of each of the V layers.
        masses: lm `(V,)`.
        paths: Path lengths `(V, 6)`, in links: sp, lp and rw to ip, then sp, lp and rw to op.
    """

    kinds: tuple[str, ...]
    masses: NDArray[np.float64]
    paths: NDArray[np.float64]


@functools.lru_cache(maxsize=50_000)
def layer_table(architecture: Architecture) -> LayerTable:
    """Masses and path lengths of the layers of `layer_graph`; computed once for each.

    Raises:
        ArchitectureError: If it begins as a whole network and is none: an operation stands at a
            link, a label is no layer, or a layer does not lie on a way from the input to the
            output.
    """
    backward, forward = _steps(layer_graph(architecture))
    lengths = [shortest_lengths, longest_lengths, random_walk_lengths]
    paths = np.stack([of(steps) for steps in (backward, forward) for of in lengths], axis=1)
    kinds, masses = _kinds_and_masses(architecture, backward, forward)
    for array in (paths, masses):
        array.setflags(write=False)  # they are shared by all who ask
    return LayerTable(kinds, masses, paths)


def _kinds_and_masses(
    architecture: Architecture, backward: Steps, forward: Steps
) -> tuple[tuple[str, ...], NDArray[np.float64]]:
    if not is_whole_network(architecture):
        return cell_kinds(layer_graph(architecture)), cell_masses(backward)
    _check_connected(architecture, backward, forward)
    layers = tuple(map(Layer.parse, architecture.nodes))
    return tuple(layer.kind for layer in layers), layer_masses(layers, backward)


def _steps(graph: Architecture) -> tuple[Steps, Steps]:
    """The steps towards ip and those towards op."""
    backward: list[list[int]] = [[] for _ in graph.nodes]
    forward: list[list[int]] = [[] for _ in graph.nodes]
    for source, target, operation in graph.edges:
        if operation != LINK:
            raise ArchitectureError(
                "expected a whole network with its operations at the vertices and links between "
                f"them, got {operation!r} at {source} -> {target}; a cell begins with 'input'"
            )
        backward[target].append(source)
        forward[source].append(target)
    return tuple(map(tuple, backward)), tuple(map(tuple, forward))


def _check_connected(network: Architecture, backward: Steps, forward: Steps) -> None:
    last = len(network.nodes) - 1
    for v, label in enumerate(network.nodes):
        if (v and not backward[v]) or (v < last and not forward[v]):
            raise ArchitectureError(
                "expected every layer on a way from the first to the last, got layer "
                f"{v} ({label}) with inputs {list(backward[v])} and readers {list(forward[v])}"
            )


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
    forward = any(w > v for v, after in enumerate(steps) for w in after)
    for v in reversed(range(len(steps))) if forward else range(len(steps)):
        if steps[v]:  # all but the ends themselves
            lengths[v] = 1.0 + join([lengths[w] for w in steps[v]])
    return np.array(lengths)


def layer_masses(layers: Sequence[Layer], backward: Steps) -> NDArray[np.float64]:
    """The masses lm `(V,)` of the layers.

    A processing layer has the mass in(u) · units(u): the units that come in, those of all its
    inputs together, times its own. A layer without weights (pooling, ReLU) has the mass in(u), and
    gives on what came in; so does any layer whose label has no units. The image counts one unit
    unless its label says otherwise. ip and op have ζ P each, and the decision layers (softmax)
    share ζ P. NASBOT's code, other than the paper's
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


def cell_masses(backward: Steps) -> NDArray[np.float64]:
    """The masses lm `(V,)` of the layers of a cell, which have no units.

    An operation has the mass 1. The output has ζ P, as in a whole network, and so have the inputs,
    which are what reads nothing, together: a recurrent cell has several.

    Args:
        backward: For each layer, its inputs.

    Returns:
        The masses, in operations.
    """
    inputs = [v for v, sources in enumerate(backward[:-1]) if not sources]
    share = ZETA * (len(backward) - 1 - len(inputs))
    masses = np.ones(len(backward))
    masses[inputs] = share / len(inputs)
    masses[-1] = share
    return masses
