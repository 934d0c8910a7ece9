import pytest

from nbnas.charts.render import to_svg
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.graphs.spaces.chain.space import ChainSpace
from nbnas.graphs.spaces.cnn.space import CnnSpace
from nbnas.graphs.spaces.dag.space import DagSpace
from nbnas.graphs.spaces.darts.space import DartsSpace
from nbnas.graphs.spaces.recurrent.space import lstm
from nbnas.training.networks.size import network_size
from nbnas.widgets import view

CELL = CellSpace().sample(0, 1)[0]


def test_says_string_parameters_and_multiply_adds():
    seen, size = view(CELL), network_size(CELL)
    assert str(CELL) in seen.summary
    assert f"{size.parameters:,} parameters" in seen.summary
    assert f"{size.multiply_adds:,} multiply-adds" in seen.summary
    drawn = to_svg(seen.chart)
    for part in ("stem", "reduction", "mean", "classifier", "10 scores"):
        assert part in drawn


@pytest.mark.parametrize(
    ("architecture", "said", "drawn"),
    [
        (DagSpace().sample(4, 1)[0], "multiply-adds", "reduction"),
        (DartsSpace().sample(4, 1)[0], "of 16 operations carry data", "reduction cell"),
        (ChainSpace().sample(1, 1)[0], "1\N{MULTIPLICATION SIGN}8\N{MULTIPLICATION SIGN}8", ""),
        (CnnSpace(layers=(5, 8)).sample(1, 1)[0], "parameters", ""),
        (lstm(), "multiply-adds for one of 65 letters", "embedding"),
    ],
    ids=["dag", "darts", "chain", "cnn", "recurrent"],
)
def test_every_space_has_a_size(architecture, said, drawn):
    seen = view(architecture)
    assert said in seen.summary
    assert drawn in to_svg(seen.chart)


def test_what_cannot_be_built_is_drawn_and_says_why():
    seen = view(Architecture(("input", "output"), ((0, 1, "tanh"),), "pair"))
    assert "No network can be built of it" in seen.summary
    assert "tanh" in to_svg(seen.chart)


def test_a_long_string_is_cut():
    assert "…" in view(lstm()).summary or len(str(lstm())) <= 200
