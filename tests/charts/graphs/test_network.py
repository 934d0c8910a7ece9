import itertools

import pytest

from nbnas.charts import architecture, gallery, to_svg
from nbnas.charts.graphs.network import network
from nbnas.charts.graphs.network_layout import BOX, column_of, plan_of
from nbnas.graphs.architecture import LINK, Architecture


def net(labels, pairs):
    edges = tuple(sorted((u, v, LINK) for u, v in pairs))
    return Architecture(("image", *labels, "output"), edges, "made up")


BRANCHED = net(
    ["conv3x3:16", "conv3x3:32:s2", "conv5x5:32:s2", "max-pool::s2", "fc:64", "softmax"],
    [(0, 1), (1, 2), (1, 3), (1, 4), (2, 5), (3, 5), (4, 6), (5, 6), (6, 7), (1, 6), (0, 5)],
)


def overlap(one, two):
    return abs(one[0] - two[0]) < BOX[0] and abs(one[1] - two[1]) < BOX[1]


def test_boxes_do_not_overlap_and_lie_inside():
    plan = plan_of(BRANCHED)
    for v, place in enumerate(plan.places):
        assert BOX[0] / 2 <= place[0] <= plan.width - BOX[0] / 2
        assert BOX[1] / 2 <= place[1] <= plan.height - BOX[1] / 2
        assert not any(overlap(place, other) for other in plan.places[:v])


def test_links_go_down_and_behind_no_box():
    plan = plan_of(BRANCHED)
    for (u, v, _), points in zip(BRANCHED.edges, plan.links, strict=True):
        assert plan.places[u][1] > plan.places[v][1]
        assert all(0 < x < plan.width for x, _ in points)
        if len(points) == 2:
            continue  # straight, to the next line
        for w, (x, y) in enumerate(plan.places):
            if w not in (u, v):
                inside = [
                    p for p in points if abs(p[0] - x) < BOX[0] / 2 and abs(p[1] - y) < BOX[1] / 2
                ]
                assert not inside, f"link {u}-{v} runs behind box {w}"


def test_long_links_have_tracks_of_their_own():
    plan = plan_of(BRANCHED)
    sides = [
        max(points, key=lambda p: abs(p[0] - plan.width / 2))[0]
        for points in plan.links
        if len(points) > 2
    ]
    assert len(sides) == len(set(sides)) == 3


@pytest.mark.parametrize("at_the_left", [True, False])
def test_in_a_column_every_vertex_can_be_seen_from_the_side(at_the_left):
    plan = column_of(BRANCHED, at_the_left=at_the_left)
    (x,) = {x for x, _ in plan.places}
    heights = [y for _, y in plan.places]
    assert all(a - b >= BOX[1] for a, b in itertools.pairwise(heights))
    outer = -1 if at_the_left else 1
    for (u, v, _), points in zip(BRANCHED.edges, plan.links, strict=True):
        assert all(0 < px < plan.width for px, _ in points)
        assert (len(points) == 2) == (v == u + 1)
        if v > u + 1:  # from the side of a box, around, to the side of the other
            assert all(outer * (px - x) >= BOX[0] / 2 for px, _ in points)
            assert abs(points[0][1] - heights[u]) < BOX[1] / 2
            assert abs(points[-1][1] - heights[v]) < BOX[1] / 2


def test_links_below_each_other_share_a_track():
    chained = net(["relu"] * 5, [*((i, i + 1) for i in range(6)), (0, 2), (2, 4), (4, 6)])
    plan = column_of(chained, at_the_left=False)
    tracks = {max(x for x, _ in points) for points in plan.links if len(points) > 2}
    assert len(tracks) == 1


def test_numbers_are_drawn_where_asked_for():
    assert len(network(BRANCHED, numbered=True).layer) == len(network(BRANCHED).layer) + 1
    assert ">7<" in to_svg(network(BRANCHED, numbered=True))


def test_labels_are_readable_and_escaped():
    svg = to_svg(
        network(net(["conv3x3:64:s2", "<script>alert(1)</script>"], [(0, 1), (1, 2), (2, 3)]))
    )
    assert "conv3x3 64 /2" in svg
    assert "<script>" not in svg


def test_architecture_and_gallery_draw_networks_too():
    assert "conv5x5 32 /2" in to_svg(architecture(BRANCHED))
    svg = to_svg(gallery([BRANCHED, net(["relu"], [(0, 1), (1, 2)])], heading="Two"))
    assert "A network of 6 layers" in svg
    assert "A network of 1 layer" in svg


@pytest.mark.parametrize("layers", [1, 30, 60])
def test_deep_networks_are_drawn(layers):
    chain = net(["conv3x3:8"] * layers, [(i, i + 1) for i in range(layers + 1)])
    assert to_svg(network(chain)).count("conv3x3 8") == layers
