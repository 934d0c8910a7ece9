"""NAS-Bench-101's cell space: small acyclic graphs with operations at their vertices.

Notation
    V                 number of vertices; vertex 0 is the input, vertex V - 1 the output
    (u, v)            an edge: what u gives is added to what v reads
    live              on a path from the input to the output; what is not is left out
    "op,op|0-1,1-2"   the text: the operations of the inner vertices 1 … V - 2, then the edges

References:
    Ying et al., NAS-Bench-101: Towards Reproducible Neural Architecture Search, ICML 2019.
    White et al., BANANAS, AAAI 2021 (mutation by one edit).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from nbnas.checks import settle, whole
from nbnas.errors import ArchitectureError, SettingError
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.space import (
    COUNT,
    NOTATION,
    Randomness,
    check_member,
    generator,
    is_member,
)
from nbnas.graphs.spaces.choices import Choices
from nbnas.graphs.spaces.dag.cell import (
    OPERATIONS,
    Graph,
    dag_cell,
    edge_flips,
    graph_of,
    operation_changes,
    read_graph,
    unique_cells,
    vertex_insertions,
)
from nbnas.graphs.spaces.dag.choices import decode_graph, encode_graph, matrix_choices

MOST_VERTICES = 7  # of the benchmark; beyond, random matrices hardly ever have few edges
MOST_EDGES = MOST_VERTICES * (MOST_VERTICES - 1) // 2
MOST_LISTED = 5  # vertices up to which all unique cells are listed
EDITS = (operation_changes, edge_flips, vertex_insertions)


@dataclass(frozen=True, slots=True)
class DagSpace:
    """All cells of NAS-Bench-101: up to 7 vertices, 9 edges and 3 operations.

    An edge carries its source unchanged; an inner vertex applies its operation to what it reads.
    Every cell is pruned to its live part, and the limits count what is left. Cells that differ in
    the numbering of their vertices only are different texts of the same `canonical` form.

    Attributes:
        max_vertices: Most vertices, input and output included; 2 to 7.
        max_edges: Most edges; at least 1.

    Raises:
        SettingError: If a limit is out of its range.

    Example:
        >>> space = DagSpace()
        >>> str(space.parse("conv3x3-bn-relu,maxpool3x3|0-1,0-2,1-3"))  # nobody reads vertex 2
        'conv3x3-bn-relu|0-1,1-2'
        >>> DagSpace(max_vertices=4).size
        91
    """

    max_vertices: int = MOST_VERTICES
    max_edges: int = 9

    def __post_init__(self) -> None:
        settle(self, max_vertices=whole(2, MOST_VERTICES), max_edges=whole(1, MOST_EDGES))

    @property
    def size(self) -> int | None:
        """Number of unique cells (canonical forms) up to 5 vertices; else `None`.

        Beyond, counting means listing: Ying et al. count 423,624 for 7 vertices and 9 edges.
        """
        if self.max_vertices > MOST_LISTED:
            return None
        return len(unique_cells(self.max_vertices, self.max_edges))

    def sample(self, rng: Randomness, n: int) -> tuple[Architecture, ...]:
        """Draw cells as the benchmark's authors do, independently.

        Every edge between `max_vertices` vertices is there with probability 1/2, every operation
        equally likely; drawn again until input and output are connected and the pruned cell has
        at most `max_edges` edges. So cells with many isomorphic texts are more likely, and small
        ones: of 7 vertices and 9 edges, about 85 % of the draws have at most 5 vertices left, 3 in
        1,000 all 7, though most unique cells do; `mutate` and `neighbors` lead there.

        Args:
            rng: A generator, or a seed.
            n: Number of cells.

        Returns:
            `n` cells; the same for the same seed.
        """
        rng, n = generator(rng), COUNT("n", n)
        return tuple(self._draw(rng) for _ in range(n))

    def mutate(self, architecture: Architecture, rng: Randomness) -> Architecture:
        """One random edit; drawn again until it gives another cell of this space.

        First the kind is drawn, of those that `neighbors` lists, then one edit of that kind, all
        equally likely.

        Args:
            architecture: A cell of this space.
            rng: A generator, or a seed.

        Returns:
            The mutated, pruned cell; never one of the same canonical form, except in a space that
            has no other cell within one edit.

        Raises:
            ArchitectureError: If the architecture is no cell of this space.
        """
        check_member(self, architecture, "a cell")
        for graph in _shuffled_edits(graph_of(architecture), generator(rng)):
            cell = self._valid(graph)
            if cell is not None and cell.canonical != architecture.canonical:
                return cell
        return architecture

    def neighbors(self, architecture: Architecture) -> tuple[Architecture, ...]:
        """All other cells that one edit and pruning give, one for each canonical form.

        An edit changes the operation of a vertex; adds or removes an edge, in every direction
        that leaves the graph acyclic; or inserts a vertex with one edge in and one out, without
        which pruned cells could only shrink. Another edit undoes it, except where removing an
        edge lets the pruning take two or more further edges with it.

        Raises:
            ArchitectureError: If the architecture is no cell of this space.
        """
        check_member(self, architecture, "a cell")
        found = {architecture.canonical: architecture}
        for edits in EDITS:
            for graph in edits(graph_of(architecture)):
                cell = self._valid(graph)
                if cell is not None:
                    found.setdefault(cell.canonical, cell)
        return tuple(found.values())[1:]

    @property
    def choices(self) -> Choices:
        """Whether each edge between `max_vertices` vertices is there, then their operations."""
        return matrix_choices(self.max_vertices)

    def encode(self, architecture: Architecture) -> tuple[int, ...]:
        """One of the rows of choices that give a cell: see `dag_choices.encode_graph`.

        Raises:
            ArchitectureError: If the architecture is no cell of this space.
        """
        check_member(self, architecture, "a cell")
        return encode_graph(graph_of(architecture), self.max_vertices)

    def decode(self, indices: Sequence[int]) -> Architecture:
        """The pruned cell of a row of choices.

        Raises:
            ArchitectureError: If the row does not fit `choices` or gives no cell of this space.
        """
        return self._pruned(decode_graph(indices, self.max_vertices))

    def parse(self, text: str) -> Architecture:
        """Read a cell and prune it.

        Args:
            text: The operations of the inner vertices and the edges, such as
                "conv3x3-bn-relu,maxpool3x3|0-1,1-2,2-3"; "|0-1" has no inner vertex.

        Returns:
            The pruned cell; `str(cell) == text` if the text was pruned and its edges sorted.

        Raises:
            ArchitectureError: If the text is no cell of this space; the message says where.
        """
        return self._pruned(read_graph(NOTATION("text", text)))

    def __contains__(self, architecture: object) -> bool:
        """Whether it is a pruned cell within the limits."""
        return is_member(self, architecture)

    def __iter__(self) -> Iterator[Architecture]:
        """One cell of each canonical form, fewest vertices first, then in order of their texts.

        Raises:
            SettingError: If the space has cells of more than 5 vertices.
        """
        if self.max_vertices > MOST_LISTED:
            raise SettingError(
                f"expected a space of up to {MOST_LISTED} vertices to list its unique cells, got "
                f"max_vertices={self.max_vertices}; sample cells, or ask for their neighbors"
            )
        return iter(unique_cells(self.max_vertices, self.max_edges))

    def _draw(self, generator: np.random.Generator) -> Architecture:
        while True:
            cell = self._valid(_random_graph(self.max_vertices, generator))
            if cell is not None:
                return cell

    def _valid(self, graph: Graph) -> Architecture | None:
        """The pruned cell, if there is one and it keeps the limits."""
        try:
            return self._pruned(graph)
        except ArchitectureError:
            return None

    def _pruned(self, graph: Graph) -> Architecture:
        """The pruned cell, which has to keep the limits."""
        cell = dag_cell(*graph)
        if len(cell.nodes) > self.max_vertices or len(cell.edges) > self.max_edges:
            raise ArchitectureError(
                f"expected at most {self.max_vertices} vertices and {self.max_edges} edges, got "
                f"{len(cell.nodes)} and {len(cell.edges)} after pruning: {cell.text!r:.200}"
            )
        return cell


def _random_graph(vertices: int, generator: np.random.Generator) -> Graph:
    """Each edge with probability 1/2, each operation equally likely."""
    matrix = np.triu(generator.integers(2, size=(vertices, vertices)), 1)
    draws = generator.integers(len(OPERATIONS), size=vertices - 2)
    edges = tuple((int(u), int(v)) for u, v in np.argwhere(matrix))
    return tuple(OPERATIONS[i] for i in draws), edges


def _shuffled_edits(graph: Graph, generator: np.random.Generator) -> Iterator[Graph]:
    """All edits: the kinds in random order, those of a kind in random order."""
    for kind in generator.permutation(len(EDITS)):
        edits = list(EDITS[kind](graph))
        yield from (edits[i] for i in generator.permutation(len(edits)))
