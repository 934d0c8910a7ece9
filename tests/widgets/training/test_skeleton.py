import json

import pytest

import nbnas as nb
from nbnas.charts.render import to_svg
from nbnas.widgets import bundle, view

WIDGET = "application/vnd.jupyter.widget-view+json"


def boxes(chart):
    rows = getattr(chart, "vconcat", [chart])
    return [
        (box["name"], plain(box["shape"]), box["own"])
        for row in rows
        for box in json.loads(row.layer[0].data.values)
    ]


def plain(text):
    return text.replace("\N{MULTIPLICATION SIGN}", "x")


def test_the_parts_of_nas_bench_201_are_seen():
    seen = view(nb.nas_bench_201_skeleton())
    assert boxes(seen.chart) == [
        ("image", "3x32x32", False),
        ("stem", "16x32x32", False),
        ("5 cells", "16x32x32", True),
        ("residual", "32x16x16", False),
        ("5 cells", "32x16x16", True),
        ("residual", "64x8x8", False),
        ("5 cells", "64x8x8", True),
        ("mean", "64", False),
        ("classifier", "10 scores", False),
    ]
    assert "3 stages of 5 cells with 16, 32 and 64 channels" in seen.summary
    assert "73,306 parameters and takes 7,783,050 multiply-adds" in seen.summary


def test_max_pooling_leaves_channels_to_cells_that_split_them():
    found = boxes(view(nb.nas_bench_101_skeleton()).chart)
    assert found[3:5] == [("max pool", "128x16x16", False), ("3 cells", "256x16x16", True)]
    found = boxes(view(nb.CellSkeleton(reduction="max", stages=2, cells=1)).chart)
    assert found[3:5] == [("max pool", "32x16x16", False), ("1 cell", "32x16x16", True)]


@pytest.mark.parametrize(
    "skeleton",
    [
        nb.CellSkeleton(stages=1),
        nb.CellSkeleton(4, 1, 8),
        nb.CellSkeleton(4, 1, 8, "average", stem="resnet"),
    ],
    ids=str,
)
def test_few_and_many_stages_are_drawn(skeleton, static):
    seen = view(skeleton)
    assert len(boxes(seen.chart)) == 3 + 2 * skeleton.stages
    assert to_svg(seen.chart).startswith("<svg")
    data, _ = bundle(skeleton)
    assert set(data) == {"image/png", "text/plain"}


def test_the_size_of_pictures_can_be_chosen(live):
    data, _ = bundle(nb.nas_bench_201_skeleton())
    assert set(data) == {WIDGET, "image/png", "text/plain"}
    panel = view(nb.nas_bench_201_skeleton()).panel()
    (side,) = panel.widget.children[0].children
    assert side.value == 32
    side.value = 64
    panel.update(final=True)
    assert panel.error is None
    assert "16x64x64" in plain(panel.view.widget.value)


def test_the_parts_of_darts_are_seen():
    seen = view(nb.darts_skeleton())
    assert boxes(seen.chart) == [
        ("image", "3x32x32", False),
        ("stem", "108x32x32", False),
        ("6 normal", "144x32x32", True),
        ("reduction", "288x16x16", True),
        ("6 normal", "288x16x16", True),
        ("reduction", "576x8x8", True),
        ("6 normal", "576x8x8", True),
        ("mean", "576", False),
        ("classifier", "10 scores", False),
    ]
    assert "20 cells, 2 of them for reduction" in seen.summary
    assert "vertices have 36, 72, 144 channels" in seen.summary
