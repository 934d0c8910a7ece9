from collections import Counter

import networkx as nx
import numpy as np

from nbnas.graphs.distances.edit.distance import EditDistance
from nbnas.graphs.features import operation_graph, weisfeiler_lehman, weisfeiler_lehman_labels
from nbnas.graphs.spaces.cell import CellSpace

SPACE = CellSpace()
CHAIN = SPACE.parse("|nor_conv_3x3~0|+|none~0|skip_connect~1|+|none~0|none~1|nor_conv_1x1~2|")


def test_operation_graph_leaves_out_what_does_nothing():
    graph = operation_graph(CHAIN)
    assert graph.labels == ("input", "nor_conv_3x3", "nor_conv_1x1", "output")
    assert graph.readers == ((1,), (2,), (3,), ())
    assert graph.sources == ((), (0,), (1,), (2,))


def test_operation_graph_leaves_out_dead_ends():
    dead = SPACE.parse("|nor_conv_3x3~0|+|none~0|none~1|+|nor_conv_1x1~0|none~1|none~2|")
    assert operation_graph(dead).labels == ("input", "nor_conv_1x1", "output")
    empty = SPACE.parse("|nor_conv_3x3~0|+|none~0|none~1|+|none~0|none~1|none~2|")
    assert operation_graph(empty).labels == ("input", "output")


def test_identities_are_contracted_with_their_multiplicity():
    twice = SPACE.parse(
        "|nor_conv_3x3~0|+|none~0|skip_connect~1|+|none~0|skip_connect~1|skip_connect~2|"
    )
    assert operation_graph(twice).readers == ((1,), (2, 2), ())


def test_depth_zero_counts_operations():
    assert weisfeiler_lehman_labels(CHAIN, 0) == Counter(
        {"input": 1, "nor_conv_3x3": 1, "nor_conv_1x1": 1, "output": 1}
    )


def test_cells_equal_up_to_renumbering_have_equal_features():
    cells = SPACE.sample(0, 300)
    distances = EditDistance().matrix(cells, tuple(SPACE))
    everything = list(SPACE)
    pairs = [(cells[i], everything[j]) for i, j in zip(*np.nonzero(distances == 0), strict=True)]
    assert len(pairs) > len(cells)
    for a, b in pairs:
        assert weisfeiler_lehman_labels(a, 3) == weisfeiler_lehman_labels(b, 3)


def test_tells_graphs_apart_as_networkx_does():
    """Labels differ exactly where networkx's Weisfeiler-Lehman hashes of the graphs do."""
    cells = SPACE.sample(1, 150)

    def by_networkx(a):
        graph = nx.MultiDiGraph()
        operations = operation_graph(a)
        graph.add_nodes_from((v, {"label": x}) for v, x in enumerate(operations.labels))
        for v, readers in enumerate(operations.readers):
            for r in readers:  # an arrow as a labelled path, since networkx's hash is undirected
                n = graph.number_of_nodes()
                graph.add_nodes_from([(n, {"label": "tail"}), (n + 1, {"label": "head"})])
                graph.add_edges_from([(v, n), (n, n + 1), (n + 1, r)])
        simple = nx.Graph(graph)
        return nx.weisfeiler_lehman_graph_hash(simple, node_attr="label", iterations=9)

    ours = [tuple(sorted(weisfeiler_lehman_labels(a, 3).items())) for a in cells]
    theirs = [by_networkx(a) for a in cells]
    pairs = set(zip(ours, theirs, strict=True))
    assert len(set(ours)) == len(set(theirs)) == len(pairs)


def test_matrix_counts_labels_and_grows_its_vocabulary():
    vocabulary: dict[str, int] = {}
    first = weisfeiler_lehman(SPACE.sample(0, 5), 2, vocabulary)
    known = len(vocabulary)
    second = weisfeiler_lehman((*SPACE.sample(0, 5), CHAIN), 2, vocabulary)
    assert first.shape == (5, known)
    assert second.shape == (6, len(vocabulary))
    assert np.array_equal(second.toarray()[:5, :known], first.toarray())
    counts = weisfeiler_lehman_labels(CHAIN, 2)
    row = second.toarray()[5]
    assert {label: row[column] for label, column in vocabulary.items() if row[column]} == counts
