"""Signs of life in a terminal, while a cell of an executed notebook says nothing."""

import os
import pty
import time
from types import SimpleNamespace

import pytest

from nbnas.waiting import pulse
from nbnas.waiting.pulse import TICKED, Pulse, follow, write


@pytest.fixture
def terminal(monkeypatch):
    """A terminal to which the process's standard error leads; gives what reads from it."""
    ours, theirs = pty.openpty()
    os.set_blocking(ours, False)
    monkeypatch.setattr(pulse, "standard_error", lambda: theirs)

    def read():
        try:
            return os.read(ours, 10_000).decode()
        except BlockingIOError:
            return ""

    yield read
    os.close(theirs)
    os.close(ours)


@pytest.fixture
def shell(monkeypatch):
    """A kernel's shell that nobody looks at, with the events that IPython has."""
    monkeypatch.setattr(pulse, "unwatched", lambda: True)
    monkeypatch.delenv(TICKED, raising=False)
    heard = {}
    register = heard.setdefault
    monkeypatch.setattr(pulse, "A_WHILE", 0.0)
    return SimpleNamespace(
        events=SimpleNamespace(register=register), heard=heard, execution_count=7
    )


def until(said, terminal, seconds=10):
    """Wait until the terminal has been told something; gives all that it was told."""
    heard, ends = "", time.monotonic() + seconds
    while said not in heard and time.monotonic() < ends:
        heard += terminal()
        time.sleep(0.01)
    assert said in heard
    return heard


def test_a_silent_cell_has_a_sign_that_goes_when_it_is_done(terminal, shell, monkeypatch):
    monkeypatch.setattr(pulse, "TICK", 0.01)
    monkeypatch.setattr(pulse, "SILENCE", 0.05)
    beat = follow(shell)
    until("\rcell [7] has been at work for 0 s\x1b[K", terminal)
    shell.heard["post_run_cell"](None)
    time.sleep(0.1)
    assert terminal().endswith("\r\x1b[K")
    assert terminal() == ""
    shell.heard["pre_run_cell"](None)
    until("at work", terminal)
    beat.stop()


def test_what_says_something_needs_no_sign(terminal, shell, monkeypatch):
    monkeypatch.setattr(pulse, "SILENCE", 1e6)
    beat = Pulse(shell)
    write("trial 3 of 9")
    beat.tick()
    assert terminal() == "\rtrial 3 of 9\x1b[K\r\n"
    monkeypatch.setattr(pulse, "SILENCE", 0.0)
    beat.tick()
    assert "at work" in terminal()


def test_many_short_cells_have_a_sign_now_and_then(terminal, shell, monkeypatch):
    monkeypatch.setattr(pulse, "A_WHILE", 1e6)
    monkeypatch.setattr(pulse, "LONG", 1e6)
    beat = Pulse(shell)
    beat.tick()
    monkeypatch.setattr(pulse, "LONG", 0.0)
    shell.heard["post_run_cell"](None)
    beat.tick()
    assert terminal() == ""  # between two cells nothing is at work
    shell.heard["pre_run_cell"](None)
    beat.tick()
    assert "cell [7] has been at work for 0 s" in terminal()


def test_there_is_none_where_nobody_could_see_it(terminal, shell, monkeypatch):
    monkeypatch.setenv(TICKED, "1")  # a bar ticks by itself
    assert follow(shell) is None
    monkeypatch.delenv(TICKED)
    monkeypatch.setattr(pulse, "standard_error", lambda: os.open(os.devnull, os.O_WRONLY))
    assert follow(shell) is None
    monkeypatch.setattr(pulse, "unwatched", lambda: False)
    assert follow(shell) is None
    assert shell.heard == {}
