"""A search on display in live mode: one lab, one picture that is published anew."""

import re
import sys

import pytest

from nbnas.graphs.spaces.cell import CellSpace
from nbnas.search.search import Search
from nbnas.search.strategies.random import RandomSearch
from nbnas.widgets import show
from nbnas.widgets.lab.shown import NOT_FOUND, LabShown

WIDGET = "application/vnd.jupyter.widget-view+json"
MODULE = sys.modules[show.__module__]


@pytest.fixture
def displayed(monkeypatch, live):
    calls = []
    module = sys.modules[LabShown.__module__]
    monkeypatch.setattr(module, "display", lambda data, **options: calls.append((data, options)))
    return calls


@pytest.fixture
def search(table):
    return Search(CellSpace(), table, RandomSearch(), seed=0)


def test_it_is_a_lab_a_picture_and_a_style(displayed, search):
    show(search)
    lab, picture, style = (data for data, _ in displayed)
    assert set(lab) == {WIDGET, "text/plain"}
    assert set(picture) == {"image/png", "text/plain"}
    assert set(style) == {"text/html", "text/plain"}
    assert NOT_FOUND in style["text/html"]
    assert "the picture below" in lab["text/plain"]  # it stays, so it says nothing that changes
    assert not re.search(r"AnyWidget|object at", lab["text/plain"])


def test_displayed_again_it_is_the_same(displayed, search):
    show(search)
    search.run(2)
    show(search)
    models = {data[WIDGET]["model_id"] for data, _ in displayed if WIDGET in data}
    identifiers = {o["display_id"] for d, o in displayed if "image/png" in d}
    assert len(models) == len(identifiers) == 1
    assert MODULE._SHOWN[search].lab.widget.status["done"] == 2


def test_the_end_of_a_run_is_published(displayed, search):
    show(search)
    count = len(displayed)
    search.run(3)
    assert len(displayed) == count + 1
    data, options = displayed[-1]
    assert options["update"]
    assert "3 of 3 trials" in data["text/plain"]
    search.start(5).wait()
    assert "5 of 5 trials" in displayed[-1][0]["text/plain"]


def test_an_interrupted_run_is_published(displayed, table):
    calls = []

    def objective(architecture, seed=0):
        calls.append(seed)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return table(architecture, seed)

    search = Search(CellSpace(), objective, RandomSearch(), seed=0)
    show(search)
    with pytest.raises(KeyboardInterrupt):
        search.run(9)
    assert "2 of 9 trials" in displayed[-1][0]["text/plain"]


def test_a_picture_that_fails_is_a_text(displayed, search, monkeypatch):
    show(search)
    monkeypatch.setattr(
        "nbnas.charts.search", lambda *a, **o: (_ for _ in ()).throw(OSError("no ink"))
    )
    with pytest.warns(UserWarning, match="no ink"):
        search.run(1)
    assert len(search.observations) == 1
    assert "no ink" in displayed[-1][0]["text/plain"]
