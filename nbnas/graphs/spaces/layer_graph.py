"""The layers that the OTMANN distance matches: those of a whole network, or a cell's operations.

Notation
    layer   a vertex of a whole network, such as "conv3x3:40"; an operation of a cell, whether it
            stands at an edge (NAS-Bench-201) or at a vertex (NAS-Bench-101, recurrent cells); and
            the ends of both

The paper knows whole networks only; what a cell's layers are is our own choice. What changes
nothing is no layer: a zero operation ("none"), and what is cut off from the input or the output.
An identity ("skip_connect") is a layer of a kind of its own, so that cells which differ in their
identities are apart. Contracted, as for Weisfeiler-Lehman features, a cell of one identity would
have no mass and be at distance 0 of a cell that computes nothing; and on NAS-Bench-201 (CIFAR-10,
150 cells, ν_str 0.1) the distance's Spearman correlation with the difference in accuracy falls
from 0.36 to 0.32.
"""

import functools

from nbnas.graphs.architecture import LINK, Architecture
from nbnas.graphs.features import operation_graph

HIDDEN = "h_prev"  # the kind of all hidden states that a recurrent cell reads: "h_prev_0", …


def is_whole_network(architecture: Architecture) -> bool:
    """Whether it is a whole network, from "image" (or "image:3") on; else it is a cell."""
    return architecture.nodes[0].partition(":")[0] == "image"


@functools.lru_cache(maxsize=50_000)
def layer_graph(architecture: Architecture) -> Architecture:
    """The layers of an architecture as vertices, with a link to each layer that reads them.

    Args:
        architecture: A whole network, or any cell whose vertices add what comes in.

    Returns:
        A whole network itself. For a cell its input, its operations and its output, in
        topological order; just both ends, without a link, if nothing reaches the output. Where
        values arrive (the ports of a blend, the number of a hidden state) is left out.

    Example:
        >>> from nbnas.graphs.spaces.cell import cell
        >>> a = cell(["none", "nor_conv_3x3", "none", "none", "none", "skip_connect"])
        >>> layer_graph(a).nodes
        ('input', 'nor_conv_3x3', 'skip_connect', 'output')
    """
    if is_whole_network(architecture):
        return architecture
    graph = operation_graph(architecture, identities=True)
    links = {(u, v, LINK) for u, readers in enumerate(graph.readers) for v in readers}
    return Architecture(graph.labels, tuple(sorted(links)), architecture.text)


def cell_kinds(cell: Architecture) -> tuple[str, ...]:
    """The kinds of the layers of a cell: their labels, but one kind for all hidden states."""
    return tuple(HIDDEN if label.startswith(f"{HIDDEN}_") else label for label in cell.nodes)
