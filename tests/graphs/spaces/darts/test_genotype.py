"""The published notation: read without running it, written as it is published."""

from collections import namedtuple

import pytest

from nbnas.errors import ArchitectureError
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.graphs.spaces.darts.genotype import read_genotype
from nbnas.graphs.spaces.darts.graph import genotype_of
from nbnas.graphs.spaces.darts.space import DartsSpace

SPACE = DartsSpace()
TEXT = str(SPACE.sample(0, 1)[0])


def test_published_genotypes_are_read(published):
    """What Python makes of the text, each vertex's inputs in the order of what they read."""
    fields = "normal normal_concat reduce reduce_concat"
    official = eval(published, {"Genotype": namedtuple("Genotype", fields)})
    found = genotype_of(SPACE.parse(published))
    for cell in ("normal", "reduce"):
        theirs, ours = getattr(official, cell), list(getattr(found, cell))
        for i in range(0, 8, 2):
            assert sorted(theirs[i : i + 2]) == sorted(ours[i : i + 2])
            assert ours[i][1] < ours[i + 1][1]


def test_what_is_written_is_what_their_code_prints():
    fields = "normal normal_concat reduce reduce_concat"
    theirs = eval(TEXT, {"Genotype": namedtuple("Genotype", fields)})
    assert repr(theirs) == TEXT


def test_a_thousand_go_to_text_and_back():
    members = SPACE.sample(1, 1000)
    assert [SPACE.parse(str(a)) for a in members] == list(members)
    assert len(set(members)) == 1000


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("Genotype(", "genotype(", r"expected Genotype\(normal=\["),
        ("Genotype(", "print(Genotype(", "expected Genotype"),
        (TEXT, "__import__('os').getcwd()", "expected Genotype"),
        (TEXT, f"{TEXT}, 1", "expected Genotype"),
        (TEXT, "(" * 4_000, "expected Genotype"),
        (TEXT, "\0", "expected Genotype"),
        (TEXT, " " * 6_000, "up to 5,000 letters, got 6,000"),
        ("reduce_concat=range(2, 6)", "**{}", "expected the fields normal, .* got .*None"),
        (", reduce_concat=range(2, 6)", "", "each once"),
        (
            "normal_concat=range(2, 6)",
            "normal_concat=[2, 3, 4]",
            r"normal_concat: .*got \(2, 3, 4",
        ),
        (
            "normal_concat=range(2, 6)",
            "normal_concat=range(2, 10**9)",
            r"normal_concat: .*10 \*\*",
        ),
        ("normal_concat=range(2, 6)", "normal_concat=range(2, 'a')", "normal_concat: expected"),
        ("normal_concat=range(2, 6)", "normal_concat=list()", r"got 'list\(\)'"),
        ("normal=[(", "normal=[1, (", "normal: expected 8 inputs"),
        ("reduce=[", "reduce=[('sep_conv_3x3', 0, 1), ", "reduce: expected 8 inputs"),
        ("reduce=[", "reduce=7 or [", "reduce: expected lists of"),
    ],
)
def test_another_text_says_where_and_why(old, new, message):
    assert old in TEXT
    with pytest.raises(ArchitectureError, match=message):
        SPACE.parse(TEXT.replace(old, new, 1))


@pytest.mark.parametrize(
    ("place", "one", "message"),
    [
        (0, ("conv", 0), "normal, input 1 of vertex 2: unknown operation 'conv'; allowed: none"),
        (1, ("none", 2), "normal, input 2 of vertex 2: expected it to read one of 0 to 1, got 2"),
        (4, ("none", -1), "normal: expected lists of"),
        (7, ("none", True), "expected lists of"),
        (6, (0, "none"), r"normal, input 1 of vertex 5: expected \('operation', number\)"),
    ],
)
def test_a_wrong_input_is_named(place, one, message):
    inputs = list(genotype_of(SPACE.parse(TEXT)).normal)
    inputs[place] = one
    reduce = TEXT[TEXT.index("normal_concat") :]
    with pytest.raises(ArchitectureError, match=message):
        SPACE.parse(f"Genotype(normal={inputs}, {reduce}")


def test_a_vertex_reads_two_different_ones():
    with pytest.raises(ArchitectureError, match=r"normal, vertex 2: expected .* got 0 twice"):
        SPACE.parse(TEXT.replace(", 1)", ", 0)", 1))


def test_only_genotypes_have_one():
    with pytest.raises(ArchitectureError, match="of a DartsSpace, got"):
        genotype_of(CellSpace().sample(0, 1)[0])
    with pytest.raises(ArchitectureError, match="allowed: none"):
        read_genotype(TEXT, ("none",))
