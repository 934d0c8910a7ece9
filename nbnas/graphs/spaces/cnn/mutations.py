"""NASBOT's modifiers of free CNNs: random changes, each of which gives a valid network.

Each is a function `(architecture, rng, space) -> architecture`, and `None` where it finds no valid
change. `nbnas.graphs.spaces.cnn.moves` holds what they do.

References:
    Kandasamy et al., Neural architecture search with Bayesian optimisation and optimal transport,
    NeurIPS 2018, appendix, Table 6.
"""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

import numpy as np

from nbnas.graphs.architecture import Architecture
from nbnas.graphs.spaces.cnn.moves import (
    Change,
    Move,
    add_skip,
    children,
    decrease,
    duplicate,
    increase,
    layers_with_units,
    removals,
    remove,
    skips,
    swap,
    swaps,
    unit_moves,
    wedge,
    wedges,
)
from nbnas.graphs.spaces.cnn.rules import CnnRules
from nbnas.graphs.spaces.shapes import SOFTMAX

PATHS_TRIED = 50
SHARES = (2, 4, 8)
"""The modifiers en masse change one in 2, 4 or 8 of the layers."""

Modifier = Callable[[Architecture, np.random.Generator, CnnRules], Architecture | None]


def dec_single(a: Architecture, rng: np.random.Generator, space: CnnRules) -> Architecture | None:
    """Decrease the units of one layer by 1/8."""
    return _any(a, rng, space, unit_moves(a), decrease)


def inc_single(a: Architecture, rng: np.random.Generator, space: CnnRules) -> Architecture | None:
    """Increase the units of one layer by 1/8."""
    return _any(a, rng, space, unit_moves(a), increase)


def dec_en_masse(
    a: Architecture, rng: np.random.Generator, space: CnnRules
) -> Architecture | None:
    """Decrease the units of 1/2, 1/4 or 1/8 of the layers, in a row, by 1/8."""
    return _any(a, rng, space, _rows(a), decrease)


def inc_en_masse(
    a: Architecture, rng: np.random.Generator, space: CnnRules
) -> Architecture | None:
    """Increase the units of 1/2, 1/4 or 1/8 of the layers, in a row, by 1/8."""
    return _any(a, rng, space, _rows(a), increase)


def dup_path(a: Architecture, rng: np.random.Generator, space: CnnRules) -> Architecture | None:
    """Widen: copy the layers of a random path, of 1, 2, 3 ... layers with chances 1/2, 1/4, ..."""
    drawn = (duplicate(a, space, *_path(a, rng)) for _ in range(PATHS_TRIED))
    return next((changed for changed in drawn if changed is not None), None)


def remove_layer(
    a: Architecture, rng: np.random.Generator, space: CnnRules
) -> Architecture | None:
    """Remove one layer; who hangs then is linked to one of its children or parents."""
    return _any(a, rng, space, removals(a), remove)


def skip(a: Architecture, rng: np.random.Generator, space: CnnRules) -> Architecture | None:
    """Link an earlier vertex to a later one, pooled down to the later one's side."""
    return _any(a, rng, space, skips(a), add_skip)


def swap_label(a: Architecture, rng: np.random.Generator, space: CnnRules) -> Architecture | None:
    """Change the kind or the stride of one layer."""
    return _any(a, rng, space, swaps(a), swap)


def wedge_layer(a: Architecture, rng: np.random.Generator, space: CnnRules) -> Architecture | None:
    """Deepen: put a layer of a random form into a link."""
    return _any(a, rng, space, wedges(a), wedge)


MODIFIERS: Mapping[str, Modifier] = MappingProxyType(
    {
        "dec_single": dec_single,
        "dec_en_masse": dec_en_masse,
        "inc_single": inc_single,
        "inc_en_masse": inc_en_masse,
        "dup_path": dup_path,
        "remove_layer": remove_layer,
        "skip": skip,
        "swap_label": swap_label,
        "wedge_layer": wedge_layer,
    }
)
"""Table 6 of the paper: each draws uniformly from its valid moves; `None` where it has none."""


def _any(
    a: Architecture,
    rng: np.random.Generator,
    space: CnnRules,
    moves: Iterable[Move],
    change: Change,
) -> Architecture | None:
    """Make a move drawn uniformly from the valid ones."""
    listed = list(moves)
    drawn = (change(a, space, *listed[place]) for place in rng.permutation(len(listed)))
    return next((changed for changed in drawn if changed is not None), None)


def _rows(a: Architecture) -> list[Move]:
    """Rows of several layers with units at the beginning, in the middle and at the end."""
    layers = layers_with_units(a)
    rows = []
    for share in SHARES:
        number = min(max(2, len(layers) // share), len(layers))
        rest = len(layers) - number
        rows += [tuple(layers[start : start + number]) for start in (0, rest // 2, rest)]
    return rows


def _path(a: Architecture, rng: np.random.Generator) -> Move:
    """A random path over one layer or more; after each it ends with chance 1/2."""
    starts = [v for v, label in enumerate(a.nodes[:-1]) if label != SOFTMAX]
    path = [int(rng.choice(starts))]
    while len(path) < 3 or (path[-1] != len(a.nodes) - 1 and rng.random() < 0.5):
        path.append(int(rng.choice(children(a, path[-1]))))
    return tuple(path)
