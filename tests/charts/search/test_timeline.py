import dataclasses
import json

import pytest

from nbnas.charts.search.timeline import busy, timeline, workers_of
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.records import Evaluation, Observations, Origin

CELLS = CellSpace().sample(0, 8)


def trial(number, worker, started, seconds, value=0.5):
    status = "completed" if value is not None else "failed"
    return Evaluation(
        CELLS[number],
        value,
        status,
        seconds=seconds,
        started=1.7e9 + started,
        origin=Origin(number, number, (), worker),
    )


SEEN = Observations(
    (trial(0, "host:1/2", 0, 10), trial(1, "host:1/10", 0, 5), trial(2, "host:1/10", 5, 5, None))
)


def test_workers_stand_in_the_order_of_their_numbers():
    assert workers_of(SEEN) == ("host:1/2", "host:1/10")
    assert workers_of(Observations((Evaluation(CELLS[0], 0.5),))) == ()


def test_idle_time_is_told():
    assert busy(SEEN) == 1
    late = SEEN + trial(3, "host:1/2", 15, 5)
    assert busy(late) == pytest.approx(25 / 40)
    assert busy(Observations()) == 0
    assert "2 workers, busy 62 % of the time" in str(timeline(late).to_dict()["title"])


def test_there_is_a_bar_for_each_trial_and_a_cross_for_each_failed_one():
    drawn = timeline(SEEN).to_dict()
    (packed,) = drawn["datasets"].values()
    rows = json.loads(packed)
    assert [row["failed"] for row in rows] == [False, False, True]
    assert [(row["from"], row["to"]) for row in rows] == [(0, 10), (0, 5), (5, 10)]
    assert [layer["mark"]["type"] for layer in drawn["layer"]] == ["rect", "point"]


@pytest.mark.parametrize(("span", "unit"), [(60, "seconds"), (1000, "minutes"), (20000, "hours")])
def test_time_is_counted_in_what_suits_it(span, unit):
    seen = Observations((trial(0, "1", 0, span), trial(1, "2", 0, 1)))
    assert f"'title': '{unit}'" in str(timeline(seen).to_dict())


def test_names_of_strangers_are_no_code():
    odd = dataclasses.replace(SEEN[0], origin=Origin(0, 0, (), "a' ? b : '<script>/x"))
    drawn = timeline(Observations((odd, SEEN[1]))).to_dict()
    told = str(drawn["layer"][0]["encoding"]["y"]["axis"]["labelExpr"])
    assert told == "datum.value == 0.5 ? 'a  b : scriptx' : datum.value == 1.5 ? 'host:1 10' : ''"


def test_of_many_workers_some_are_drawn():
    cell = CELLS[0]
    many = Observations(
        tuple(
            Evaluation(cell, 0.5, seconds=1, started=1.7e9, origin=Origin(n, 0, (), f"1/{n}"))
            for n in range(40)
        )
    )
    assert "8 more not drawn" in str(timeline(many).to_dict())


def test_nothing_yet():
    assert "no trial has ended yet" in str(timeline(Observations()).to_dict())
