import io
import sys
import threading
import time
from types import SimpleNamespace
from unittest.mock import Mock

import pytest

import nbnas as nb
from nbnas.graphs.distances import pairs
from nbnas.waiting import WaitingBar, bar, bars, told


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
    monkeypatch.setattr(told, "TELLERS", [said.append])
    monkeypatch.setattr(bars, "LINES", 0.0)
    assert list(bar(range(3), desc="ASHA")) == [0, 1, 2]
    assert any(line.startswith("ASHA: 100%") and "3/3" in line for line in said)
    assert capsys.readouterr() == ("", "")


def test_whoever_waits_long_is_told(monkeypatch, capsys):
    monkeypatch.setattr(bars, "SOON", 0.0)
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
        bars, "bar", lambda *_, **named: made.append(named["desc"]) or Mock(start_t=0.0)
    )
    table = nb.benchmarks.digits()
    assert list(WaitingBar(range(3), desc="quick")) == [0, 1, 2]
    nb.Search(nb.CellSpace(), table, nb.RandomSearch(), seed=0).run(3)
    assert made == []
    monkeypatch.setattr(bars, "SOON", 0.0)
    nb.Search(nb.CellSpace(), table, nb.RandomSearch(), seed=0).run(3)
    assert made == []
    table.start(nb.CellSpace().sample(0, 1)[0]).run()
    assert made == ["training"]


def test_a_bar_that_comes_late_knows_the_time_before_it(monkeypatch):
    shown = WaitingBar(total=9, desc="late")
    assert shown.update(2) is None
    monkeypatch.setattr(bars, "SOON", 0.0)
    shown._began -= 60
    with shown:
        shown.update(2)
        late = shown._bar
        shown.update(1)
    assert (late.n, late.total) == (5, 9)
    assert late.format_dict["elapsed"] >= 60


def test_nobody_is_told_of_what_goes_on_in_the_background(monkeypatch, capsys):
    monkeypatch.setattr(bars, "SOON", 0.0)
    thread = threading.Thread(target=lambda: list(WaitingBar(range(3))))
    thread.start()
    thread.join()
    assert capsys.readouterr().err == ""


def until(done, seconds=10):
    """Wait until something is so, at most for so long."""
    ends = time.monotonic() + seconds
    while not done() and time.monotonic() < ends:
        time.sleep(0.01)
    assert done()


def test_a_bar_tells_the_time_by_itself_however_long_one_thing_takes(monkeypatch):
    said = io.StringIO()
    monkeypatch.setattr(bars, "SOON", 0.05)
    monkeypatch.setattr(bars, "TICK", 0.02)
    with WaitingBar(total=2, desc="slow", file=said) as shown:
        until(lambda: said.getvalue().count("slow:   0%") >= 3)  # the first is still not done
        shown.say("the second")
        shown.update()
        until(lambda: said.getvalue().count("slow:  50%") >= 3)
    assert "the second" in said.getvalue()
    assert said.getvalue().endswith("\r")  # it goes


def test_the_time_left_of_a_late_bar_goes_by_all_of_its_time():
    said = io.StringIO()
    shown = WaitingBar(total=100, desc="late", file=said)
    shown._began -= 20.0
    shown.update(50)
    shown.update(0)
    shown._bar.refresh()
    assert "50/100 [00:20<00:20,  2.5" in said.getvalue().rpartition("\r")[2]
    shown._bar.close()


def test_in_a_log_it_tells_it_now_and_then(kernel, monkeypatch):
    said = []
    monkeypatch.setattr(told, "TELLERS", [said.append])
    monkeypatch.setattr(bars, "SOON", 0.02)
    monkeypatch.setattr(bars, "TICK", 0.01)
    monkeypatch.setattr(bars, "LINES", 0.1)
    began = time.monotonic()
    with WaitingBar(total=2, desc="slow"):
        until(lambda: len(said) >= 3)
    assert time.monotonic() - began >= 0.25  # not with each tick
    assert all("slow:   0%" in line for line in said)


def test_no_thread_stays_when_no_bar_is_open(monkeypatch):
    def threads():
        return {thread.name for thread in threading.enumerate()}

    monkeypatch.setattr(bars, "TICK", 0.01)
    with WaitingBar(total=1):
        assert "nbnas bars" in threads()
    until(lambda: "nbnas bars" not in threads())
