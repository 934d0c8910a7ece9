"""Trials under way in a store: taken on once, renewed, let go of, taken over."""

import dataclasses

import pytest
from sqlalchemy import update

from nbnas.errors import StoreError
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.records import Claim, Evaluation, Origin
from nbnas.search.store import schema
from nbnas.search.store.clock import clock
from nbnas.search.store.store import Store

CELLS = CellSpace().sample(0, 6)


def claim(number, known=0, pending=(), attempt=1):
    return Claim(Origin(number, known, pending, "me", attempt), CELLS[number], seed=number + 7)


def trial(number, value=0.5):
    origin = Origin(number, number, (), "me")
    return Evaluation(CELLS[number], value, seed=number + 7, started=1.7e9, origin=origin)


@pytest.fixture
def store(location):
    store = Store(location)
    store.open_study("first", {"seed": "0"})
    return store


def nobody(_):
    return False


def take_over(store, holder="other", held=(), dead=nobody):
    return store.take_over("first", "you", holder, held, dead)


def test_a_trial_is_taken_on_once(store):
    assert store.claim("first", claim(0), "me")
    assert not store.claim("first", claim(0), "other")
    assert not store.claim("first", claim(2), "other"), "a number was left out"
    assert store.claim("first", claim(0), "me"), "asked again, as after a lost answer"
    assert store.claim("first", claim(1, 0, (0,)), "other")
    assert store.look("first") == ((), (claim(0), claim(1, 0, (0,))))


def test_places_are_those_of_the_end_and_numbers_those_of_the_beginning(store):
    for number in range(3):
        store.claim("first", claim(number, 0, tuple(range(number))), "me")
    assert [store.finish("first", number, trial(number)) for number in (2, 0, 1)] == [0, 1, 2]
    finished, under_way = store.look("first")
    assert [e.origin.number for e in finished] == [2, 0, 1]
    assert under_way == ()
    assert store.look("first", 2)[0] == finished[2:]
    assert store.finish("first", 1, trial(1)) is None


def test_what_is_told_comes_back(store):
    origin = Origin(0, 0, (), "host:1/2", 3)
    store.add("first", 0, dataclasses.replace(trial(0), origin=origin))
    assert store.load("first")[0].origin == origin
    store.add("first", 1, dataclasses.replace(trial(1), origin=None))
    assert store.load("first")[1].origin == Origin(1, 1)


def test_nobody_takes_over_what_is_held(store):
    store.claim("first", claim(0), "me")
    assert take_over(store) is None
    assert take_over(store, "me", held=(0,)) is None


def test_an_expired_lease_is_taken_over_with_the_next_attempt(store):
    store.claim("first", claim(0), "me")
    expire(store)
    taken = take_over(store)
    assert taken.origin == Origin(0, 0, (), "you", 2)
    assert (taken.architecture, taken.seed) == (CELLS[0], 7)
    assert take_over(store, "third") is None
    store.renew("first", (0,), "me")  # by who has lost it
    expire(store)
    store.renew("first", (0,), "other")
    assert take_over(store, "third") is None
    assert store.finish("first", 0, trial(0)) == 0, "who comes first has made it"
    assert store.finish("first", 0, trial(0)) is None
    assert store.look("first")[1] == ()


def test_a_dead_holder_waits_for_no_lease(store):
    store.claim("first", claim(0), "dead")
    assert take_over(store, dead="dead".__eq__).origin.attempt == 2


def test_what_was_let_go_of_counts_as_no_attempt(store):
    store.claim("first", claim(0), "me")
    store.release("first", "other", 0)
    assert take_over(store) is None
    store.release("first", "me", 0)
    assert take_over(store).origin.attempt == 1


def test_its_own_that_it_does_not_hold_is_free(store):
    store.claim("first", claim(0), "me")
    assert take_over(store, "me").origin.attempt == 1


def test_the_first_is_taken_over_first(store):
    for number in range(3):
        store.claim("first", claim(number), "me")
    store.release("first", "me", 2)
    store.release("first", "me", 1)
    assert [take_over(store, held=held).number for held in ((), (1,))] == [1, 2]


def test_all_can_be_let_go_of_at_once(store):
    for number in range(3):
        store.claim("first", claim(number), "me" if number else "other")
    store.release("first", "me")
    assert [take_over(store, "third", held).number for held in ((), (1,))] == [1, 2]
    assert take_over(store, "third", (1, 2)) is None


def test_studies_do_not_mix(store):
    store.open_study("second", {"seed": "0"})
    store.claim("first", claim(0), "me")
    assert store.look("second") == ((), ())
    assert store.claim("second", claim(0), "me")


@pytest.mark.parametrize(
    ("column", "value"),
    [
        *(("graph", "{}"), ("pending", "none"), ("pending", "[-1]"), ("pending", "{}")),
        *(("known", -1), ("attempt", 0), ("seed", -5)),
    ],
)
def test_damage_is_named(store, column, value):
    store.claim("first", claim(0), "me")
    with store._engine.begin() as connection:
        connection.execute(update(schema.CLAIMS).values({column: value}))
    with pytest.raises(StoreError, match="trial 0 of study 'first', which is under way, is dam"):
        store.look("first")


def expire(store):
    with store._engine.begin() as connection:
        connection.execute(update(schema.CLAIMS).values(lease=0.0))


def test_the_clock_is_that_of_the_database(store):
    import time

    with store._engine.begin() as connection:
        assert clock(connection) == pytest.approx(time.time(), abs=60)
