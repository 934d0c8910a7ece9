import dataclasses

import pytest

from nbnas.charts import explanation, to_svg
from nbnas.graphs.architecture import LINK, Architecture
from nbnas.graphs.cell import CellSpace
from nbnas.graphs.distance import explain
from nbnas.graphs.edit import EditDistance
from nbnas.graphs.hamming import HammingDistance
from nbnas.graphs.otmann import OtmannDistance
from nbnas.graphs.path import PathDistance
from nbnas.graphs.weisfeiler_lehman import WeisfeilerLehmanDistance
from nbnas.widgets import view

A, B = CellSpace().sample(3, 2)


def chain(*labels):
    nodes = ("image", *labels, "output")
    return Architecture(nodes, tuple((i, i + 1, LINK) for i in range(len(nodes) - 1)), "made up")


@pytest.mark.parametrize(
    ("distance", "words"),
    [
        (EditDistance(), ("The 4 edits", "edge 0→3: delete skip_connect")),
        (HammingDistance(), ("edge 0→3 differs",)),
        (PathDistance(), ("Their paths", "Only the first", "nor_conv_1x1 → nor_conv_1x1")),
        (WeisfeilerLehmanDistance(0), ("Their motifs", "2 \N{MULTIPLICATION SIGN} nor_conv_1x1")),
    ],
    ids=["edit", "hamming", "path", "wl"],
)
def test_cells_are_explained(distance, words):
    svg = to_svg(explanation(explain(distance, A, B)))
    assert all(word in svg for word in words)


def test_equal_cells_are_explained():
    assert "nothing: they are equal" in to_svg(explanation(explain(EditDistance(), A, A)))


def test_a_transport_shows_what_matches_what():
    first = chain("conv3x3:16", "max-pool::s2", "fc:64", "softmax")
    second = chain("conv5x5:16", "fc:64", "softmax")
    explained = explain(OtmannDistance(), first, second)
    svg = to_svg(explanation(explained))
    assert "from kinds of layers" in svg
    assert "another kind" in svg
    assert f"{explained.value:,.0f}" in svg


def test_the_view_says_how_far_they_are_apart():
    assert "EditDistance(): 4 between" in view(explain(EditDistance(), A, B)).summary


def test_what_cannot_be_drawn_is_named():
    odd = dataclasses.replace(explain(EditDistance(), A, B), found=3.0)
    with pytest.raises(TypeError, match="got float"):
        explanation(odd)
