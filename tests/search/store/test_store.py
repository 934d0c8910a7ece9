import contextlib
import dataclasses
import os
import signal
import subprocess
import sys

import numpy as np
import pytest
from sqlalchemy import delete, event, update

from nbnas.errors import SettingError, StoreError, StudyMismatchError
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.records import EpochReport, Evaluation, Measure
from nbnas.search.store import schema
from nbnas.search.store.store import Store

CELLS = CellSpace().sample(0, 4)
REPORT = EpochReport(1, 2, 2.3, 0.1, 2.2, 0.15, 0.01, 0.5, 1000.0)
GOOD = Evaluation(
    CELLS[0], 0.91, seconds=1.5, seed=7, parameters=1000, multiply_adds=5_000_000_000,
    started=1.7e9, reports=(REPORT, REPORT), measured={"latency": 1.5, "f1": 0.5},
)  # fmt: skip
FAILED = Evaluation(CELLS[1], None, "failed", started=1.7e9, error="TrainingError: loss is nan")
SETTINGS = {"space": "CellSpace", "seed": "0"}
PERPLEXITY = Measure("perplexity", maximize=False, lower=1)


@pytest.fixture
def store(location):
    store = Store(location)
    store.open_study("first", SETTINGS)
    return store


def test_gives_back_what_it_was_given(store):
    assert store.add("first", 0, GOOD)
    assert store.add("first", 1, FAILED)
    assert store.load("first") == (GOOD, FAILED)
    assert store.load("first", start=1) == (FAILED,)
    assert dict(store.load("first")[0].measured) == {"latency": 1.5, "f1": 0.5}


def test_a_number_is_written_once(store):
    assert store.add("first", 0, GOOD)
    assert not store.add("first", 0, FAILED)
    assert store.load("first") == (GOOD,)


def test_studies_do_not_mix(store):
    store.open_study("second", SETTINGS)
    store.add("first", 0, GOOD)
    store.add("second", 0, FAILED)
    assert store.load("second") == (FAILED,)
    with pytest.raises(StoreError, match="no study 'third'"):
        store.load("third")
    with pytest.raises(StoreError, match="no study 'third'"):
        store.add("third", 0, GOOD)


def test_another_setting_is_named(store):
    store.open_study("first", SETTINGS)
    with pytest.raises(StudyMismatchError, match="seed: was 0, is now 1"):
        store.open_study("first", {**SETTINGS, "seed": "1"})
    with pytest.raises(StudyMismatchError, match="epochs: was absent, is now 3"):
        store.open_study("first", {**SETTINGS, "epochs": "3"})


@pytest.mark.parametrize(
    "other",
    [
        Measure("loss", maximize=False, lower=1),
        Measure("perplexity", lower=1),
        Measure("perplexity", maximize=False, lower=0),
        Measure("perplexity", maximize=False, lower=1, upper=1e3),
        Measure("perplexity", "nats", maximize=False, lower=1),
    ],
    ids=["name", "direction", "lower", "upper", "unit"],
)
def test_another_measure_is_named(store, other):
    store.open_study("text", SETTINGS, PERPLEXITY)
    store.open_study("text", SETTINGS, PERPLEXITY)
    said = "measure: was perplexity from 1 to inf, lower is better, is now "
    with pytest.raises(StudyMismatchError, match=said):
        store.open_study("text", SETTINGS, other)
    with pytest.raises(StudyMismatchError, match="was validation accuracy from 0 to 1, higher"):
        store.open_study("first", SETTINGS, PERPLEXITY)


def test_every_difference_is_named_at_once(store):
    with pytest.raises(StudyMismatchError, match=r"measure: was .*; seed: was 0, is now 1"):
        store.open_study("first", {**SETTINGS, "seed": "1"}, PERPLEXITY)


def test_remembers_a_test_accuracy(store):
    store.add("first", 0, GOOD)
    store.set_test("first", 0, np.float32(0.5))
    assert store.load("first")[0].test == 0.5
    with pytest.raises(StoreError, match="column test: expected a finite number, got nan"):
        store.set_test("first", 0, float("nan"))


def test_names_are_values_not_statements(store):
    hostile = "x'); drop table nbnas_trials; --"
    store.open_study(hostile, SETTINGS)
    store.add(hostile, 0, GOOD)
    assert store.load(hostile) == (GOOD,)
    assert store.load("first") == ()


@pytest.mark.parametrize("name", ["", None, 3, "x" * 201, "a\0b"])
def test_a_name_that_is_none_is_refused(store, name):
    with pytest.raises(SettingError, match="1 to 200 characters as the study's name"):
        store.open_study(name, SETTINGS)


@pytest.mark.parametrize("name", ["été 研究 🙂", "50 % of it?", " ", "x" * 200])
def test_a_name_may_be_any_text(store, name):
    store.open_study(name, SETTINGS)
    store.add(name, 0, GOOD)
    assert store.load(name) == (GOOD,)


