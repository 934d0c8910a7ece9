"""A line below a cell while modules load, where somebody looks."""

import sys
import time
from types import SimpleNamespace

import pytest

from nbnas.loading import loading
from nbnas.waiting import imports
from nbnas.waiting.imports import importing

MODULE = sys.modules[loading.__wrapped__.__module__]


@pytest.fixture
def shown(monkeypatch):
    """A live notebook, and what is displayed in it."""
    found = []
    shell = SimpleNamespace(kernel=object())
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    display = SimpleNamespace(display=lambda data, **named: found.append((data, named)))
    monkeypatch.setitem(sys.modules, "IPython.display", display)
    monkeypatch.setenv("NBNAS_DISPLAY", "live")
    monkeypatch.setattr(imports, "SOON", 0.1)
    monkeypatch.setattr(imports, "TICK", 0.02)
    monkeypatch.setattr(MODULE, "LISTENERS", [importing])
    return found


def test_what_loads_long_says_so_and_the_line_goes(shown):
    ends = time.monotonic() + 10
    with loading():
        while len(shown) < 2 and time.monotonic() < ends:
            time.sleep(0.01)
    assert "Loading PyTorch and what else nbnas needs: 0 s" in shown[0][0]["text/plain"]
    assert [named["update"] for _, named in shown] == [False, *[True] * (len(shown) - 1)]
    assert len(shown) >= 3
    assert shown[-1][0] == {"text/html": "", "text/plain": ""}
    assert len({named["display_id"] for _, named in shown}) == 1


def test_what_loads_quickly_or_where_nobody_looks_says_nothing(shown, monkeypatch):
    with loading():
        pass
    monkeypatch.setenv("NBNAS_DISPLAY", "static")
    with loading():
        time.sleep(0.3)
    assert shown == []


def test_a_front_end_that_fails_keeps_nothing_from_loading(shown, monkeypatch):
    monkeypatch.delitem(sys.modules, "IPython.display")
    with loading():
        time.sleep(0.3)
    assert shown == []
