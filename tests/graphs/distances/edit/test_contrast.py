import pytest

from nbnas.graphs.architecture import Architecture
from nbnas.graphs.canonical import functional_form
from nbnas.graphs.distances.edit.contrast import contrast
from nbnas.graphs.spaces.cell import EDGES, CellSpace, cell, operations_of
from nbnas.graphs.spaces.chain.space import ChainSpace
from nbnas.graphs.spaces.cnn.space import CnnSpace
from nbnas.graphs.spaces.dag.space import DagSpace
from nbnas.graphs.spaces.recurrent.space import RecurrentSpace

SPACE = CellSpace()
BASE = cell(
    ["nor_conv_3x3", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "none", "nor_conv_3x3"]
)


def changed(architecture, **operations):
    """A cell with other operations, such as e03="none"."""
    own = list(operations_of(architecture))
    for name, operation in operations.items():
        own[EDGES.index((int(name[1]), int(name[2])))] = operation
    return cell(own)


def graph(labels, edges):
    nodes = ("input", *labels, "output")
    return Architecture(nodes, tuple((u, v, "link") for u, v in edges), f"{labels}{edges}")


def test_an_edge_of_a_cell():
    other = changed(BASE, e03="skip_connect")
    assert contrast(BASE, other) == "nor_conv_3x3 on edge 0→3 where it has skip_connect"
    assert contrast(other, BASE) == "skip_connect on edge 0→3 where it has nor_conv_3x3"


def test_the_zero_operation_has_a_name():
    other = changed(BASE, e13="avg_pool_3x3")
    assert contrast(BASE, other) == "none on edge 1→3 where it has avg_pool_3x3"


def test_edges_stand_in_order_and_keep_their_places():
    """An edit script might renumber the vertices; a student reads the picture."""
    other = changed(BASE, e01="skip_connect", e02="nor_conv_3x3", e23="none")
    assert contrast(BASE, other) == (
        "nor_conv_3x3 on edge 0→1 where it has skip_connect; "
        "skip_connect on edge 0→2 where it has nor_conv_3x3; "
        "nor_conv_3x3 on edge 2→3 where it has none"
    )


def test_every_difference_of_cells_is_told():
    for a, b in zip(SPACE.sample(1, 30), SPACE.sample(2, 30), strict=True):
        said = contrast(a, b)
        for (source, target), mine, its in zip(
            EDGES, operations_of(a), operations_of(b), strict=True
        ):
            phrase = f"{mine} on edge {source}→{target} where it has {its}"
            assert (phrase in said) == (mine != its)


def test_nothing_sets_them_apart():
    assert contrast(BASE, BASE) == "nothing: it is the same"
    a = changed(BASE, e02="none", e12="none")  # nothing reaches vertex 2
    b = changed(a, e23="avg_pool_3x3")
    assert functional_form(a) == functional_form(b)
    assert contrast(a, b).startswith("nothing that counts, both compute the same; nor_conv_3x3 on")


@pytest.mark.parametrize(
    ("own", "other", "said"),
    [
        (
            graph(("a", "b"), [(0, 1), (1, 2), (2, 3)]),
            graph(("a", "c"), [(0, 1), (1, 2), (2, 3)]),
            "b at vertex 2 where it has c",
        ),
        (
            graph(("a", "b"), [(0, 1), (0, 2), (1, 2), (2, 3)]),
            graph(("a", "b"), [(0, 1), (1, 2), (2, 3)]),
            "a link 0→2, which it lacks",
        ),
        (
            graph(("a", "b"), [(0, 1), (1, 2), (2, 3)]),
            graph(("a", "b"), [(0, 1), (1, 2), (1, 3), (2, 3)]),
            "no link 1→3, which it has",
        ),
        (
            graph(("a", "b", "b"), [(0, 1), (1, 2), (2, 3), (3, 4)]),
            graph(("a",), [(0, 1), (1, 2)]),
            "2 more b, 2 more links",
        ),
        (
            graph(("a",), [(0, 1), (1, 2)]),
            graph(("a", "b"), [(0, 1), (1, 2), (2, 3)]),
            "1 fewer b, 1 fewer link",
        ),
    ],
)
def test_operations_at_vertices(own, other, said):
    assert contrast(own, other) == said


def test_a_port_of_a_vertex():
    def gated(port):
        nodes = ("input", "a", "output")
        return Architecture(nodes, ((0, 1, f"link:{port}"), (1, 2, "link")), port)

    assert contrast(gated("left"), gated("right")) == "link:left 0→1 where it has link:right"


def test_operations_on_edges_of_different_graphs():
    small = Architecture(("input", "output"), ((0, 1, "conv"),), "small")
    large = Architecture(
        ("input", "sum", "output"), ((0, 1, "conv"), (0, 2, "pool"), (1, 2, "conv")), "large"
    )
    assert contrast(large, small) == "1 more conv, 1 more pool, 1 more sum"


def test_large_graphs_are_counted():
    chain = graph(tuple("abababababa"), [(i, i + 1) for i in range(12)])
    other = graph(tuple("abababababb"), [(i, i + 1) for i in range(12)])
    assert contrast(chain, other) == "1 more a, 1 fewer b"
    turned = graph(tuple("babababaaba"), [(i, i + 1) for i in range(12)])
    assert contrast(chain, turned) == "the same operations, connected otherwise"


def test_a_long_count_is_cut():
    many = graph(tuple("aaabbcdefgh"), [(i, i + 1) for i in range(12)])
    few = graph(("x",), [(0, 1), (1, 2)])
    said = contrast(many, few)
    assert said.startswith("10 more links, 3 more a, 2 more b")
    assert said.endswith("and 4 more kinds of difference")


@pytest.mark.parametrize("space", [SPACE, DagSpace(), ChainSpace(), CnnSpace(), RecurrentSpace()])
def test_every_space_has_words(space):
    for number, a in enumerate(space.sample(0, 6)):
        b = space.mutate(a, number)
        assert contrast(a, b) != contrast(a, a) == "nothing: it is the same"
        assert contrast(a, b)
