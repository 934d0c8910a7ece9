"""A store that is written often for a while: a log where it may be, one plain file afterwards."""

import pickle
import sqlite3
import subprocess
import sys

import pytest

from nbnas.graphs.spaces.cell import CellSpace
from nbnas.records import Claim, Evaluation, Origin
from nbnas.search.store import at_hand
from nbnas.search.store.store import Store

CELLS = CellSpace().sample(0, 6)


def claim(number):
    return Claim(Origin(number, 0, (), "me"), CELLS[number], seed=number)


def trial(number):
    origin = Origin(number, number, (), "me")
    return Evaluation(CELLS[number], 0.5, seed=number, started=1.7e9, origin=origin)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "nbnas.db"


def made(path):
    store = Store(path)
    store.open_study("first", {"seed": "0"})
    return store


def mode(path):
    connection = sqlite3.connect(path)
    try:
        return connection.execute("PRAGMA journal_mode").fetchone()[0]
    finally:
        connection.close()


def test_there_is_a_log_for_a_while(path):
    store = made(path)
    with store.at_hand():
        assert store.claim("first", claim(0), "me")
        assert mode(path) == "wal"
        assert store.finish("first", 0, trial(0)) == 0
        assert Store(path).load("first") == (trial(0),), "others see it at once"
        assert Store(path).claim("first", claim(1), "other")
        assert not store.claim("first", claim(1), "me")
    assert mode(path) == "delete"
    assert [each.name for each in path.parent.iterdir()] == [path.name]
    assert store.load("first") == (trial(0),)


def test_the_last_of_several_ends_the_log(path):
    first, second = made(path), Store(path)
    with first.at_hand():
        first.finish("first", 0, trial(0))
        with second.at_hand():
            second.finish("first", 1, trial(1))
        assert mode(path) == "wal"
        assert first.finish("first", 2, trial(2)) == 2
    assert mode(path) == "delete"
    assert len(second.load("first")) == 3


def test_it_is_known_whether_others_have_written(path):
    store, other = made(path), Store(path)
    assert store.has_news(), "nobody knows, as no connection stays"
    with store.at_hand():
        assert store.has_news(), "nobody has looked yet"
        assert store.look("first") == ((), ())
        store.claim("first", claim(0), "me")
        store.finish("first", 0, trial(0))
        assert not store.has_news(), "it was this one"
        other.claim("first", claim(1), "other")
        assert store.has_news()
        assert store.look("first", 1) == ((), (claim(1),))
        assert not store.has_news()
        other.finish("first", 1, trial(1))
        assert store.has_news()
        assert store.look("first", 1) == ((trial(1),), ())
    assert store.has_news()


def test_what_is_finished_stays_when_the_process_is_killed(path):
    made(path)
    script = (
        "import os, pickle, sys\n"
        "from nbnas.search.store.store import Store\n"
        "store, trial = Store(sys.argv[1]), pickle.loads(bytes.fromhex(sys.argv[2]))\n"
        "with store.at_hand():\n"
        "    store.finish('first', 0, trial)\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    told = pickle.dumps(trial(0)).hex()
    ended = subprocess.run([sys.executable, "-c", script, path, told], check=False)
    assert ended.returncode == -9
    store = Store(path)
    assert store.load("first") == (trial(0),)
    with store.at_hand():
        assert store.finish("first", 1, trial(1)) == 1
    assert mode(path) == "delete"


def test_elsewhere_there_is_none(path, monkeypatch):
    monkeypatch.setattr(at_hand, "LOCAL", {"a file system of nobody"})
    store = made(path)
    with store.at_hand():
        assert store.finish("first", 0, trial(0)) == 0
        assert mode(path) == "delete"


def test_a_log_that_cannot_be_begun_does_without(path):
    store = made(path)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN")
    other.execute("SELECT * FROM nbnas_trials").fetchall()  # who reads lets nobody begin a log
    with store.at_hand():
        assert store.look("first") == ((), ())
        assert mode(path) == "delete"
        other.execute("COMMIT")
        assert store.finish("first", 0, trial(0)) == 0
    other.close()
    assert store.load("first") == (trial(0),)


def test_other_databases_stay_as_they_are(location):
    store = Store(location)
    store.open_study("first", {"seed": "0"})
    with store.at_hand():
        assert store.finish("first", 0, trial(0)) == 0
    memory = Store("sqlite://")
    memory.open_study("first", {"seed": "0"})
    with memory.at_hand():
        assert memory.finish("first", 0, trial(0)) == 0


def test_an_unknown_disk_is_not_local(monkeypatch, path):
    assert at_hand.is_local(path)

    def fails(**_):
        raise OSError("no /proc here")

    monkeypatch.setattr(at_hand.psutil, "disk_partitions", fails)
    assert not at_hand.is_local(path)
