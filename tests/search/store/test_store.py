import sqlite3

import pytest

from nbnas.errors import StoreError, StudyMismatchError
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.records import EpochReport, Evaluation
from nbnas.search.store.store import Store
from nbnas.search.store.trials import COLUMNS, load_trials

CELLS = CellSpace().sample(0, 4)
REPORT = EpochReport(1, 2, 2.3, 0.1, 2.2, 0.15, 0.01, 0.5, 1000.0)
GOOD = Evaluation(
    CELLS[0], 0.91, seconds=1.5, seed=7, parameters=1000, multiply_adds=5000, started=1.7e9,
    reports=(REPORT, REPORT),
)  # fmt: skip
FAILED = Evaluation(CELLS[1], None, "failed", started=1.7e9, error="TrainingError: loss is nan")
SETTINGS = {"space": "CellSpace", "seed": "0"}


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path / "new folder" / "nbnas.db")
    store.open_study("first", SETTINGS)
    return store


def test_gives_back_what_it_was_given(store):
    assert store.add("first", 0, GOOD)
    assert store.add("first", 1, FAILED)
    assert store.load("first") == (GOOD, FAILED)
    assert store.load("first", start=1) == (FAILED,)


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


def test_another_setting_is_named(store):
    store.open_study("first", SETTINGS)
    with pytest.raises(StudyMismatchError, match="seed: was 0, is now 1"):
        store.open_study("first", {**SETTINGS, "seed": "1"})
    with pytest.raises(StudyMismatchError, match="epochs: was absent, is now 3"):
        store.open_study("first", {**SETTINGS, "epochs": "3"})


def test_remembers_a_test_accuracy(store):
    store.add("first", 0, GOOD)
    store.set_test("first", 0, 0.88)
    assert store.load("first")[0].test == 0.88


def test_load_trials_has_typed_columns(store, tmp_path):
    store.add("first", 0, GOOD)
    store.add("first", 1, FAILED)
    trials = load_trials(tmp_path / "new folder" / "nbnas.db", "first")
    assert tuple(trials.columns) == COLUMNS
    assert trials["architecture"].tolist() == [str(a) for a in CELLS[:2]]
    assert trials["value"].tolist()[0] == 0.91
    assert trials["value"].isna().tolist() == [False, True]
    assert trials["parameters"].isna().tolist() == [False, True]
    assert trials["status"].tolist() == ["completed", "failed"]
    assert trials["error"].isna().tolist() == [True, False]
    assert trials["error"][1] == "TrainingError: loss is nan"
    assert str(trials["started"].dt.tz) == "UTC"


def test_load_trials_says_what_is_missing(store, tmp_path):
    path = tmp_path / "new folder" / "nbnas.db"
    assert tuple(load_trials(path).columns) == COLUMNS
    store.add("first", 0, GOOD)
    with pytest.raises(StoreError, match="no trials of study 'other'; studies there: first"):
        load_trials(path, "other")
    with pytest.raises(StoreError, match="no such file"):
        load_trials(tmp_path / "absent.db")
    assert not (tmp_path / "absent.db").exists()
    sqlite3.connect(tmp_path / "foreign.db").execute("create table t (x)").connection.close()
    with pytest.raises(StoreError, match="holds no trials of nbnas"):
        load_trials(tmp_path / "foreign.db")


def test_names_are_values_not_statements(store):
    hostile = "x'); drop table nbnas_trials; --"
    store.open_study(hostile, SETTINGS)
    store.add(hostile, 0, GOOD)
    assert store.load(hostile) == (GOOD,)
    assert store.load("first") == ()


def test_a_bad_location_is_refused(tmp_path):
    with pytest.raises(StoreError, match="SQLAlchemy URL"):
        Store("://")
    with pytest.raises(StoreError, match="cannot be used"):
        Store("nosuchdatabase://user:secret@host/x")
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be used"):
        Store(tmp_path / "file" / "nbnas.db")
    (tmp_path / "text.db").write_text("this is no database " * 100)
    with pytest.raises(StoreError, match="not a database"):
        Store(tmp_path / "text.db")


def test_a_password_is_never_shown(monkeypatch):
    with pytest.raises(StoreError) as caught:
        Store("nosuchdatabase://user:secret@host/x")
    assert "secret" not in str(caught.value)


def test_a_full_disk_loses_nothing(store, tmp_path):
    """SQLite's own page limit makes it say that the disk is full."""
    store.add("first", 0, GOOD)
    with store._engine.connect() as connection:
        pages = connection.exec_driver_sql("pragma page_count").scalar()
    limited = Store(tmp_path / "new folder" / "nbnas.db")

    def limit(connection, record):
        connection.execute(f"pragma max_page_count = {pages}")

    from sqlalchemy import event

    event.listen(limited._engine, "connect", limit)
    big = Evaluation(CELLS[2], 0.5, reports=(REPORT,) * 2000)
    with pytest.raises(StoreError, match=r"full.*nothing that was stored before is lost"):
        limited.add("first", 1, big)
    assert store.load("first") == (GOOD,)


def test_a_newer_schema_is_refused(store):
    from sqlalchemy import update

    from nbnas.search.store import schema

    with store._engine.begin() as connection:
        connection.execute(update(schema.STUDIES).values(schema_version=99))
    with pytest.raises(StoreError, match="newer nbnas"):
        store.open_study("first", SETTINGS)
