import dataclasses
import threading

import pytest

from nbnas.graphs.spaces.cell import CellSpace
from nbnas.records import Evaluation
from nbnas.search.store.migrate import prepare
from nbnas.search.store.store import Store
from nbnas.search.store.trials import load_trials

TRIAL = Evaluation(CellSpace().sample(0, 1)[0], 0.5, multiply_adds=5)
LARGE = dataclasses.replace(TRIAL, multiply_adds=5_000_000_000, measured={"f1": 0.5})
NARROW = (
    "alter table nbnas_trials drop column measured",
    "alter table nbnas_studies drop column measure",
)
SHORT = tuple(  # what 32 bits held before
    f"alter table nbnas_trials alter column {column} type integer"
    for column in ("seed", "parameters", "multiply_adds")
)


@pytest.fixture
def old(location):
    """A store whose tables are those of schema 1."""
    store = Store(location)
    store.open_study("first", {})
    store.add("first", 0, TRIAL)
    on_server = store.url.get_backend_name() == "postgresql"
    with store._engine.begin() as connection:
        connection.exec_driver_sql("update nbnas_studies set schema_version = 1, measure = null")
        for change in (*NARROW, *(SHORT if on_server else ())):
            connection.exec_driver_sql(change)
    return location


def test_tables_of_schema_1_are_brought_up_to_date(old):
    assert load_trials(old)["value"].tolist() == [0.5]
    store = Store(old)
    store.open_study("first", {})
    store.add("first", 1, LARGE)
    assert store.load("first") == (TRIAL, LARGE)
    assert load_trials(old)["f1"].tolist()[1] == 0.5


def test_what_is_up_to_date_is_only_looked_at(location):
    """So a store that may only be read can be opened."""
    from sqlalchemy import event

    said = []
    store = Store(location)
    event.listen(store._engine, "before_cursor_execute", lambda *a: said.append(a[2].split()[0]))
    prepare(store._engine)
    assert said
    assert {word.upper() for word in said} <= {"SELECT", "PRAGMA"}


def test_many_may_do_it_at_once(old):
    faults, barrier = [], threading.Barrier(6)

    def open_it():
        barrier.wait()
        try:
            Store(old).open_study("first", {})
        except Exception as error:
            faults.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults
    assert Store(old).load("first") == (TRIAL,)
