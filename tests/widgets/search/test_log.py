"""Lines of progress in the log of a process that nobody watches."""

import io
import os
import pty
import re
import time

import pytest

import nbnas as nb
from nbnas.widgets.search import log as module
from nbnas.widgets.search.log import Log, log
from nbnas.widgets.search.progress import progress


@pytest.fixture
def lines(monkeypatch):
    """What is written into the log."""
    found = []
    monkeypatch.setenv("NBNAS_DISPLAY", "static")
    monkeypatch.setattr(module, "log", found.append)
    monkeypatch.setattr(module, "_LAST", [-100.0])
    monkeypatch.setattr(module, "PAUSE", 0.0)
    monkeypatch.setattr(module, "TICK", 0.02)
    monkeypatch.setattr("nbnas.waiting.told.WATCHERS", [progress])
    return found


def searching(pace=0.15):
    def objective(architecture, seed=0):
        time.sleep(pace)
        if seed % 3 == 0:
            raise RuntimeError("out of memory")
        return 0.5 + 0.01 * str(architecture).count("conv")

    return nb.Search(nb.CellSpace(), objective, nb.RandomSearch(), seed=0)


def test_there_is_a_line_a_trial_with_the_best_and_the_time_left(lines):
    search = searching().run(5)
    assert [re.search(r"trial (\d) of 5", line)[1] for line in lines] == list("12345")
    best = search.measure.text(search.best.value)
    assert lines[-1].startswith("RandomSearch: trial 5 of 5: ")
    assert f", best {best}, after " in lines[-1]
    assert all(" left" in line for line in lines[:-1])
    failed = [line for line in lines if "failed (RuntimeError: out of memory)" in line]
    assert len(failed) == 5 - len(search.observations.completed)


def test_the_time_left_is_at_most_that_of_the_budget(lines):
    searching(0.3).run(1000, seconds=0.7)
    assert any(
        re.search(r"trial 1 of 1000: .* about (0\.\d s|under 0\.1 s) left", x) for x in lines
    )


def test_a_long_trial_gives_signs_of_life(lines, monkeypatch):
    monkeypatch.setattr(module, "SIGN_OF_LIFE", 0.1)
    search = searching(0.3).run(1)
    assert any("RandomSearch: trial 1 under way, after 0." in line for line in lines)
    assert lines[-1].startswith("RandomSearch: trial 1: ")
    search.run(2)
    assert any("RandomSearch: trial 1 of 2: " in line for line in lines)


def test_the_training_of_the_winner_is_no_trial(lines, monkeypatch):
    class Slow:
        def __call__(self, architecture, seed=0):
            return 0.5

        def test(self, architecture, seed=0):
            time.sleep(0.3)
            return 0.25

    search = nb.Search(nb.CellSpace(), Slow(), nb.RandomSearch()).run(2)
    monkeypatch.setattr(module, "SIGN_OF_LIFE", 0.1)
    search.finish()
    assert lines
    assert lines[-1].startswith("RandomSearch: best 50.00 %, trained again, after 0.")


def test_fast_trials_do_not_flood_it(lines, monkeypatch):
    monkeypatch.setattr(module, "PAUSE", 0.2)
    searching(0.02).run(20)
    assert len(lines) >= 1
    lines.clear()
    monkeypatch.setattr(module, "PAUSE", 600)
    for count in range(21, 26):  # many short runs, one after the other
        searching(0).run(count)
    assert not lines


@pytest.mark.parametrize("mode", ["live", "off"])
def test_there_are_none_where_somebody_watches_or_nothing_is_shown(lines, monkeypatch, mode):
    monkeypatch.setenv("NBNAS_DISPLAY", mode)
    monkeypatch.setattr("nbnas.widgets.search.progress.display", lambda *_, **__: None)
    searching(0.05).run(3)
    assert not lines


def test_a_line_goes_to_the_real_standard_error_and_no_fault_of_it_counts(monkeypatch, capfd):
    monkeypatch.setenv("NBNAS_DISPLAY", "static")
    monkeypatch.setattr("sys.stderr", open(2, "w", closefd=False))  # noqa: SIM115
    log("trial 1 of 2 \udc00")
    assert capfd.readouterr().err == "\ntrial 1 of 2 \\udc00"
    monkeypatch.setattr("sys.__stderr__", open(2, "w", closefd=False))  # noqa: SIM115
    monkeypatch.setattr("sys.stderr", io.StringIO())
    log("a kernel that leaves it alone")
    assert capfd.readouterr().err == "\na kernel that leaves it alone"
    monkeypatch.setattr("sys.stderr", None)
    monkeypatch.setattr("sys.__stderr__", None)
    log("nowhere")
    monkeypatch.setenv("NBNAS_DISPLAY", "live")
    log("not here")
    assert capfd.readouterr().err == ""


def test_in_a_terminal_a_line_takes_the_place_of_the_bar(monkeypatch):
    ours, terminal = pty.openpty()
    os.write(terminal, b"\rsearch: 3 of 39 cells done")
    monkeypatch.setenv("NBNAS_DISPLAY", "static")
    monkeypatch.setattr("nbnas.waiting.pulse.standard_error", lambda: terminal)
    os.read(ours, 1000)
    log("trial 1 of 2")
    assert os.read(ours, 1000) == b"\rtrial 1 of 2\x1b[K\r\n"
    os.close(terminal)
    os.close(ours)


def test_what_fails_in_a_line_does_not_reach_the_search(lines, monkeypatch):
    monkeypatch.setattr(Log, "text", lambda self: 1 / 0)
    assert len(searching(0.05).run(3).observations) == 3
