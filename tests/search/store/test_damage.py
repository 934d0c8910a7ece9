"""Files that are damaged, and disks that fail: what is said, and what can still be read."""

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
from nbnas.search.search import Search
from nbnas.search.store.store import Store
from nbnas.search.store.trials import load_trials
from nbnas.search.strategies.random import RandomSearch

CELLS = CellSpace().sample(0, 6)
REPORT = EpochReport(1, 2, 2.3, 0.1, 2.2, 0.15, 0.01, 0.5, 1000.0)
TRIALS = tuple(
    Evaluation(a, 0.5 + n / 64, seed=n, reports=(REPORT,), measured={"f1": 0.5})
    for n, a in enumerate(CELLS)
)


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "nbnas.db"
    store = Store(path)
    store.open_study("first", {})
    store.open_study("other", {})
    for number, trial in enumerate(TRIALS):
        store.add("first", number, trial)
    store.add("other", 0, TRIALS[0])
    return path


def change(path, statement, *values):
    with closing(sqlite3.connect(path)) as connection, connection:
        assert connection.execute(statement, values).rowcount > 0


GRAPH, MARKS = CELLS[0].to_json(), "[" * 100_000
DAMAGED = [
    ("value", "high", "expected a number, got 'high'"),
    ("value", b"\x00\x01", "expected a number"),
    ("value", float("inf"), "expected a finite number, got inf"),
    ("value", None, "columns value and status: expected a value exactly for completed trials"),
    ("test", "high", "expected a number, got 'high'"),
    ("test", float("-inf"), "expected a finite number, got -inf"),
    ("seconds", "long", "expected a number, got 'long'"),
    ("seconds", float("inf"), "expected a finite number, got inf"),
    ("seed", "none", "expected a whole number"),
    ("seed", 1.5, "expected a whole number"),
    ("parameters", "many", "expected a whole number"),
    ("multiply_adds", 1.5, "expected a whole number"),
    ("started", 1e300, "which is no date"),
    ("started", "noon", "expected a number, got 'noon'"),
    ("status", "half done", "expected one of completed, failed, got 'half done'"),
    (
        "status",
        "failed",
        "columns value and status: expected a value exactly for completed trials",
    ),
    ("graph", GRAPH[:40], "expected the JSON of an architecture"),
    ("graph", "{}", "expected a JSON object with the keys"),
    ("graph", MARKS, "recursion"),
    ("graph", GRAPH, "columns architecture and graph tell of different ones"),
    ("architecture", "|none~0|", "columns architecture and graph tell of different ones"),
    ("architecture", 3.5, "columns architecture and graph tell of different ones"),
    ("reports", '[{"epoch": 1, "epo', "Unterminated string"),
    ("reports", "{}", "expected a JSON list of reports"),
    ("reports", '[{"epoch": 1}]', "missing .* required"),
    ("reports", '[{"epoch": 1, "epochs": 2, "speed": 3}]', "speed"),
    ("reports", '[{"epoch": 1, "epochs": "two"}]', "expected a number, got 'two'"),
    ("reports", '[{"epoch": null, "epochs": 2}]', "expected a number, got None"),
    ("reports", MARKS, "recursion"),
    ("measured", '{"f1": 0.', "Expecting ',' delimiter"),
    ("measured", '{"f1": "high"}', "expected a number, got 'high'"),
    ("measured", "[1]", "expected a JSON object"),
]


@pytest.mark.parametrize(("column", "value", "said"), DAMAGED)
def test_a_damaged_column_is_named_and_the_rest_is_read(path, column, value, said):
    change(path, f"update nbnas_trials set {column} = ? where study_id = 1 and number = 3", value)
    where = said if said.startswith("columns") else f"column {column}: .*{said}"
    named = f"trial 3 of study 'first' is damaged: {where}"
    for read in (Store(path).load, lambda study: load_trials(path, study)):
        with pytest.raises(StoreError, match=f"(?s){named}.*skip.* gives what can be read"):
            read("first")
    with pytest.warns(UserWarning, match=f"left out 1: {named}"):
        rest = load_trials(path, "first", on_error="skip")
    assert rest["number"].tolist() == [0, 1, 2, 4, 5]
    assert rest["value"].tolist() == [trial.value for n, trial in enumerate(TRIALS) if n != 3]
    assert len(load_trials(path, "other")) == 1


def test_bytes_that_are_no_text_are_named(path):
    change(path, "update nbnas_trials set error = cast(x'66ff6f' as text) where number = 3")
    with pytest.raises(StoreError, match="trial 3 of study 'first' is damaged: column error"):
        load_trials(path)
    with pytest.warns(UserWarning, match="left out 1"):
        assert len(load_trials(path, on_error="skip")) == 6


