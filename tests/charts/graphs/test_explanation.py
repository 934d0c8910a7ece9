import dataclasses
import json

import altair as alt
import pytest

from nbnas.charts import explanation, to_svg
from nbnas.charts.graphs.explanation import only
from nbnas.graphs.architecture import LINK, Architecture
from nbnas.graphs.distances.distance import explain
from nbnas.graphs.distances.edit.distance import EditDistance
from nbnas.graphs.distances.hamming import HammingDistance
from nbnas.graphs.distances.otmann.distance import OtmannDistance
from nbnas.graphs.distances.path import PathDistance
from nbnas.graphs.distances.weisfeiler_lehman import WeisfeilerLehmanDistance
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.graphs.spaces.chain.space import ChainSpace
from nbnas.graphs.spaces.cnn.space import CnnSpace
from nbnas.graphs.spaces.dag.space import DagSpace
from nbnas.graphs.spaces.darts.space import DartsSpace
from nbnas.graphs.spaces.recurrent.space import RecurrentSpace
from nbnas.widgets import view

X = "\N{MULTIPLICATION SIGN}"
A, B = CellSpace().sample(3, 2)
LARGE = RecurrentSpace(nodes=(13, 16)).sample(3, 2)
EVERY = (HammingDistance(), EditDistance(approximate=True), PathDistance(), OtmannDistance(),
         WeisfeilerLehmanDistance(0), WeisfeilerLehmanDistance(2))  # fmt: skip


def chain(*labels):
    nodes = ("image", *labels, "output")
    return Architecture(nodes, tuple((i, i + 1, LINK) for i in range(len(nodes) - 1)), "made up")


@pytest.mark.parametrize(
    ("distance", "words"),
    [
        (EditDistance(), ("The 4 edits", "edge in→out: delete skip")),
        (HammingDistance(), ("edge in→out differs",)),
        (PathDistance(), ("Their paths", "Only the first", f"conv 1{X}1 → conv 1{X}1")),
        (WeisfeilerLehmanDistance(0), ("Their motifs", f"2 {X} conv 1{X}1")),
        (OtmannDistance(), ("Distance 3.66", "the same kind", "1 unmatched")),
    ],
    ids=["edit", "hamming", "path", "wl", "otmann"],
)
def test_cells_are_explained(distance, words):
    svg = to_svg(explanation(explain(distance, A, B)))
    assert all(word in svg for word in words)


def test_a_long_list_beside_a_chart_is_put_into_columns():
    also = alt.Chart(alt.InlineData(values=[{"x": 1}])).mark_point().encode(x="x:Q")
    lists = (["a"] * 5, ["b"] * 5, ["c"] * 2)
    below = only(A, B, lists, "motif", "", also).vconcat[1].hconcat
    assert [json.loads(panel.data.values)[0]["text"] for panel in below[:-1]] == [
        "Only the first (5):",
        "Both (2):",
    ]
    assert len(only(A, B, (["a"], ["b"], ["c"]), "motif", "", also).vconcat[1].hconcat) == 2


def test_equal_cells_are_explained():
    assert "nothing: they are equal" in to_svg(explanation(explain(EditDistance(), A, A)))


@pytest.mark.parametrize("distance", EVERY, ids=lambda d: type(d).__name__)
@pytest.mark.parametrize(
    "space",
    [
        *(CellSpace(), DagSpace(), ChainSpace((3, 6)), CnnSpace(layers=(5, 9)), RecurrentSpace()),
        DartsSpace(),
    ],
    ids=lambda space: type(space).__name__,
)
def test_every_distance_is_explained_in_every_space(distance, space):
    svg = to_svg(explanation(explain(distance, *space.sample(7, 2))))
    assert svg.startswith("<svg")
    assert "NaN" not in svg


def test_an_upper_bound_says_that_fewer_edits_may_do():
    assert "(fewer may do)" in to_svg(explanation(explain(EditDistance(approximate=True), *LARGE)))
    assert "fewer" not in to_svg(explanation(explain(EditDistance(approximate=True), A, B)))


def test_numbers_stand_where_the_edits_use_them():
    chart = explanation(explain(EditDistance(approximate=True), *LARGE))
    pictures = chart.vconcat[0].hconcat
    assert [len(picture.layer) for picture in pictures] == [5, 4]
    chart = explanation(explain(HammingDistance(), *LARGE))
    assert [len(picture.layer) for picture in chart.vconcat[0].hconcat] == [5, 5]


def test_text_stands_below_pictures_that_are_wide():
    assert isinstance(explanation(explain(PathDistance(), *LARGE)), alt.VConcatChart)
    assert isinstance(explanation(explain(PathDistance(), A, B)), alt.HConcatChart)


def test_a_transport_shows_what_matches_what():
    first = chain("conv3x3:16", "max-pool::s2", "fc:64", "softmax")
    second = chain("conv5x5:16", "fc:64", "softmax")
    explained = explain(OtmannDistance(), first, second)
    svg = to_svg(explanation(explained))
    assert "from kinds of layers" in svg
    assert svg.count("another kind") == 1  # in the legend
    assert "unmatched" in svg
    assert f"{explained.value:,.0f}" in svg


def test_the_view_says_how_far_they_are_apart():
    assert "EditDistance(): 4 between" in view(explain(EditDistance(), A, B)).summary


def test_what_a_distance_of_ones_own_has_found_is_said():
    own = dataclasses.replace(explain(EditDistance(), A, B), found=("three apart", "by 4.25"))
    said = str(explanation(own).to_dict())
    assert "three apart" in said
    assert "4.25" in said
