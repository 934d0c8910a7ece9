"""Cells with operations at their vertices: made, pruned, read, edited and listed.

Notation
    graph    `(operations, edges)`: the operations of the inner vertices 1 … V - 2 and pairs (u, v)
             from 0, the input, to V - 1, the output; acyclic, the inner vertices in any order
    live     on a path from the input to the output
"""

import functools
import itertools
import re
from collections.abc import Iterable, Iterator, Sequence

from nbnas.errors import ArchitectureError
from nbnas.graphs.architecture import LINK, Architecture

OPERATIONS = ("conv3x3-bn-relu", "conv1x1-bn-relu", "maxpool3x3")

Pair = tuple[int, int]
Graph = tuple[tuple[str, ...], tuple[Pair, ...]]
_EDGE = re.compile(r"(0|[1-9][0-9]?)-([1-9][0-9]?)")


def dag_cell(operations: Sequence[str], edges: Iterable[Pair]) -> Architecture:
    """Make a cell of its live part, numbered anew in topological order.

    Args:
        operations: The operations of the inner vertices 1 … V - 2.
        edges: Pairs (u, v) of vertices 0 … V - 1; u need not be below v.

    Returns:
        The cell; vertices that were in topological order keep theirs.

    Raises:
        ArchitectureError: If an operation is unknown, an edge leaves the graph or is doubled, the
            live part has a cycle, or no path leads from the input to the output.
    """
    return _cell(tuple(operations), tuple(sorted(edges)))


@functools.lru_cache(maxsize=65_536)
def _cell(operations: tuple[str, ...], edges: tuple[Pair, ...]) -> Architecture:
    _check(operations, edges)
    nodes = ("input", *operations, "output")
    order = _topological_order(live_vertices(len(nodes), edges), edges)
    place = {v: i for i, v in enumerate(order)}
    kept = sorted((place[u], place[v]) for u, v in edges if u in place and v in place)
    labels = tuple(nodes[v] for v in order)
    text = f"{','.join(labels[1:-1])}|{','.join(f'{u}-{v}' for u, v in kept)}"
    return Architecture(labels, tuple((u, v, LINK) for u, v in kept), text)


def _check(operations: tuple[str, ...], edges: tuple[Pair, ...]) -> None:
    unknown = [x for x in operations if x not in OPERATIONS]
    if unknown:
        raise ArchitectureError(
            f"expected operations out of {', '.join(OPERATIONS)}; got {', '.join(unknown):.200}"
        )
    last = len(operations) + 1
    outside = [pair for pair in edges if not (min(pair) >= 0 and max(pair) <= last)]
    if outside or len(set(edges)) < len(edges):
        raise ArchitectureError(
            f"expected different edges between the vertices 0 to {last}, got {edges!r:.200}"
        )


def live_vertices(vertices: int, edges: Sequence[Pair]) -> set[int]:
    """The vertices on a path from 0 to the last one.

    Raises:
        ArchitectureError: If there is no such path.
    """
    live = _reached(0, edges) & _reached(vertices - 1, [(v, u) for u, v in edges])
    if not live:
        raise ArchitectureError(
            f"expected a path from the input 0 to the output {vertices - 1}, got {edges!r:.200}"
        )
    return live


def _reached(start: int, edges: Sequence[Pair]) -> set[int]:
    reached, new = {start}, {start}
    while new:
        new = {v for u, v in edges if u in new} - reached
        reached |= new
    return reached


def _topological_order(vertices: set[int], edges: Sequence[Pair]) -> list[int]:
    """Sources first, of several the smallest number."""
    order: list[int] = []
    left = set(vertices)
    while left:
        ready = left - {v for u, v in edges if u in left}
        if not ready:
            raise ArchitectureError(f"expected edges without a cycle, got {edges!r:.200}")
        order.append(min(ready))
        left.remove(order[-1])
    return order


def graph_of(cell: Architecture) -> Graph:
    """The operations and edges of a cell."""
    return cell.nodes[1:-1], tuple((u, v) for u, v, _ in cell.edges)


