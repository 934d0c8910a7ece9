"""Graph features: Weisfeiler-Lehman labels of the operation graph.

Notation
    operation graph   the operations of an architecture as vertices, with an arrow from an
                      operation to each one that reads its result; zero operations and what they
                      cut off are left out, identities are contracted where not asked for
    h                 refinement, 0 … depth: after h rounds a label tells an operation's
                      surroundings up to h steps away

References:
    Shervashidze et al., Weisfeiler-Lehman graph kernels, JMLR 12, 2011.
    Ru et al., Interpretable neural architecture search via Bayesian optimisation with
    Weisfeiler-Lehman kernels, ICLR 2021 (the operation graph, NAS-BOWL).
"""

import functools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from nbnas.graphs.architecture import IDENTITY, ZERO, Architecture
from nbnas.graphs.canonical import has_vertex_operations

Label = str
DEEPEST = 10  # refinement rounds; a label can grow threefold in each


@dataclass(frozen=True, slots=True)
class OperationGraph:
    """The live operations of an architecture and who reads whom.

    Attributes:
        labels: "input", the live operations, "output".
        readers: For each vertex, the vertices that read its result; with repetition where an
            operation is read twice.
    """

    labels: tuple[str, ...]
    readers: tuple[tuple[int, ...], ...]

    @property
    def sources(self) -> tuple[tuple[int, ...], ...]:
        """For each vertex, the vertices whose result it reads."""
        return tuple(
            tuple(u for u, readers in enumerate(self.readers) for r in readers if r == v)
            for v in range(len(self.labels))
        )


@functools.lru_cache(maxsize=65_536)
def operation_graph(architecture: Architecture, *, identities: bool = False) -> OperationGraph:
    """The operation graph of an architecture, without what does not change its function.

    Args:
        architecture: Any architecture whose vertices add what comes in.
        identities: Whether an identity is an operation like the others, instead of contracted.

    Returns:
        The graph; only "input" and "output", unconnected, if nothing reaches the output. Where the
        operations are at the vertices, it is the architecture itself without dead ends.
    """
    if has_vertex_operations(architecture):
        links: list[list[int]] = [[] for _ in architecture.nodes]
        for source, target, _ in architecture.edges:
            links[source].append(target)
        return _prune(list(architecture.nodes), links)
    reached = _brought(architecture, identities)
    labels = ["input", *(operation for _, operation in reached.operations), "output"]
    readers: list[list[int]] = [[] for _ in labels]
    for number, (source, _) in enumerate(reached.operations, 1):
        for origin in reached.values[source]:
            readers[origin].append(number)
    for origin in reached.values[-1]:
        readers[origin].append(len(labels) - 1)
    return _prune(labels, readers)


@dataclass(frozen=True, slots=True)
class _Brought:
    operations: list[tuple[int, str]]  # (source vertex, operation) of operation 1, 2, …
    values: list[list[int]]  # for each vertex, the operations whose results it adds; 0 = the input


def _brought(architecture: Architecture, identities: bool) -> _Brought:
    brought = _Brought([], [[0]])
    for vertex in range(1, len(architecture.nodes)):
        terms: list[int] = []
        for source, target, operation in architecture.edges:
            if target != vertex or operation == ZERO or not brought.values[source]:
                continue
            if operation == IDENTITY and not identities:
                terms += brought.values[source]
            else:
                brought.operations.append((source, operation))
                terms.append(len(brought.operations))
        brought.values.append(terms)
    return brought


def _prune(labels: list[str], readers: list[list[int]]) -> OperationGraph:
    """Leave out operations that the output does not depend on."""
    output = len(labels) - 1
    live = {output}
    for v in range(output - 1, -1, -1):
        if any(reader in live for reader in readers[v]):
            live.add(v)
    kept = sorted(live | {0})
    new = {old: number for number, old in enumerate(kept)}
    return OperationGraph(
        tuple(labels[v] for v in kept),
        tuple(tuple(new[r] for r in readers[v] if r in live) for v in kept),
    )


def weisfeiler_lehman_labels(architecture: Architecture, depth: int) -> Counter[Label]:
    """Count the Weisfeiler-Lehman labels of an architecture's operation graph.

    A label of round h joins the label of round h - 1 with the sorted labels of what the operation
    reads and of what reads it.

    Args:
        architecture: The architecture.
        depth: Number of refinement rounds; 0 counts operations only.

    Returns:
        How often each label of the rounds 0 … depth occurs.
    """
    return _labels(operation_graph(architecture), depth)


@functools.lru_cache(maxsize=65_536)
def _labels(graph: OperationGraph, depth: int) -> Counter[Label]:
    """The labels of a graph, which many architectures share."""
    labels, sources = list(graph.labels), graph.sources
    counts = Counter(labels)
    for _ in range(depth):
        labels = [
            f"{_join(labels, sources[v])}>{labels[v]}>{_join(labels, graph.readers[v])}"
            for v in range(len(labels))
        ]
        counts.update(labels)
    return counts


def _join(labels: Sequence[Label], vertices: Sequence[int]) -> str:
    return "(" + ",".join(sorted(labels[v] for v in vertices)) + ")"


def weisfeiler_lehman(
    architectures: Sequence[Architecture],
    depth: int,
    vocabulary: dict[Label, int],
    *,
    assignment: bool = False,
) -> csr_array:
    """Weisfeiler-Lehman features of architectures.

    Args:
        architectures: The `n` architectures.
        depth: Number of refinement rounds.
        vocabulary: Column of each label; labels not seen before are added, so that features made
            with the same vocabulary can be compared.
        assignment: Whether to write counts in unary, a column for the first, the second, … time
            that a label occurs. Products of such rows sum the smaller of two counts, which is the
            optimal assignment of the vertices of two graphs.

    Returns:
        Counts `(n, len(vocabulary))`, or zeros and ones for the assignment, sparse.
    """
    counts = [weisfeiler_lehman_labels(a, depth) for a in architectures]
    if assignment:
        counts = [_unary(c) for c in counts]
    columns = [vocabulary.setdefault(label, len(vocabulary)) for c in counts for label in c]
    values = np.fromiter((v for c in counts for v in c.values()), dtype=np.float64)
    starts = np.cumsum([0, *(len(c) for c in counts)])
    return csr_array((values, columns, starts), shape=(len(counts), len(vocabulary)))


def _unary(counts: Counter[Label]) -> Counter[Label]:
    return Counter(f"{label}#{time}" for label, often in counts.items() for time in range(often))
