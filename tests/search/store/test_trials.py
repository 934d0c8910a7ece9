import dataclasses
import sqlite3

import pytest

from nbnas.errors import SettingError, StoreError
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.records import Evaluation, Measure
from nbnas.search.store.store import Store
from nbnas.search.store.trials import COLUMNS, load_trials

CELLS = CellSpace().sample(0, 4)
GOOD = Evaluation(CELLS[0], 0.91, seconds=1.5, seed=7, parameters=1000, started=1.7e9)
FAILED = Evaluation(CELLS[1], None, "failed", started=1.7e9, error="TrainingError: loss is nan")


@pytest.fixture
def store(location):
    store = Store(location)
    store.open_study("first", {})
    return store


def test_has_typed_columns(store, location):
    store.add("first", 0, GOOD)
    store.add("first", 1, FAILED)
    trials = load_trials(location, "first")
    assert tuple(trials.columns) == COLUMNS
    assert trials["architecture"].tolist() == [str(a) for a in CELLS[:2]]
    assert trials["value"].tolist()[0] == 0.91
    assert trials["value"].isna().tolist() == [False, True]
    assert trials["parameters"].isna().tolist() == [False, True]
    assert trials["status"].tolist() == ["completed", "failed"]
    assert trials["error"].isna().tolist() == [True, False]
    assert trials["error"][1] == "TrainingError: loss is nan"
    assert trials["measure"].tolist() == ["validation accuracy"] * 2
    assert str(trials["started"].dt.tz) == "UTC"
    assert str(trials["started"][0]) == "2023-11-14 22:13:20+00:00"


def test_an_empty_one_has_the_same_columns(store, location):
    store.add("first", 0, GOOD)
    store.open_study("second", {})
    filled = load_trials(location)
    assert len(filled) == 1
    with store._engine.begin() as connection:
        connection.exec_driver_sql("delete from nbnas_trials")
    empty = load_trials(location)
    assert len(empty) == 0
    assert tuple(empty.columns) == COLUMNS
    numbers = ["number", "value", "test", "seconds", "seed", "parameters"]
    assert (empty.dtypes[numbers] == filled.dtypes[numbers]).all()


def test_values_are_in_the_unit_of_the_measure(store, location):
    latency = Measure("latency", "ms", maximize=False, lower=0)
    store.open_study("fast", {}, latency)
    store.add("fast", 0, Evaluation(CELLS[0], 12.5, test=13.5))
    store.add("first", 0, GOOD)
    trials = load_trials(location)
    assert trials["study"].tolist() == ["first", "fast"]
    assert trials["measure"].tolist() == ["validation accuracy", "latency (ms)"]
    assert trials["value"].tolist() == [0.91, 12.5]
    assert trials["test"].tolist()[1] == 13.5


def test_further_measures_are_columns_behind_the_others(store, location):
    store.add("first", 0, dataclasses.replace(GOOD, measured={"latency": 12.5}))
    store.add("first", 1, FAILED)
    store.add("first", 2, dataclasses.replace(GOOD, measured={"f1": 0.5, "latency": 11.0}))
    trials = load_trials(location)
    assert tuple(trials.columns) == (*COLUMNS, "latency", "f1")
    assert trials["latency"].fillna(-1).tolist() == [12.5, -1, 11.0]
    assert trials["f1"].fillna(-1).tolist() == [-1, -1, 0.5]


def test_a_measure_that_is_called_as_a_column_keeps_out_of_its_way(store, location):
    measured = {"seconds": 1.0, "value": 2.0, "measured.value": 3.0, "": 4.0, "été (%)": 5.0}
    store.add("first", 0, dataclasses.replace(GOOD, measured=measured))
    row = load_trials(location).iloc[0]
    assert (row["seconds"], row["value"]) == (1.5, 0.91)
    assert row["measured.seconds"] == 1.0
    assert row["measured.value"] == 2.0
    assert row["measured.measured.value"] == 3.0
    assert (row[""], row["été (%)"]) == (4.0, 5.0)


def test_says_what_is_missing(store, location, tmp_path):
    assert tuple(load_trials(location).columns) == COLUMNS
    store.add("first", 0, GOOD)
    with pytest.raises(StoreError, match="no trials of study 'other'; studies there: first"):
        load_trials(location, "other")
    with pytest.raises(StoreError, match="no such file"):
        load_trials(tmp_path / "absent.db")
    assert not (tmp_path / "absent.db").exists()
    sqlite3.connect(tmp_path / "foreign.db").execute("create table t (x)").connection.close()
    with pytest.raises(StoreError, match="holds no trials of nbnas"):
        load_trials(tmp_path / "foreign.db")


@pytest.mark.parametrize("on_error", ["ignore", None, True])
def test_on_error_is_one_of_two_words(store, location, on_error):
    with pytest.raises(SettingError, match='"raise" or "skip" as on_error'):
        load_trials(location, on_error=on_error)
