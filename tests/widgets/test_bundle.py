import pandas as pd
import pytest

import nbnas as nb
from nbnas.charts.chart import Chart
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.widgets import View, bundle, view

CELL = CellSpace().sample(0, 1)[0]
WIDGET = "application/vnd.jupyter.widget-view+json"


def test_live_bundle_has_widget_picture_and_text(live):
    data, metadata = bundle(CELL)
    assert set(data) == {WIDGET, "image/png", "text/plain"}
    assert data["text/plain"].startswith("Cell ")
    assert set(metadata) == {"image/png"}
    assert metadata["image/png"]["alt"] == data["text/plain"]  # what nbconvert writes


def test_static_bundle_has_no_widget_and_makes_none(static, no_widgets):
    data, metadata = bundle(CELL)
    assert set(data) == {"image/png", "text/plain"}
    assert 300 < metadata["image/png"]["width"] < 700


@pytest.mark.parametrize("mode", ["live", "static"])
def test_a_chart_by_itself_is_drawn_here_and_not_by_what_the_internet_has(monkeypatch, mode):
    monkeypatch.setenv("NBNAS_DISPLAY", mode)
    trials = nb.Observations((nb.Evaluation(CELL, 0.5),))
    data, _ = bundle(nb.charts.trace(trials).properties(width=200))
    assert set(data) == {"image/png", "text/plain", *([WIDGET] if mode == "live" else [])}
    assert data["text/plain"].startswith("The search so far: 1 trial")
    bare = Chart(pd.DataFrame({"x": [1]})).mark_point().encode(x="x")
    assert bundle(bare)[0]["text/plain"] == "A chart"


def test_off_bundle_is_text(monkeypatch, no_widgets):
    monkeypatch.setenv("NBNAS_DISPLAY", "off")
    assert set(bundle(CELL)[0]) == {"text/plain"}


def test_a_view_without_a_chart_is_text_only(static):
    class Wordy:
        pass

    @view.register
    def _(thing: Wordy) -> View:
        return View("only words")

    assert bundle(Wordy()) == ({"text/plain": "only words"}, {})


@pytest.mark.parametrize("mode", ["live", "static"])
def test_a_failing_view_is_text_and_a_warning(monkeypatch, mode):
    monkeypatch.setenv("NBNAS_DISPLAY", mode)

    class Broken:
        def __repr__(self):
            raise RuntimeError("even this")

    @view.register
    def _(thing: Broken) -> View:
        raise ValueError("cannot be drawn")

    with pytest.warns(UserWarning, match="cannot be drawn"):
        data, metadata = bundle(Broken())
    assert set(data) == {"text/plain"}
    assert "ValueError: cannot be drawn" in data["text/plain"]
    assert metadata == {}


def test_a_wrong_mode_shows_the_static_picture(monkeypatch):
    monkeypatch.setenv("NBNAS_DISPLAY", "alive")
    with pytest.warns(UserWarning, match="live, static, off"):
        assert set(bundle(CELL)[0]) == {"image/png", "text/plain"}
