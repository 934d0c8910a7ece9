"""The elementary modifications of free CNNs: where each can be made, and what it makes.

Notation
    move        a tuple of integers that says where and how: vertices, then places in `FORMS`
    FORMS       the kinds and strides that a layer may be changed to or wedged in as
    change      (architecture, space, *move) -> the changed network, `None` where it is not valid
    u -> v      a link; w, c, p: a vertex, one of its children, one of its parents

References:
    Kandasamy et al., Neural architecture search with Bayesian optimisation and optimal transport,
    NeurIPS 2018, appendix, Table 6.
"""

import functools
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Protocol

from nbnas.errors import ArchitectureError
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.spaces.cnn.graph import Link, assemble
from nbnas.graphs.spaces.cnn.rules import CnnRules, sides
from nbnas.graphs.spaces.layers import Layer
from nbnas.graphs.spaces.shapes import CONVOLUTIONS, SOFTMAX, WITH_UNITS, halve

FORMS = (
    *(Layer(kind, stride=stride) for kind in CONVOLUTIONS for stride in (1, 2)),
    Layer("max-pool", stride=2),
    Layer("avg-pool", stride=2),
    Layer("fc"),
)
Move = tuple[int, ...]
Moves = Callable[[Architecture], Iterator[Move]]


class Change(Protocol):
    """Makes a move."""

    def __call__(self, a: Architecture, space: CnnRules, /, *move: int) -> Architecture | None:
        """The changed network, or `None` where it is not valid or nothing changed."""


def unit_moves(a: Architecture) -> Iterator[Move]:
    """(w): each layer that has units."""
    return ((w,) for w in layers_with_units(a))


def decrease(a: Architecture, space: CnnRules, /, *move: int) -> Architecture | None:
    """Take 1/8 (rounded, at least 1, down to the bound) from the units of all given layers."""
    return _scale(a, space, move, -1)


def increase(a: Architecture, space: CnnRules, /, *move: int) -> Architecture | None:
    """Add 1/8 (rounded, at least 1, up to the bound) to the units of all given layers."""
    return _scale(a, space, move, 1)


def removals(a: Architecture) -> Iterator[Move]:
    """(w, p, c): each layer with one of its parents and one of its children."""
    for w, _ in _layers(a):
        yield from ((w, p, c) for p in _parents(a, w) for c in children(a, w))


def remove(a: Architecture, space: CnnRules, /, *move: int) -> Architecture | None:
    """Remove w; parents that had no other child get c, children that had no other parent p."""
    w, p, c = move
    labels, links = _loose(a)
    orphans = {(p, child) for child in children(a, w) if _parents(a, child) == (w,)}
    childless = {(parent, c) for parent in _parents(a, w) if children(a, parent) == (w,)}
    del labels[w]
    kept = {link for link in links if w not in link}
    return _accept(a, space, labels, kept | orphans | childless)


def skips(a: Architecture) -> Iterator[Move]:
    """(u, v): each pair without a link, u before v; neither u is a softmax nor v the output."""
    _, links = _loose(a)
    pairs = itertools.combinations(range(len(a.nodes) - 1), 2)
    return ((u, v) for u, v in pairs if (u, v) not in links and a.nodes[u] != SOFTMAX)


def add_skip(a: Architecture, space: CnnRules, /, *move: int) -> Architecture | None:
    """Link u to v, through as many average-pools as bring u to the side of what v reads."""
    u, v = move
    labels, links = _loose(a)
    found = sides(space, a)
    side, aim = found[u], found[_parents(a, v)[0]]
    for _ in range(_halvings(side[0], aim[0]) if side and aim else 0):
        pool = len(labels)
        labels[pool] = str(Layer("avg-pool", stride=2))
        links.add((u, pool))
        u = pool
    return _accept(a, space, labels, links | {(u, v)})


def swaps(a: Architecture) -> Iterator[Move]:
    """(w, form): each layer but softmax with each form that is not its own."""
    for w, layer in _layers(a):
        own = replace(layer, units=None)
        if layer.kind != SOFTMAX:
            yield from ((w, i) for i, form in enumerate(FORMS) if form != own)


def swap(a: Architecture, space: CnnRules, /, *move: int) -> Architecture | None:
    """Give w another form; it keeps its units, or gets some as a wedged layer does."""
    w, form = move
    labels, links = _loose(a)
    units = Layer.parse(a.nodes[w]).units
    around = [w] if units else [*_parents(a, w), *children(a, w)]
    labels[w] = _label(a, space, form, around)
    return _accept(a, space, labels, links)


def wedges(a: Architecture) -> Iterator[Move]:
    """(u, v, form): each link but those to the output with each form."""
    last = len(a.nodes) - 1
    for u, v, _ in a.edges:
        yield from ((u, v, form) for form in range(len(FORMS) if v < last else 0))