@pytest.mark.parametrize("number", ["three", 3.5, -1])
def test_a_damaged_number_is_named(path, number):
    change(path, "update nbnas_trials set number = ? where id = 4", number)
    with pytest.raises(StoreError, match=f"trial {number!r} of study 'first' is damaged"):
        load_trials(path)
    with pytest.warns(UserWarning, match="left out 2: .*trial 3 of study 'first' is missing"):
        assert len(load_trials(path, "first", on_error="skip")) == 5
    with pytest.raises(StoreError, match="of study 'first' is"):
        Store(path).load("first")


def test_missing_trials_are_told(path):
    change(path, "delete from nbnas_trials where study_id = 1 and number in (1, 2, 4)")
    said = r"trials 1 to 2 of study 'first' are missing, but trial 3 is there"
    for read in (Store(path).load, lambda study: load_trials(path, study)):
        with pytest.raises(StoreError, match=said):
            read("first")
    with pytest.warns(UserWarning, match=f"left out 2: {said}; trial 4 of study 'first'"):
        rest = load_trials(path, on_error="skip")
    assert rest["number"].tolist() == [0, 3, 5, 0]


def test_many_faults_are_counted(path):
    change(path, "update nbnas_trials set seconds = 'long'")
    with pytest.raises(StoreError, match=r"trial 2 of study 'first'.*; and 4 more; "):
        load_trials(path)
    with pytest.warns(UserWarning, match="left out 7: .*; and 4 more"):
        assert load_trials(path, on_error="skip").empty


def test_a_search_says_what_is_damaged_and_goes_on_in_another_study(path):
    change(path, "update nbnas_trials set value = 'high' where number = 3")

    def search(study):
        given = {"seed": 0, "store": path, "study": study}
        return Search(CellSpace(), lambda a, seed: 0.5, RandomSearch(), **given)

    search("mine").run(4)
    change(path, "update nbnas_trials set value = 'high' where number = 3")
    with pytest.raises(StoreError, match=r"trial 3 of study 'mine'.*another study name"):
        search("mine")
    search("fresh").run(2)


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("fingerprint", '{"space": "Ce', "study 'first' is damaged: column fingerprint"),
        ("fingerprint", "[1, 2]", "study 'first' is damaged: column fingerprint: expected a JSON"),
        ("fingerprint", '{"a": 1}', "study 'first' is damaged: column fingerprint: expected a te"),
        ("schema_version", "two", "study 'first' .*schema 'two'"),
        ("measure", '{"name": "pe', "study 'first' is damaged: column measure"),
        ("measure", '{"name": ""}', "study 'first' is damaged: column measure: expected a name"),
        ("measure", '{"speed": 1}', "study 'first' is damaged: column measure"),
    ],
)
def test_a_damaged_study_is_named(path, column, value, said):
    change(path, f"update nbnas_studies set {column} = ? where id = 1", value)
    with pytest.raises(StoreError, match=said):
        Store(path).open_study("first", {})
    Store(path).open_study("other", {})
    if column == "measure":
        with pytest.raises(StoreError, match=said):
            load_trials(path)
        with pytest.warns(UserWarning, match=f"left out 1: {said}"):
            trials = load_trials(path, on_error="skip")
        assert trials["measure"].isna().tolist() == [True] * 6 + [False]
    else:
        assert len(load_trials(path)) == 7


def test_trials_of_a_lost_study_are_told(path):
    change(path, "delete from nbnas_studies where id = 2")
    with pytest.raises(StoreError, match="the study of 1 trials is lost"):
        load_trials(path)
    assert len(load_trials(path, "first")) == 6
    with pytest.warns(UserWarning, match="left out 1"):
        assert len(load_trials(path, on_error="skip")) == 6


@pytest.fixture
def large(tmp_path):
    """A store of many pages, 40 trials with long reports."""
    path = tmp_path / "large.db"
    store = Store(path)
    store.open_study("first", {})
    for number in range(40):
        store.add("first", number, Evaluation(CELLS[0], number / 64, reports=(REPORT,) * 40))
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
        assert len(load_trials(guarded / "nbnas.db")) == 7
        store = Store(guarded / "nbnas.db")
        assert store.load("first") == TRIALS
        with pytest.raises(StoreError, match=r"readonly.*it may only be read; load_trials"):
            store.add("first", 6, TRIALS[0])
        with pytest.raises(StoreError, match="cannot be used"):
            Store(guarded / "new.db")
        with pytest.raises(StoreError, match="cannot be used"):
            Store(guarded / "new folder" / "x.db")

    _without_rights(check)
    assert len(load_trials(guarded / "nbnas.db")) == 7
