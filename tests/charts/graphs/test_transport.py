import json
from types import SimpleNamespace

import pytest

from nbnas.charts import theme, to_svg
from nbnas.charts.graphs.transport import OTHER, SAME, THICKEST, number, transport
from nbnas.graphs.distances.otmann.distance import OtmannDistance
from nbnas.graphs.spaces.cell import cell
from nbnas.graphs.spaces.layer_graph import layer_graph
from nbnas.graphs.spaces.recurrent.space import gru, lstm

A = cell(["nor_conv_3x3", "none", "none", "none", "skip_connect", "none"])
B = cell(["nor_conv_1x1", "none", "none", "none", "avg_pool_3x3", "none"])
PLAN = SimpleNamespace(
    matches=[
        SimpleNamespace(source=0, target=0, mass=0.2, label_cost=0.0),
        SimpleNamespace(source=1, target=1, mass=0.8, label_cost=0.2),
    ],
    unmatched=((0.0, 0.2, 1.0, 0.3), (0.0, 0.2, 0.0, 0.3)),
    label=0.16,
    structure=0.05,
    non_assignment=2.0,
)


def rows(layer):
    return json.loads(layer.data.values)


def test_a_match_is_thick_by_its_mass_and_orange_where_kinds_cost():
    lines = rows(transport(A, B, PLAN).layer[0])
    assert [(row["match"], row["kinds"]) for row in lines[::2]] == [(0, SAME), (1, OTHER)]
    assert lines[2]["thick"] == THICKEST
    assert lines[0]["thick"] == pytest.approx(THICKEST / 2)  # a quarter of the mass
    svg = to_svg(transport(A, B, PLAN))
    assert theme.ORANGE in svg
    assert "0.16 from kinds of layers, 0.05 from their places, 2 from" in svg


def test_what_is_not_matched_stands_beside_its_layer():
    first, second = map(rows, transport(A, B, PLAN).layer[-2:])
    assert [row["text"] for row in first] == ["0.2 unmatched", "1 unmatched", "0.3 unmatched"]
    assert [row["text"] for row in second] == ["0.2 unmatched", "0.3 unmatched"]
    boxes = rows(transport(A, B, PLAN).layer[2])
    assert first[1]["x"] > boxes[2]["x"]
    assert second[0]["x"] < boxes[len(layer_graph(A).nodes) + 1]["x"]


def test_words_over_a_match_have_a_halo_below_them():
    halo, words = (transport(A, B, PLAN).layer[i] for i in (-4, -2))
    assert rows(halo) == rows(words)
    assert halo.mark.stroke == theme.PAPER


@pytest.mark.parametrize(("a", "b"), [(A, B), (B, A), (lstm(), gru()), (cell(["none"] * 6), A)])
def test_every_operation_of_a_pair_of_cells_is_a_box(a, b):
    plan = OtmannDistance().explain(a, b)
    chart = transport(a, b, plan)
    lines, boxes = rows(chart.layer[0]), rows(chart.layer[2])
    size = len(layer_graph(a).nodes)
    assert len(boxes) == size + len(layer_graph(b).nodes)
    assert len(lines) == 2 * len(plan.matches)
    for match, start, end in zip(plan.matches, lines[::2], lines[1::2], strict=True):
        assert start["y"] == boxes[match.source]["y"]
        assert end["y"] == boxes[size + match.target]["y"]
        assert boxes[match.source]["x"] < start["x"] < end["x"] < boxes[size + match.target]["x"]
    assert f"Distance {number(plan.distance)}" in to_svg(chart)
