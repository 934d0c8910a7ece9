import pytest

from nbnas.charts.graphs.wording import edit_words, motif_words, path_words
from nbnas.graphs.distances.edit.script import Edit
from nbnas.graphs.features import weisfeiler_lehman_labels
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.graphs.spaces.recurrent.space import lstm

X = "\N{MULTIPLICATION SIGN}"
CELL = CellSpace().sample(0, 1)[0]


@pytest.mark.parametrize(
    ("architecture", "edit", "words"),
    [
        (CELL, Edit("delete", (0, 3), "nor_conv_3x3", ""), f"edge in→out: delete conv 3{X}3"),
        (CELL, Edit("change", (1, 2), "skip_connect", "avg_pool_3x3"),
         "edge 1→2: skip becomes avg pool"),
        (CELL, (0, 2), "edge in→2 differs"),
        (lstm(), Edit("insert", (4, 7), "", "link"), "link 4→7: insert"),
        (lstm(), Edit("insert", (4, 7), "", "link:gate"), "link 4→7: insert gate"),
        (lstm(), Edit("change", (4, 7), "link", "link:on"), "link 4→7: plain becomes on"),
        (lstm(), Edit("insert", (17,), "", "activation_tanh"), "vertex 17: insert tanh"),
        (lstm(), (3,), "vertex 3 differs"),
    ],
)  # fmt: skip
def test_edits_are_said_as_the_picture_says_it(architecture, edit, words):
    assert edit_words(edit, architecture) == words


def test_paths():
    assert path_words(()) == "straight through"
    assert path_words(("avg_pool_3x3", "skip_connect")) == "avg pool → skip"


def test_motifs_of_every_depth():
    assert motif_words("elementwise_prod", 3) == f"3 {X} prod"
    assert motif_words("()>input>(a,b)", 1) == f"1 {X} [input] → a, b"
    assert motif_words("(a,a)>output>()", 1) == f"1 {X} a, a → [output]"
    for depth in (2, 3):
        label = max(weisfeiler_lehman_labels(lstm(), depth), key=len)
        words = motif_words(label, 1)
        assert words.startswith(f"1 {X} {depth} steps around [")
        assert words.count("[") == 1
