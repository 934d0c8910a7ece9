"""Cells of any size over any operations: the space, and what compares its members."""

import itertools

import numpy as np
import pytest

from nbnas.errors import ArchitectureError, SettingError
from nbnas.graphs.canonical import functional_form
from nbnas.graphs.distances.edit.distance import EditDistance
from nbnas.graphs.distances.hamming import HammingDistance
from nbnas.graphs.distances.otmann.distance import OtmannDistance
from nbnas.graphs.distances.path import PathDistance
from nbnas.graphs.distances.weisfeiler_lehman import WeisfeilerLehmanDistance
from nbnas.graphs.spaces.cell import OPERATIONS, CellSpace, cell
from nbnas.graphs.spaces.operation import Operation
from nbnas.graphs.spaces.subspace import Subspace


def build(channels):
    return channels


DW = Operation("dw_conv_5x5", build)
SMALL = CellSpace(("none", DW, "skip_connect"), vertices=3)
LARGE = CellSpace((DW, "nor_conv_3x3", "none", Operation("gelu", build)), vertices=6)
DISTANCES = (
    *(HammingDistance(), EditDistance(), PathDistance(), WeisfeilerLehmanDistance()),
    *(OtmannDistance(), OtmannDistance(normalized=True)),
)


def test_all_cells_of_a_small_space_are_listed():
    cells = list(SMALL)
    rows = list(itertools.product(("none", "dw_conv_5x5", "skip_connect"), repeat=3))
    assert len(cells) == len(set(cells)) == SMALL.size == 27
    assert [SMALL.operations_of(a) for a in cells] == rows
    assert cells[5].text == "|none~0|+|dw_conv_5x5~0|skip_connect~1|"
    assert cells[5].nodes == ("input", "sum", "output")
    assert cells[5].edges == ((0, 1, "none"), (0, 2, "dw_conv_5x5"), (1, 2, "skip_connect"))


@pytest.mark.parametrize("space", [SMALL, LARGE, CellSpace(vertices=2)], ids=repr)
def test_moves_codes_and_texts_agree(space):
    edges = space.vertices * (space.vertices - 1) // 2
    for a in space.sample(1, 12):
        assert a in space
        assert space.parse(str(a)) == a == space.decode(space.encode(a))
        near = space.neighbors(a)
        assert len(set(near)) == len(near) == edges * (len(space.words) - 1)
        assert all(sum(x != y for x, y in zip(a.edges, b.edges, strict=True)) == 1 for b in near)
        assert space.mutate(a, 3) in near


def test_mutations_reach_every_neighbour():
    a, rng = SMALL.sample(0, 1)[0], np.random.default_rng(0)
    assert {SMALL.mutate(a, rng) for _ in range(200)} == set(SMALL.neighbors(a))


def test_the_space_of_nas_bench_201_is_as_it_was():
    space = CellSpace()
    assert space == CellSpace(OPERATIONS) == CellSpace(list(OPERATIONS), vertices=4)
    assert repr(space) == "CellSpace()"
    assert space.fingerprint() == {}
    assert space.choices == (OPERATIONS,) * 6
    assert next(iter(space)) == cell(["none"] * 6)
    texts = [a.text for a in space.sample(2024, 2)]  # noted down before spaces had other sizes
    assert texts == [
        "|skip_connect~0|+|nor_conv_3x3~0|none~1|+|skip_connect~0|skip_connect~1|skip_connect~2|",
        "|avg_pool_3x3~0|+|nor_conv_3x3~0|avg_pool_3x3~1|+|avg_pool_3x3~0|none~1|none~2|",
    ]


@pytest.mark.parametrize("distance", DISTANCES, ids=repr)
@pytest.mark.parametrize("space", [SMALL, LARGE], ids=["small", "large"])
def test_every_distance_compares_them(distance, space):
    cells = space.sample(5, 8)
    d = distance.matrix(cells, cells)
    assert np.isfinite(d).all()
    assert np.allclose(d, d.T)
    assert (np.diag(d) == 0).all()
    assert d.max() > 0


