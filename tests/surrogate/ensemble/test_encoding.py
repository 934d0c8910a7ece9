import threading
from collections import Counter

import networkx as nx
import numpy as np
import pytest

from nbnas.errors import ArchitectureError, SettingError
from nbnas.graphs.distances.path import PathDistance, paths
from nbnas.graphs.features import operation_graph
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.graphs.spaces.chain.space import ChainSpace
from nbnas.graphs.spaces.cnn.space import CnnSpace
from nbnas.graphs.spaces.dag.space import DagSpace
from nbnas.graphs.spaces.darts.space import DartsSpace
from nbnas.graphs.spaces.recurrent.space import RecurrentSpace
from nbnas.surrogate.ensemble import encoding as module
from nbnas.surrogate.ensemble.encoding import OperationEncoding, PathEncoding, common_words, encode
from nbnas.surrogate.table import ArchitectureTable

CELLS = CellSpace().sample(0, 30)
SPACES = [CellSpace(), ChainSpace(), CnnSpace(), DagSpace(), RecurrentSpace(), DartsSpace()]
ENCODINGS = [PathEncoding(), OperationEncoding()]
KINDS = ("operation", "link", "path")


def cell(*operations):
    """A cell of NAS-Bench-201 by the operations of its edges 0-1, 0-2, 1-2, 0-3, 1-3, 2-3."""
    a, b, c, d, e, f = operations
    return CellSpace().parse(f"|{a}~0|+|{b}~0|{c}~1|+|{d}~0|{e}~1|{f}~2|")


def simple_paths(graph):
    """How often each sequence of operations occurs, by networkx's enumeration."""
    labels, last = graph.labels, len(graph.labels) - 1
    multi = nx.MultiDiGraph([(v, r) for v, readers in enumerate(graph.readers) for r in readers])
    multi.add_nodes_from((0, last))
    starts = [v for v in range(last) if not multi.in_degree(v)]
    return Counter(
        ("path", *(labels[v] for _, v, _ in edges[:-1]))
        if start == 0
        else ("path", labels[start], *(labels[v] for _, v, _ in edges[:-1]))
        for start in starts
        for edges in nx.all_simple_edge_paths(multi, start, last)
    )


@pytest.mark.parametrize("space", SPACES, ids=lambda space: type(space).__name__)
def test_operations_links_and_paths_are_counted_as_networkx_does(space):
    for a in space.sample(1, 15):
        graph, words = operation_graph(a), OperationEncoding().words(a)
        groups = {kind: {w: c for w, c in words.items() if w[0] == kind} for kind in KINDS}
        assert sum(map(len, groups.values())) == len(words)
        assert groups["path"] == simple_paths(graph)
        assert groups["operation"] == Counter(("operation", x) for x in graph.labels[1:-1])
        assert sum(groups["link"].values()) == sum(map(len, graph.readers))


def test_what_an_identity_does_not_change_has_the_same_words():
    conv, skip, none = "nor_conv_3x3", "skip_connect", "none"
    direct = cell(none, none, none, conv, none, none)
    longer = cell(conv, none, skip, none, none, skip)
    assert OperationEncoding().words(direct) == OperationEncoding().words(longer)
    assert PathEncoding().words(direct) != PathEncoding().words(longer)


def test_parallel_operations_are_counted():
    conv, none = "nor_conv_3x3", "none"
    words = OperationEncoding().words(cell(conv, conv, none, none, conv, conv))
    assert words == {
        ("operation", conv): 4,
        ("link", "input", conv): 2,
        ("link", conv, conv): 2,
        ("link", conv, "output"): 2,
        ("path", conv, conv): 2,
    }


@pytest.mark.parametrize("most", [None, 0, 1, 2])
def test_path_encoding_is_what_the_path_distance_compares(most):
    words = [set(PathEncoding(most).words(a)) for a in CELLS]
    assert words == [paths(a, most) for a in CELLS]
    x = encode(PathEncoding(most), sorted(set().union(*words)), ArchitectureTable(), CELLS)
    distances = np.abs(x[:, None] - x[None]).sum(axis=2)
    assert np.array_equal(distances, PathDistance(most).matrix(CELLS, CELLS))


