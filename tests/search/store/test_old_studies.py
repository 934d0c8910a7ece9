"""Studies that were stored before there were measures: see fixtures/schema_1/README.md."""

import json
import shutil
import sqlite3
import sys
from contextlib import closing
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from nbnas.errors import StudyMismatchError
from nbnas.records import ACCURACY, EpochReport, Measure
from nbnas.search.fingerprint import fingerprint
from nbnas.search.store.location import engine_of, url_of
from nbnas.search.store.migrate import prepare
from nbnas.search.store.settings import as_begun, check_same
from nbnas.search.store.store import Store
from nbnas.search.store.trials import load_trials

FOLDER = Path(__file__).parent / "fixtures" / "schema_1"
MARKS = json.loads((FOLDER / "fingerprints.json").read_text())
PERCENT = Measure("accuracy", "%", lower=0, upper=100)


@pytest.fixture(scope="module")
def studies():
    """The module of studies, under the name that its functions have in the fingerprints."""
    spec = spec_from_file_location("old_studies", FOLDER / "studies.py")
    module = module_from_spec(spec)
    sys.modules["old_studies"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["old_studies"]


@pytest.fixture(scope="module")
def settings(studies):
    return {name: setting for name, *setting in studies.settings()}


@pytest.fixture
def old(tmp_path):
    return Path(shutil.copy(FOLDER / "studies.sqlite", tmp_path / "old.db"))


def rows(path, query):
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


def columns(path, table):
    return {row[1] for row in rows(path, f"pragma table_info({table})")}


@pytest.mark.parametrize(
    ("study", "more"),
    [("bayesian", {}), ("evolution", {}), ("percent", {"measure": PERCENT})],
)
def test_goes_on_with_the_same_sequence(studies, old, study, more):
    search = studies.search(study, old, **more)
    known = len(search.observations)
    coming = json.loads((FOLDER / "next.json").read_text())[study]
    search.run(known + len(coming))
    assert [str(e.architecture) for e in search.observations][known:] == coming
    again = studies.search(study, old, **more)
    assert again.observations.architectures == search.observations.architectures


def test_every_trial_is_kept(studies, old):
    search = studies.search("bayesian", old)
    stored = rows(
        old, "select value, test, status, error, seed, parameters, multiply_adds, architecture "
        "from nbnas_trials where study_id = 1 order by number",
    )  # fmt: skip
    assert len(stored) == 14
    assert stored == [
        (e.value, e.test, e.status, e.error, e.seed, e.parameters, e.multiply_adds,
         str(e.architecture)) for e in search.observations
    ]  # fmt: skip
    assert [e.status for e in search.observations].count("failed") == 2
    assert all(not e.measured for e in search.observations)
    reports = search.observations[2].reports
    assert reports[0] == EpochReport(
        1, 2, 2.0, 0.1, 2.5, reports[1].val_accuracy / 2, 0.25, 0.5, 1000.0
    )
    assert search.measure == ACCURACY


@pytest.mark.parametrize("name", MARKS)
def test_a_fingerprint_is_the_old_one(settings, name):
    space, objective, strategy = settings[name]
    now = fingerprint(space, objective, as_begun(strategy, MARKS[name]), 0)
    check_same(name, MARKS[name], now)
    if name != "objective proxy":  # a function of nbnas, whose file has moved
        assert now == MARKS[name]


def test_takes_on_a_maximised_measure_and_keeps_it(studies, old):
    studies.search("percent", old, measure=PERCENT)
    with pytest.raises(StudyMismatchError, match=r"was accuracy in % from 0 to 100, higher"):
        studies.search("percent", old, measure=Measure("accuracy", "%"))
    assert load_trials(old, "percent")["measure"].unique().tolist() == ["accuracy (%)"]


def test_takes_on_no_minimised_measure(studies, old):
    before = old.read_bytes()
    Store(old)  # the tables are brought up to date, the study is not
    with pytest.raises(StudyMismatchError, match=r"all were maximised.*loss .* lower is better"):
        studies.search("percent", old, measure=Measure("loss", maximize=False))
    assert rows(old, "select distinct schema_version, measure from nbnas_studies") == [(1, None)]
    assert old.read_bytes() != before


def test_takes_on_no_measure_that_its_values_contradict(studies, old):
    with pytest.raises(StudyMismatchError, match=r"validation accuracy from 0 to 1, got 65\.625"):
        studies.search("percent", old)
    assert len(studies.search("percent", old, measure=PERCENT).observations) == 4


def test_is_read_without_being_changed(old):
    old.chmod(0o444)
    before = old.read_bytes()
    trials = load_trials(old)
    assert trials.groupby("study", sort=False).size().to_dict() == {
        "bayesian": 14, "evolution": 12, "percent": 4,
    }  # fmt: skip
    assert trials["measure"].isna().all()
    assert trials["value"].max() == 65.625
    assert old.read_bytes() == before


def test_only_what_is_opened_gets_a_new_schema(studies, old):
    """The code that knows schema 1 can still open the others, and says that it is too old."""
    assert "measured" not in columns(old, "nbnas_trials")
    studies.search("evolution", old)
    assert "measured" in columns(old, "nbnas_trials")
    assert rows(old, "select name, schema_version from nbnas_studies order by id") == [
        ("bayesian", 1), ("evolution", 3), ("percent", 1),
    ]  # fmt: skip


@pytest.mark.parametrize("missing", ["nbnas_trials.measured", "nbnas_studies.measure"])
def test_a_migration_that_was_killed_is_finished(old, missing):
    Store(old)
    table, column = missing.split(".")
    with closing(sqlite3.connect(old)) as connection:
        connection.execute(f"alter table {table} drop column {column}")
    Store(old)
    assert column in columns(old, table)


def test_a_migration_that_fails_changes_nothing(old):
    """All in one transaction: here the disk is full when the second table's turn comes."""
    before = old.read_bytes()
    engine = engine_of(url_of(old))

    def fail_at_the_second(connection, cursor, statement, *rest):
        if statement.startswith("ALTER TABLE nbnas_trials"):
            raise sqlite3.OperationalError("database or disk is full")

    event.listen(engine, "before_cursor_execute", fail_at_the_second)
    with pytest.raises(OperationalError, match="disk is full"):
        prepare(engine)
    assert old.read_bytes() == before
    assert len(load_trials(old)) == 30