def test_numbers_of_numpy_are_numbers(store):
    """SQLite would keep them as bytes."""
    report = dataclasses.replace(REPORT, train_loss=np.float32(0.5), epoch=np.int64(1))
    odd = dataclasses.replace(
        GOOD, value=np.float32(0.5), seed=np.int64(7), parameters=np.int32(9), reports=(report,),
        seconds=np.float64(2.0), started=np.float32(1024.0),
    )  # fmt: skip
    store.add("first", 0, odd)
    (found,) = store.load("first")
    assert (found.value, found.seed, found.parameters) == (0.5, 7, 9)
    assert (found.seconds, found.started, found.reports[0].train_loss) == (2.0, 1024.0, 0.5)


def test_what_no_database_takes_in_a_reason_is_spelled_out(store):
    store.add("first", 0, dataclasses.replace(FAILED, error="one \udcff and \0 two"))
    assert store.load("first")[0].error == r"one \udcff and \x00 two"


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("seconds", float("nan")), ("seconds", float("inf")), ("started", 1e300),
        ("started", float("nan")), ("test", float("nan")), ("seed", 2**63), ("seed", 1.5),
        ("multiply_adds", 10**30), ("parameters", "many"), ("seconds", None),
    ],
)  # fmt: skip
def test_what_could_not_be_read_back_is_not_written(store, column, value):
    bad = dataclasses.replace(GOOD)
    object.__setattr__(bad, column, value)
    with pytest.raises(StoreError, match=f"cannot be stored: column {column}: expected"):
        store.add("first", 0, bad)
    assert store.load("first") == ()


def test_a_gap_is_named(store):
    for number in range(5):
        store.add("first", number, GOOD)
    with store._engine.begin() as connection:
        connection.execute(delete(schema.TRIALS).where(schema.TRIALS.c.number.in_((2, 3))))
    with pytest.raises(
        StoreError, match="trials 2 to 3 of study 'first' are missing, but trial 4"
    ):
        store.load("first")
    with pytest.raises(StoreError, match="trial 3 of study 'first' is missing, but trial 4"):
        store.load("first", 3)
    assert len(store.load("first", 4)) == 1


def test_a_newer_schema_is_refused(store):
    with store._engine.begin() as connection:
        connection.execute(update(schema.STUDIES).values(schema_version=99))
    with pytest.raises(StoreError, match="newer nbnas"):
        store.open_study("first", SETTINGS)


def test_what_is_written_names_its_schema(store):
    """By that an nbnas that knows no measures tells that it must not open the study."""
    with store._engine.begin() as connection:
        versions = connection.exec_driver_sql("select schema_version from nbnas_studies").all()
    assert versions == [(3,)]


IMPORTS = """
import sys
from nbnas.search.store.store import Store
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.records import Evaluation
"""
ADDER = f"""{IMPORTS}
cell = CellSpace().sample(0, 1)[0]
print("ready", flush=True)
input()
store = Store(sys.argv[1])
store.open_study("first", {{}})
print(*(int(store.add("first", number, Evaluation(cell, 0.5))) for number in range(5)))
"""


def test_processes_make_a_store_at_the_same_time(location):
    """Each finds its tables and its study, and each number is written by one of them."""
    command = [sys.executable, "-c", ADDER, location]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with contextlib.ExitStack() as stack:
        adders = [stack.enter_context(subprocess.Popen(command, **pipes)) for _ in range(3)]
        for adder in adders:
            assert adder.stdout.readline() == "ready\n"
        for adder in adders:
            adder.stdin.write("go\n")
            adder.stdin.flush()
        written = [list(map(int, adder.communicate()[0].split())) for adder in adders]
    assert [sum(column) for column in zip(*written, strict=True)] == [1] * 5
    assert len(Store(location).load("first")) == 5


WRITER = f"""{IMPORTS}
store = Store(sys.argv[1])
store.open_study("first", {{}})
cell = CellSpace().sample(0, 1)[0]
for number in range(100_000):
    store.add("first", number, Evaluation(cell, number / 100_000))
    print(number, flush=True)
"""


def test_a_killed_writer_loses_nothing_finished(location):
    command = [sys.executable, "-c", WRITER, location]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        for line in writer.stdout:
            if int(line) >= 25:
                os.kill(writer.pid, signal.SIGKILL)
                break
        finished = [int(line), *map(int, writer.stdout.read().split())]
    store = Store(location)
    store.open_study("first", {})
    trials = store.load("first")
    assert len(trials) >= max(finished) + 1
    assert [trial.value for trial in trials] == [n / 100_000 for n in range(len(trials))]
    assert store.add("first", len(trials), GOOD)


def test_a_full_disk_loses_nothing(tmp_path):
    """SQLite's own page limit makes it say that the disk is full."""
    store = Store(tmp_path / "nbnas.db")
    store.open_study("first", SETTINGS)
    store.add("first", 0, GOOD)
    with store._engine.connect() as connection:
        pages = connection.exec_driver_sql("pragma page_count").scalar()
    limited = Store(tmp_path / "nbnas.db")

    def limit(connection, record):
        connection.execute(f"pragma max_page_count = {pages}")

    event.listen(limited._engine, "connect", limit)
    big = Evaluation(CELLS[2], 0.5, reports=(REPORT,) * 2000)
    with pytest.raises(StoreError, match=r"full.*nothing that was stored before is lost"):
        limited.add("first", 1, big)
    assert store.load("first") == (GOOD,)