def test_longer_paths_are_left_out():
    for a in RecurrentSpace().sample(0, 10):
        everything, some = OperationEncoding().words(a), OperationEncoding(2).words(a)
        assert some == {w: c for w, c in everything.items() if w[0] != "path" or len(w) <= 3}


@pytest.mark.parametrize("encoding", ENCODINGS, ids=repr)
def test_inputs_are_logarithms_of_the_counts(encoding):
    words = common_words(encoding, CELLS, 1_000)
    x = encode(encoding, words, ArchitectureTable(), CELLS)
    assert x.dtype == np.float64
    expected = [[np.log2(1 + encoding.words(a).get(word, 0)) for word in words] for a in CELLS]
    assert np.allclose(x, expected)


def test_common_words_are_those_of_most_architectures():
    encoding = PathEncoding()
    words = common_words(encoding, CELLS, 5)
    having = {word: sum(word in encoding.words(a) for a in CELLS) for word in words}
    left_out = set().union(*map(paths, CELLS)) - set(words)
    assert list(having.values()) == sorted(having.values(), reverse=True)
    assert min(having.values()) >= max(sum(w in paths(a) for a in CELLS) for w in left_out)
    assert common_words(encoding, CELLS[::-1], 5) == words
    assert common_words(encoding, (), 5) == ()


@pytest.mark.parametrize("encoding", ENCODINGS, ids=repr)
def test_what_the_table_saw_before_does_not_matter(encoding):
    words = (*common_words(encoding, CELLS[:10], 1_000), ("seen", "nowhere"))
    table = ArchitectureTable()
    fresh = encode(encoding, words, ArchitectureTable(), CELLS[:20])
    for some in (CELLS[25:], CELLS[:3], CellSpace().sample(5, 40)):
        encode(encoding, common_words(encoding, some, 1_000), table, some)
    assert np.array_equal(encode(encoding, words, table, CELLS[:20]), fresh)
    assert (fresh[:, -1] == 0).all()
    assert encode(encoding, (), table, CELLS[:4]).shape == (4, 0)
    assert encode(encoding, words, table, ()).shape == (0, len(words))


def test_a_copy_of_the_table_goes_its_own_way():
    encoding, table = OperationEncoding(), ArchitectureTable()
    words = common_words(encoding, CELLS, 1_000)
    before = encode(encoding, words, table, CELLS[:10])
    copied = table.copy()
    assert np.array_equal(encode(encoding, words, copied, CELLS[:10]), before)
    encode(encoding, words, copied, CELLS)
    encode(encoding, words, table, CELLS[:5:-1])
    fresh = encode(encoding, words, ArchitectureTable(), CELLS)
    assert np.array_equal(encode(encoding, words, copied, CELLS), fresh)
    assert np.array_equal(encode(encoding, words, table, CELLS), fresh)


def test_two_threads_may_ask_at_once():
    encoding, table, found = OperationEncoding(), ArchitectureTable(), {}
    words = common_words(encoding, CELLS, 1_000)

    def ask(name):
        for a in CellSpace().sample(name, 60):
            found[a] = encode(encoding, words, table, (a,))[0]

    threads = [threading.Thread(target=ask, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    alone = encode(encoding, words, ArchitectureTable(), tuple(found))
    assert np.array_equal(np.stack(list(found.values())), alone)


@pytest.mark.parametrize("encoding", [PathEncoding, OperationEncoding])
@pytest.mark.parametrize("length", [-1, 1.5, True])
def test_lengths_are_whole_numbers(encoding, length):
    with pytest.raises(SettingError, match="max_length"):
        encoding(length)


def test_too_many_paths_are_refused(monkeypatch):
    monkeypatch.setattr(module, "MOST_PATHS", 3)
    crowded = max(RecurrentSpace().sample(0, 20), key=lambda a: len(paths(a)))
    with pytest.raises(ArchitectureError, match=r"at most 3 paths.*max_length"):
        OperationEncoding().words(crowded)
