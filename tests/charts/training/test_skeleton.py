import itertools
import json

from nbnas.charts.render import to_svg
from nbnas.charts.training.skeleton import Part, skeleton


def test_parts_stand_in_order_and_the_architecture_s_own_are_told(said):
    parts = [Part("image", "1x8x8"), Part("cell", "8x8x8", own=True), Part("scores")]
    chart = skeleton(parts, heading="The network", subtitle="450 parameters")
    boxes = json.loads(chart.layer[0].data.values)
    assert [box["name"] for box in boxes] == ["image", "cell", "scores"]
    assert [box["own"] for box in boxes] == [False, True, False]
    assert all(a["right"] < b["left"] for a, b in itertools.pairwise(boxes))
    assert {"image", "1x8x8", "450", "parameters"} <= set(said(chart).split())


def test_text_is_escaped_and_one_part_is_drawn(attack):
    svg = to_svg(skeleton([Part(attack)], heading=attack))
    assert "<script" not in svg
