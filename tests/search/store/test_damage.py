"""Rows that are damaged: what is said, and what can still be read."""

import sqlite3
from contextlib import closing

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
    with pytest.warns(UserWarning, match="left out 1: trial"):
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