def wedge(a: Architecture, space: CnnRules, /, *move: int) -> Architecture | None:
    """Put a layer into u -> v, with the mean of the units of u and v."""
    u, v, form = move
    labels, links = _loose(a)
    w = len(labels)
    labels[w] = _label(a, space, form, [u, v])
    return _accept(a, space, labels, links - {(u, v)} | {(u, w), (w, v)})


def short_paths(a: Architecture) -> Iterator[Move]:
    """(p, w, c): each path through one layer."""
    return ((p, w, c) for w, p, c in removals(a))


def duplicate(a: Architecture, space: CnnRules, /, *move: int) -> Architecture | None:
    """Copy the inner layers of a path; the copies are linked to its ends as the originals are."""
    labels, links = _loose(a)
    copies = range(len(labels), len(labels) + len(move) - 2)
    labels |= {copy: a.nodes[w] for copy, w in zip(copies, move[1:-1], strict=True)}
    return _accept(a, space, labels, links | set(itertools.pairwise((move[0], *copies, move[-1]))))


ELEMENTARY: Mapping[str, tuple[Moves, Change]] = MappingProxyType(
    {
        "dec_single": (unit_moves, decrease),
        "inc_single": (unit_moves, increase),
        "dup_path": (short_paths, duplicate),
        "remove_layer": (removals, remove),
        "skip": (skips, add_skip),
        "swap_label": (swaps, swap),
        "wedge_layer": (wedges, wedge),
    }
)
"""The modifications that can be listed: all moves of an architecture, and what makes one."""


def layers_with_units(a: Architecture) -> list[int]:
    """The vertices of the convolutions and dense layers, in topological order."""
    return [w for w, layer in _layers(a) if layer.units is not None]


def children(a: Architecture, vertex: int) -> tuple[int, ...]:
    """The vertices that read a vertex, ascending."""
    return _families(a)[1][vertex]


def _parents(a: Architecture, vertex: int) -> tuple[int, ...]:
    return _families(a)[0][vertex]


@functools.lru_cache(maxsize=1_000)
def _families(a: Architecture) -> tuple[tuple[tuple[int, ...], ...], tuple[tuple[int, ...], ...]]:
    """The parents and the children of each vertex."""
    parents: list[list[int]] = [[] for _ in a.nodes]
    sons: list[list[int]] = [[] for _ in a.nodes]
    for u, v, _ in a.edges:
        parents[v].append(u)
        sons[u].append(v)
    return tuple(map(tuple, parents)), tuple(map(tuple, sons))


def _layers(a: Architecture) -> list[tuple[int, Layer]]:
    return [(w, Layer.parse(label)) for w, label in enumerate(a.nodes)][1:-1]


def _loose(a: Architecture) -> tuple[dict[int, str], set[Link]]:
    return dict(enumerate(a.nodes)), {(u, v) for u, v, _ in a.edges}


def _accept(
    a: Architecture, space: CnnRules, labels: dict[int, str], links: set[Link]
) -> Architecture | None:
    """The network of loose vertices, if it is valid and not the one that it came from."""
    try:
        changed = assemble(labels, links)
        space.check(changed)
    except ArchitectureError:
        return None
    return None if changed == a else changed


def _scale(
    a: Architecture, space: CnnRules, vertices: Sequence[int], sign: int
) -> Architecture | None:
    labels, links = _loose(a)
    for w in vertices:
        layer = Layer.parse(labels[w])
        labels[w] = str(replace(layer, units=_scaled(layer.units or 0, sign, space)))
    return _accept(a, space, labels, links)


def _scaled(units: int, sign: int, space: CnnRules) -> int:
    return _bounded(units + sign * max(1, round(units / 8)), space)


def _bounded(units: int, space: CnnRules) -> int:
    return min(max(units, space.units[0]), space.units[1])


def _label(a: Architecture, space: CnnRules, form: int, around: Sequence[int]) -> str:
    """The label of a new layer: units are the mean of those around it, else of all layers."""
    layer = FORMS[form]
    if layer.kind not in WITH_UNITS:
        return str(layer)
    known = [Layer.parse(a.nodes[v]).units for v in around]
    units = [u for u in known if u] or [u.units for _, u in _layers(a) if u.units]
    mean = round(sum(units) / len(units)) if units else space.units[0]
    return str(replace(layer, units=_bounded(mean, space)))


def _halvings(side: int, aim: int) -> int:
    """How many strides of 2 bring a side, in pixels, down to the aim or below it."""
    number = 0
    while side > aim:
        side, number = halve(side), number + 1
    return number