def test_an_own_operation_is_another_kind_for_otmann():
    conv, own = (
        CellSpace(("nor_conv_3x3", DW, "none"), vertices=2).parse(f"|{name}~0|")
        for name in ("nor_conv_3x3", "dw_conv_5x5")
    )
    assert OtmannDistance(structure=0).distance(conv, own) == 2.0  # one layer left on each side
    table = OtmannDistance().mismatch.extended({("dw_conv_5x5", "nor_conv_3x3"): 0.5})
    assert OtmannDistance(0, table).distance(conv, own) == 0.5


def test_what_own_operations_compute_is_told_apart():
    forms = {functional_form(a) for a in SMALL}
    # 9 ways through vertex 1, of which "#", x and dw(x) stay, times 3 ways beside it; see
    # the sums written out: {"", 0, d0} + {"", 0, d0, dd0}, as bags.
    through, beside = ("", "0", "(0)@dw_conv_5x5", "((0)@dw_conv_5x5)@dw_conv_5x5"), ("",
        "0", "(0)@dw_conv_5x5")  # fmt: skip
    sums = {"+".join(sorted(filter(None, both))) for both in itertools.product(through, beside)}
    assert forms == sums


def test_a_study_remembers_what_is_not_by_default():
    told = LARGE.fingerprint()
    assert told["operations"] == "dw_conv_5x5, nor_conv_3x3, none, gelu"
    assert told["vertices"] == "6"
    assert told["operation dw_conv_5x5"].startswith("build ")
    other = CellSpace((Operation("dw_conv_5x5", lambda channels: None), "none"))
    assert other.fingerprint()["operation dw_conv_5x5"] != told["operation dw_conv_5x5"]
    members = Subspace(LARGE, LARGE.sample(0, 3)).fingerprint()
    assert members["operation gelu"] == told["operation gelu"]
    assert " at 0x" not in str(members)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"operations": ("none",)}, "at least two operations"),
        ({"operations": ("none", "conv_9x9")}, "a name out of none, skip_connect"),
        ({"operations": ("none", "none")}, "different names, got none twice"),
        ({"operations": (DW, Operation("dw_conv_5x5", len))}, "got dw_conv_5x5 twice"),
        ({"operations": "none"}, "a sequence"),
        ({"vertices": 1}, "from 2 to 12"),
        ({"vertices": 13}, "from 2 to 12"),
    ],
)
def test_wrong_spaces_are_refused(arguments, said):
    with pytest.raises(SettingError, match=said):
        CellSpace(**arguments)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("none", "another name than nbnas' own"),
        ("nor_conv_3x3", "given by its name alone"),
        ("link", "another name"),
        ("a|b", "letters, digits"),
        ("a~0", "letters, digits"),
        ("a+b", "letters, digits"),
        ("", "letters, digits"),
        ("5x5", "a letter first"),
        ("a" * 61, "up to 60"),
        (5, "a text"),
    ],
)
def test_wrong_names_are_refused(name, said):
    with pytest.raises(SettingError, match=said):
        Operation(name, build)


def test_what_builds_must_be_callable():
    with pytest.raises(SettingError, match="a function from the number of channels"):
        Operation("mine", 5)


def test_other_cells_are_no_members():
    assert cell(["none"] * 6) not in LARGE
    with pytest.raises(ArchitectureError, match=r"unknown operation 'gelu'; allowed: none, dw_co"):
        SMALL.parse("|gelu~0|+|none~0|none~1|")
    with pytest.raises(ArchitectureError, match="expected 2 groups"):
        SMALL.parse("|none~0|")
    with pytest.raises(ArchitectureError, match="a cell of CellSpace"):
        SMALL.neighbors(LARGE.sample(0, 1)[0])
