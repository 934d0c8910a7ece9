import itertools
import json

import numpy as np
import pytest

from nbnas.charts.render import to_svg
from nbnas.charts.surrogate import kernel


def rows_of(chart, layer=0):
    """The rows of a layer; altair moves data that all layers share to the chart."""
    own = getattr(chart.layer[layer].data, "values", None)
    return json.loads(chart.data.values if own is None else own)


def blocks(groups):
    labels = np.array(groups)
    return np.where(labels[:, None] == labels, 0.9, 0.1) + 0.1 * np.eye(len(labels))


def test_similar_architectures_stand_together():
    groups = [0, 1, 0, 1, 2, 0, 2, 1]
    order = [groups[i] for i in kernel.by_similarity(blocks(groups))]
    changes = sum(a != b for a, b in itertools.pairwise(order))
    assert changes == 2
    assert sorted(kernel.by_similarity(blocks(groups))) == list(range(8))


@pytest.mark.parametrize("count", [0, 1, 2, 3, 20])
def test_matrices_of_any_size_are_drawn(said, count):
    chart = kernel.matrix(np.eye(count))
    assert to_svg(chart).startswith("<svg")
    assert ("no architectures" in said(chart)) == (count == 0)


def test_cells_of_a_matrix_are_the_covariances_in_that_order():
    k = blocks([0, 1, 0])
    order = kernel.by_similarity(k)
    cells = json.loads(kernel.matrix(k).data.values)
    for cell in cells:
        assert cell["value"] == k[order[cell["row"]], order[cell["column"]]]


def test_covariance_by_distance_is_that_of_the_pairs():
    d = np.array([[0.0, 1.0, 2.0], [1.0, 0.0, 2.0], [2.0, 2.0, 0.0]])
    chart = kernel.covariance(d, np.exp(-d))
    points = rows_of(chart)
    assert [p["distance"] for p in points] == [0.0, 1.0, 2.0]
    for p in points:
        assert p["mean"] == pytest.approx(np.exp(-p["distance"]))
        assert p["low"] == pytest.approx(p["high"])


def test_many_distances_are_put_into_bins_and_0_stays_apart():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(40, 2))
    d = np.linalg.norm(x[:, None] - x, axis=-1)
    points = rows_of(kernel.covariance(d, np.exp(-d)))
    assert points[0]["distance"] == 0.0
    assert points[0]["mean"] == 1.0
    assert len(points) <= kernel.BINS + 1
    means = [p["mean"] for p in points]
    assert means == sorted(means, reverse=True)


def test_one_architecture_has_no_pairs(said):
    assert "no pairs" in said(kernel.covariance([[0.0]], [[1.0]]))


def test_profile_marks_where_the_parameter_stands(said):
    chart = kernel.profile([0.1, 1.0, 10.0], [-20.0, -10.0, np.nan], (1.0, -10.0))
    assert "now -10.0 nats" in said(chart)
    assert len(json.loads(chart.layer[0].data.values)) == 2
    assert json.loads(chart.layer[1].data.values) == [{"setting": 1.0, "likelihood": -10.0}]


def test_profile_says_where_there_is_no_covariance(said):
    nowhere = kernel.profile([1.0, 2.0], [np.nan, np.nan], (1.0, np.nan))
    assert "no covariance for any value" in said(nowhere)
    here = kernel.profile([1.0, 2.0], [-5.0, np.nan], (2.0, np.nan))
    assert "here the kernel is no covariance" in said(here)


def test_parts_are_drawn_beside_what_they_make(said):
    d = np.array([[0.0, 1.0], [1.0, 0.0]])
    one, two = np.exp(-d), np.full((2, 2), 0.5)
    chart = kernel.covariance(d, one + two, parts={"one": one, "two": two}, total="the sum")
    assert all(name in said(chart) for name in ("one", "two", "the sum"))
    points = [r for r in rows_of(chart, 2) if r["distance"] == 1.0]
    assert {r["part"]: r["mean"] for r in points} == pytest.approx(
        {"the sum": np.exp(-1) + 0.5, "one": np.exp(-1), "two": 0.5}
    )