def read_graph(text: str) -> Graph:
    """Read the text of a cell, such as "conv3x3-bn-relu,maxpool3x3|0-1,1-2,2-3".

    Raises:
        ArchitectureError: If it has another form; the message says where. Whether the operations
            and vertices exist is up to `dag_cell`.
    """
    if text.count("|") != 1:
        raise ArchitectureError(
            f"expected 'operations|edges' such as 'maxpool3x3|0-1,1-2', got {text!r:.200}"
        )
    operations, edges = text.split("|")
    names = tuple(operations.split(",")) if operations else ()
    for vertex, name in enumerate(names, 1):
        if name not in OPERATIONS:
            raise ArchitectureError(
                f"vertex {vertex}: expected an operation out of {', '.join(OPERATIONS)}; "
                f"got {name!r:.80} in {text!r:.200}"
            )
    return names, tuple(_read_edge(edge, i, text) for i, edge in enumerate(edges.split(","), 1))


def _read_edge(edge: str, number: int, text: str) -> Pair:
    found = _EDGE.fullmatch(edge)
    if found is None or not int(found[1]) < int(found[2]):
        raise ArchitectureError(
            f"edge {number}: expected 'u-v' with u < v, got {edge!r:.80} in {text!r:.200}"
        )
    return int(found[1]), int(found[2])


def operation_changes(graph: Graph) -> Iterator[Graph]:
    """The graph with another operation at one vertex."""
    operations, edges = graph
    for v, own in enumerate(operations):
        for other in OPERATIONS:
            if other != own:
                yield (*operations[:v], other, *operations[v + 1 :]), edges


def edge_flips(graph: Graph) -> Iterator[Graph]:
    """The graph with one edge less or one more, in every direction that makes no cycle."""
    operations, edges = graph
    for edge in edges:
        yield operations, tuple(x for x in edges if x != edge)
    for pair in _forward_pairs(graph):
        if pair not in edges:
            yield operations, (*edges, pair)


def vertex_insertions(graph: Graph) -> Iterator[Graph]:
    """The graph with a vertex more that has one edge in and one out."""
    operations, edges = graph
    old = len(operations) + 1  # the output's number, which goes to the new vertex
    moved = tuple((u, v + (v == old)) for u, v in edges)
    for u, v in _forward_pairs(graph):
        for name in OPERATIONS:
            yield (*operations, name), (*moved, (u, old), (old, v + (v == old)))


def _forward_pairs(graph: Graph) -> Iterator[Pair]:
    """The pairs (u, v) between which an edge makes no cycle."""
    operations, edges = graph
    last = len(operations) + 1
    for v in range(1, last + 1):
        after = _reached(v, edges)
        yield from ((u, v) for u in range(last) if u not in after)


@functools.lru_cache(maxsize=8)
def unique_cells(max_vertices: int, max_edges: int) -> tuple[Architecture, ...]:
    """One cell of each canonical form, by number of vertices, then in order of their texts.

    Args:
        max_vertices: Most vertices; the effort grows with 2 to the power of its square.
        max_edges: Most edges.
    """
    cells: dict[str, Architecture] = {}
    for vertices in range(2, max_vertices + 1):
        names = list(itertools.product(OPERATIONS, repeat=vertices - 2))
        for edges in _shapes(vertices, max_edges):
            for cell in (dag_cell(operations, edges) for operations in names):
                cells.setdefault(cell.canonical, cell)
    return tuple(sorted(cells.values(), key=lambda cell: (len(cell.nodes), cell.text)))


def _shapes(vertices: int, max_edges: int) -> Iterator[tuple[Pair, ...]]:
    """The edges of one graph of each isomorphism class of live graphs without operations."""
    pairs = list(itertools.combinations(range(vertices), 2))
    plain = (OPERATIONS[0],) * (vertices - 2)
    seen: set[str] = set()
    for count in range(1, min(max_edges, len(pairs)) + 1):
        for edges in itertools.combinations(pairs, count):
            if not _is_live(vertices, edges):
                continue
            form = dag_cell(plain, edges).canonical
            if form not in seen:
                seen.add(form)
                yield edges


def _is_live(vertices: int, edges: Sequence[Pair]) -> bool:
    """Whether every inner vertex has an edge in and one out, and the ends have one."""
    sources, targets = {u for u, _ in edges}, {v for _, v in edges}
    return len(sources) == len(targets) == vertices - 1
