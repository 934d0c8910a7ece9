"""Canonical forms: texts that are the same for architectures that compute the same function.

Notation
    term    what an edge adds to the vertex where it ends, written out down to the input "0"
    color   a class of vertices that look alike so far; refinement splits classes until each
            vertex sees the same colors before and after it as the others of its class

References:
    Dong and Yang, NAS-Bench-201, ICLR 2020, section 2.1; Dong et al., NATS-Bench, 2021.
    McKay and Piperno, Practical graph isomorphism II, J. Symb. Comput. 60, 2014 (refinement and
    individualisation).
"""

import functools
from collections.abc import Iterator

from nbnas.graphs.cells import cells_form
from nbnas.graphs.graph import IDENTITY, LINK, ZERO, Graph, holds_cells

Colors = tuple[int, ...]


@functools.lru_cache(maxsize=65_536)
def canonical_form(architecture: Graph) -> str:
    """Write what an architecture computes, so that equal texts mean equal functions.

    Where a graph holds several cells this is `cells_form`; where the operations are at the
    vertices (every edge is a `LINK`), `renumbered_form`. Else, for cells with operations on their
    edges:

    The input is "0"; a vertex is the sorted sum of what its edges bring; an edge brings nothing
    ("#") if it is the zero operation or its source is nothing, its source itself if it is the
    identity, and "(source)@operation" otherwise. This is `to_unique_str` of the published
    benchmark, under which NAS-Bench-201's 15,625 cells fall into 6,466 classes. It is safe but not
    complete: "x" and "x plus nothing" stay apart, though they compute the same. A result that is
    read twice is not told apart from two operations that are written alike.

    Args:
        architecture: Any architecture whose vertices add what comes in.

    Returns:
        The canonical text.
    """
    if holds_cells(architecture):
        return cells_form(architecture)
    if has_vertex_operations(architecture):
        return renumbered_form(architecture)
    return _expression(architecture, nothing="#")


@functools.lru_cache(maxsize=65_536)
def functional_form(architecture: Graph) -> str:
    """Like `canonical_form`, but sums leave out what brings nothing.

    So it is complete where that one is not: under it NAS-Bench-201's cells fall into 4,930
    classes, each a union of published ones. "" is the function that is 0.

    Args:
        architecture: Any architecture whose vertices add what comes in.

    Returns:
        A text that is the same for architectures that compute the same function.
    """
    if holds_cells(architecture):
        return cells_form(architecture)
    if has_vertex_operations(architecture):
        return renumbered_form(architecture)
    return _expression(architecture, nothing="")


def _expression(architecture: Graph, nothing: str) -> str:
    """The output vertex as a sum of terms; `nothing` stands for a term that is 0."""
    sums: list[list[str]] = [["0"]]
    for vertex in range(1, len(architecture.nodes)):
        terms: list[str] = []
        for source, target, operation in architecture.edges:
            if target == vertex:
                terms += _terms(sums[source], operation, nothing)
        sums.append(sorted(terms))
    return "+".join(sums[-1]) or nothing


def _terms(source: list[str], operation: str, nothing: str) -> list[str]:
    """What an edge adds to a sum."""
    value = "+".join(source)
    if operation == ZERO or value == nothing:
        return [nothing] if nothing else []
    if operation != IDENTITY:
        return [f"({value})@{operation}"]
    return [value] if nothing else source  # the published form keeps a carried sum together


def has_vertex_operations(architecture: Graph) -> bool:
    """Whether the operations are at the vertices: every edge is a `LINK`, or one to a port."""
    return {operation.partition(":")[0] for _, _, operation in architecture.edges} == {LINK}


@functools.lru_cache(maxsize=65_536)
def renumbered_form(architecture: Graph) -> str:
    """The smallest text of an architecture over all numberings of its vertices: exact isomorphism.

    Colors are refined until they are stable; while a class has several vertices, each of them in
    turn is set apart, and the smallest result counts.

    Args:
        architecture: Any architecture; what no path from input to output passes counts, too.

    Returns:
        A text that is the same exactly for isomorphic labelled graphs.
    """
    labels = sorted(set(architecture.nodes))
    colors = tuple(labels.index(label) for label in architecture.nodes)
    return min(_texts(architecture, colors))


def _texts(architecture: Graph, colors: Colors) -> Iterator[str]:
    colors = _refine(architecture, colors)
    ambiguous = [c for c in sorted(set(colors)) if colors.count(c) > 1]
    if not ambiguous:
        yield _text(architecture, colors)
        return
    for vertex in (v for v, c in enumerate(colors) if c == ambiguous[0]):
        # Doubling makes room between two colors for the one vertex that is set apart.
        yield from _texts(architecture, tuple(2 * c - (v == vertex) for v, c in enumerate(colors)))


def _refine(architecture: Graph, colors: Colors) -> Colors:
    """Split classes by the colors before and after their vertices until nothing changes."""
    while True:
        seen = [
            (
                colors[v],
                sorted((colors[u], x) for u, w, x in architecture.edges if w == v),
                sorted((colors[w], x) for u, w, x in architecture.edges if u == v),
            )
            for v in range(len(colors))
        ]
        ranked = sorted({repr(key): key for key in seen}.values())
        refined = tuple(ranked.index(key) for key in seen)
        if len(set(refined)) == len(set(colors)):
            return refined
        colors = refined


def _text(architecture: Graph, places: Colors) -> str:
    order = sorted(range(len(places)), key=lambda v: places[v])
    edges = sorted((places[u], places[w], x) for u, w, x in architecture.edges)
    return repr((tuple(architecture.nodes[v] for v in order), tuple(edges)))
