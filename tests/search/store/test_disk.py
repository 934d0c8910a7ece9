"""Files that are broken, locked or may not be written, and disks that are full."""

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import traceback
from contextlib import closing
from pathlib import Path

import pytest

from nbnas.errors import StoreError
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.records import EpochReport, Evaluation
from nbnas.search.store.store import Store
from nbnas.search.store.trials import load_trials

CELL = CellSpace().sample(0, 1)[0]
TRIALS = tuple(Evaluation(CELL, 0.5 + number / 64) for number in range(6))
REPORT = EpochReport(1, 2, 2.3, 0.1, 2.2, 0.15, 0.01, 0.5, 1000.0)


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "nbnas.db"
    store = Store(path)
    store.open_study("first", {})
    for number, trial in enumerate(TRIALS):
        store.add("first", number, trial)
    return path


@pytest.fixture
def large(tmp_path):
    """A store of many pages, 40 trials with long reports."""
    path = tmp_path / "large.db"
    store = Store(path)
    store.open_study("first", {})
    for number in range(40):
        store.add("first", number, Evaluation(CELL, number / 64, reports=(REPORT,) * 40))
    return path


def test_what_a_broken_page_leaves_is_read_from_both_ends(large):
    content = bytearray(large.read_bytes())
    middle = len(content) // 2 // 4096 * 4096
    content[middle : middle + 8192] = b"\xa5" * 8192
    large.write_bytes(content)
    with pytest.raises(StoreError, match=r"damaged.*skip.* gives what can be read"):
        load_trials(large)
    with pytest.warns(UserWarning, match="left out"):
        rest = load_trials(large, on_error="skip")
    numbers = rest["number"].tolist()
    assert {0, 1, 2, 37, 38, 39} <= set(numbers)
    assert len(numbers) > 25
    assert rest["value"].tolist() == [number / 64 for number in numbers]
    with pytest.raises(StoreError, match=r"damaged|malformed"):
        Store(large).load("first")


@pytest.mark.parametrize("kept", [0.9, 0.5, 0.01])
def test_a_file_that_ends_early_is_told(large, kept):
    content = large.read_bytes()
    large.write_bytes(content[: int(len(content) * kept)])
    for read in (load_trials, lambda path: Store(path).load("first")):
        with pytest.raises(StoreError):
            read(large)


@pytest.mark.parametrize("on_error", ["raise", "skip"])
@pytest.mark.parametrize("content", [b"no database " * 400, b"SQLite format 3\0" + b"\xa5" * 5000])
def test_what_is_no_database_is_told(tmp_path, content, on_error):
    (tmp_path / "x.db").write_bytes(content)
    for read in (Store, lambda path: load_trials(path, on_error=on_error)):
        with pytest.raises(StoreError, match=r"cannot be used.*(not a database|malformed|error)"):
            read(tmp_path / "x.db")
    assert (tmp_path / "x.db").read_bytes() == content


def test_an_empty_file_becomes_a_store_but_holds_no_trials(tmp_path):
    (tmp_path / "x.db").touch()
    with pytest.raises(StoreError, match="holds no trials of nbnas"):
        load_trials(tmp_path / "x.db")
    assert (tmp_path / "x.db").read_bytes() == b""
    Store(tmp_path / "x.db").open_study("first", {})
    assert load_trials(tmp_path / "x.db").empty


def test_a_locked_store_is_told(path):
    location = f"sqlite:///{path}?timeout=0.1"
    store = Store(location)
    with closing(sqlite3.connect(path)) as other:
        other.execute("begin exclusive")
        for use in (
            lambda: store.add("first", 6, TRIALS[0]),
            lambda: store.load("first"),
            lambda: store.open_study("new", {}),
            lambda: Store(location),
            lambda: load_trials(location),
        ):
            with pytest.raises(StoreError, match=r"database is locked \(another process holds it"):
                use()
    assert store.add("first", 6, TRIALS[0])


FULL = """
import resource, signal, sys
from nbnas.errors import StoreError
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.records import Evaluation
from nbnas.search.store.store import Store
store = Store(sys.argv[1])
store.open_study("first", {})
cell = CellSpace().sample(0, 1)[0]
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))
written = 0
try:
    while written < 1000:
        store.add("first", written, Evaluation(cell, written / 1024))
        written += 1
except StoreError as error:
    assert len(store.load("first")) == written
    print(written, error)
"""


def test_a_disk_that_takes_no_more_keeps_what_it_had(tmp_path):
    """A real limit of the operating system on the size of a file."""
    command = [sys.executable, "-c", FULL, tmp_path / "x.db"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    written, said = ended.stdout.split(" ", 1)
    assert "cannot be used" in said
    assert "nothing that was stored before is lost" in said
    store = Store(tmp_path / "x.db")
    assert [e.value for e in store.load("first")] == [n / 1024 for n in range(int(written))]
    assert int(written) > 10
    assert store.add("first", int(written), TRIALS[0])


@pytest.fixture
def guarded(path):
    """A copy of the store where a person without rights can come."""
    folder = Path(tempfile.mkdtemp(prefix="nbnas-"))
    shutil.copy(path, folder / "nbnas.db")
    (folder / "nbnas.db").chmod(0o444)
    folder.chmod(0o555)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


def _without_rights(check):
    """Run a check in a process of a person to whom rights apply; root has them all."""
    child = os.fork()
    if child == 0:
        try:
            if os.geteuid() == 0:
                os.setgroups([])
                os.setgid(65534)
                os.setuid(65534)
            check()
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0


def test_a_store_that_may_only_be_read(guarded):
    def check():
        assert len(load_trials(guarded / "nbnas.db")) == 6
        store = Store(guarded / "nbnas.db")
        assert store.load("first") == TRIALS
        with pytest.raises(StoreError, match=r"readonly.*it may only be read; load_trials"):
            store.add("first", 6, TRIALS[0])
        with pytest.raises(StoreError, match="cannot be used"):
            Store(guarded / "new.db")
        with pytest.raises(StoreError, match="cannot be used"):
            Store(guarded / "new folder" / "x.db")

    _without_rights(check)
    assert len(load_trials(guarded / "nbnas.db")) == 6
