from collections import Counter

import numpy as np
import pytest

from nbnas.errors import ArchitectureError
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.space import SearchSpace
from nbnas.graphs.spaces.cell import OPERATIONS, CellSpace, cell, operations_of

SPACE = CellSpace()
TEXT = "|nor_conv_3x3~0|+|none~0|skip_connect~1|+|avg_pool_3x3~0|none~1|nor_conv_1x1~2|"


def test_follows_the_protocol():
    assert isinstance(SPACE, SearchSpace)
    assert hash(SPACE) == hash(CellSpace())


def test_iterates_over_all_cells_once():
    cells = list(SPACE)
    assert len(set(cells)) == len(cells) == SPACE.size == 15_625


def test_reads_and_writes_the_official_strings(nb201):
    assert all(str(SPACE.parse(text)) == text for text in nb201["arch_str"])
    assert set(nb201["arch_str"]) == {str(a) for a in SPACE}


def test_an_edge_carries_its_operation():
    assert set(SPACE.parse(TEXT).edges) == {
        (0, 1, "nor_conv_3x3"),
        (0, 2, "none"),
        (1, 2, "skip_connect"),
        (0, 3, "avg_pool_3x3"),
        (1, 3, "none"),
        (2, 3, "nor_conv_1x1"),
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "3 groups joined by"),
        (TEXT + "+|none~0|", "got 4"),
        (
            TEXT.replace("nor_conv_3x3", "conv"),
            r"group 1 .*unknown operation 'conv'; allowed: none",
        ),
        (TEXT.replace("none~1", "none~0"), r"group 3 .*expected 'operation~1'"),
        (TEXT.replace("skip_connect~1|", ""), r"group 2 .*expected 2 edges"),
        (TEXT[1:], "group 1"),
        ("<script>", "3 groups"),
    ],
)
def test_a_bad_string_says_where_and_what(text, message):
    with pytest.raises(ArchitectureError, match=message):
        SPACE.parse(text)


def test_contains_only_its_own_cells():
    good = SPACE.parse(TEXT)
    assert good in SPACE
    assert "text" not in SPACE
    assert Architecture(good.nodes, good.edges[:-1], good.text) not in SPACE
    assert Architecture(good.nodes, good.edges, "other") not in SPACE


def test_sampling_is_reproducible_and_uniform():
    assert SPACE.sample(3, 20) == SPACE.sample(3, 20) != SPACE.sample(4, 20)
    counts = Counter(o for a in SPACE.sample(0, 5000) for o in operations_of(a))
    shares = np.array([counts[o] for o in OPERATIONS]) / 30_000
    assert np.abs(shares - 0.2).max() < 0.012  # five standard deviations


def test_neighbors_differ_in_one_operation_and_are_symmetric():
    a = SPACE.sample(0, 1)[0]
    neighbors = SPACE.neighbors(a)
    assert len(set(neighbors)) == 24
    for b in neighbors:
        assert sum(x != y for x, y in zip(operations_of(a), operations_of(b), strict=True)) == 1
        assert a in SPACE.neighbors(b)


def test_mutation_reaches_every_neighbor(rng):
    a = SPACE.sample(0, 1)[0]
    assert {SPACE.mutate(a, rng) for _ in range(500)} == set(SPACE.neighbors(a))
    assert SPACE.mutate(a, 7) == SPACE.mutate(a, 7)


def test_refuses_foreign_architectures():
    foreign = Architecture(("input", "output"), ((0, 1, "conv"),), "x")
    with pytest.raises(ArchitectureError, match="cell of CellSpace"):
        SPACE.neighbors(foreign)
    with pytest.raises(ArchitectureError, match="6 operations out of"):
        cell(("none",) * 5)
