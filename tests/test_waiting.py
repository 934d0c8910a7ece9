import sys
import threading
from types import SimpleNamespace
from unittest.mock import Mock

import pytest

import nbnas as nb
from nbnas import waiting
from nbnas.graphs.distances import pairs
from nbnas.waiting import WaitingBar, bar


@pytest.fixture
def kernel(monkeypatch):
    """Work in what looks like a kernel, with the variables of no front end."""
    for name in ("NBNAS_DISPLAY", "JPY_SESSION_NAME", "VSCODE_PID", "VSCODE_CWD"):
        monkeypatch.delenv(name, raising=False)
    shell = SimpleNamespace(kernel=object())
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))


def test_a_script_has_one(capsys):
    assert list(bar(range(3), desc="files")) == [0, 1, 2]
    assert "files" in capsys.readouterr().err


def test_an_executed_notebook_has_none(kernel, capsys):
    assert list(bar(range(3), desc="files")) == [0, 1, 2]
    with bar(total=2) as shown:
        shown.update()
        shown.set_postfix_str("model.py", refresh=False)
    assert capsys.readouterr() == ("", "")


def test_none_is_none_for_everybody(capsys):
    assert list(bar(range(3), disable=True)) == [0, 1, 2]
    assert capsys.readouterr() == ("", "")


def test_an_executed_notebook_has_lines_in_its_log(kernel, monkeypatch, capsys):
    said = []
    monkeypatch.setattr(waiting, "TELLERS", [said.append])
    monkeypatch.setattr(waiting, "LINES", 0.0)
    assert list(bar(range(3), desc="ASHA")) == [0, 1, 2]
    assert any(line.startswith("ASHA: 100%") and "3/3" in line for line in said)
    assert capsys.readouterr() == ("", "")


def test_whoever_waits_long_is_told(monkeypatch, capsys):
    monkeypatch.setattr(waiting, "SOON", 0.0)
    monkeypatch.setattr(pairs, "MANY", 5)
    cells, chains = nb.CellSpace().sample(0, 120), nb.ChainSpace(depth=4).sample(0, 5)
    nb.OtmannDistance().matrix(chains, chains)
    nb.MeasuredBy(lambda a: 1.0, nb.PARAMETERS).values(cells)
    said = capsys.readouterr().err
    assert "distances" in said
    assert "parameters" in said


def test_what_is_quick_or_told_of_already_makes_no_bar(monkeypatch):
    made = []
    monkeypatch.setattr(
        waiting, "bar", lambda *_, **named: made.append(named["desc"]) or Mock(start_t=0.0)
    )
    table = nb.benchmarks.digits()
    assert list(WaitingBar(range(3), desc="quick")) == [0, 1, 2]
    nb.Search(nb.CellSpace(), table, nb.RandomSearch(), seed=0).run(3)
    assert made == []
    monkeypatch.setattr(waiting, "SOON", 0.0)
    nb.Search(nb.CellSpace(), table, nb.RandomSearch(), seed=0).run(3)
    assert made == []
    table.start(nb.CellSpace().sample(0, 1)[0]).run()
    assert made == ["training"]


def test_a_bar_that_comes_late_knows_the_time_before_it(monkeypatch):
    shown = WaitingBar(total=9, desc="late")
    assert shown.update(2) is None
    monkeypatch.setattr(waiting, "SOON", 0.0)
    shown._began -= 60
    with shown:
        shown.update(2)
        late = shown._bar
        shown.update(1)
    assert (late.n, late.total) == (5, 9)
    assert late.format_dict["elapsed"] >= 60


def test_nobody_is_told_of_what_goes_on_in_the_background(monkeypatch, capsys):
    monkeypatch.setattr(waiting, "SOON", 0.0)
    thread = threading.Thread(target=lambda: list(WaitingBar(range(3))))
    thread.start()
    thread.join()
    assert capsys.readouterr().err == ""
