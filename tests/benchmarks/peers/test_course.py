"""What peers ask: what it costs, what is told again for nothing, and that a run ends."""

import csv
import json

import pytest
from course import PATIENCE, Course, Over, write_asked
from drive import drive
from mixed import function_of
from work import FunctionWork


def course(folder, *, lengths=(2, 10), queries=None, cost=None, continued=False):
    """Two choices of three options; the first row is a member of its own, the last is none."""
    rows = [(i, j) for i in range(3) for j in range(3)]
    with (folder / "values.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["row", "member", *lengths])
        for number, (i, j) in enumerate(rows[:-1]):
            gains = [(number + 1) * length for length in lengths]
            gains[0] = "" if number == 3 else gains[0]
            writer.writerow([f"{i}-{j}", 0 if number == 1 else number, *gains])
    task = {"choices": [3, 3], "numbers": 0, "epochs": lengths, "continued": continued}
    ends = {"queries": queries, "cost": cost, "initial": 2, "function": None}
    (folder / "task.json").write_text(json.dumps(task | ends))
    return Course(folder)


def asked(found):
    return [(row, epochs) for row, epochs, _ in found.asked]


def test_a_look_costs_its_part_and_a_training_all(tmp_path):
    found = course(tmp_path, cost=1.3)
    assert found.gain((0, 2), 2) == 6
    assert found.gain((0, 2)) == 30  # its own training: it pays all
    assert not found.over
    assert found.gain((1, 1), 2) == 10
    assert found.over
    with pytest.raises(Over):
        found.gain((2, 1), 2)
    assert found.gain((0, 2), 2) == 6  # which is known
    assert asked(found) == [("0-2", 2), ("0-2", 10), ("1-1", 2)]


def test_a_training_that_goes_on_pays_the_rest(tmp_path):
    found = course(tmp_path, cost=1.0, continued=True)
    found.gain((0, 2), 2)
    assert not found.over
    found.gain((0, 2), 10)
    assert found.over


def test_rows_of_one_function_are_one_query(tmp_path):
    found = course(tmp_path, queries=2)
    first = found.gain((0, 0))
    assert found.gain((0, 1)) != first  # the table's own number of that row
    assert asked(found) == [("0-0", 10)]


def test_failures_are_paid_and_what_is_no_member_is_not(tmp_path):
    found = course(tmp_path, cost=5.0)
    assert found.gain((1, 0), 2) is None
    assert found.number((1, 0), 2) < -1e6
    assert found.gain((2, 2)) is None
    assert asked(found) == [("1-0", 2)]


def test_who_asks_for_nothing_new_pays_in_the_end(tmp_path):
    found = course(tmp_path, queries=3)
    for _ in range(1 + PATIENCE + 2):
        found.gain((0, 2))
    with pytest.raises(Over):
        found.gain((0, 2))
    assert asked(found) == [("0-2", 10)] * 3


def test_who_asks_for_nothing_that_is_there_is_stopped(tmp_path, monkeypatch):
    monkeypatch.setattr("course.ASKS", 20)
    found = course(tmp_path, queries=3)
    for _ in range(20):
        assert found.gain((2, 2)) is None
    with pytest.raises(Over):
        found.gain((2, 2))
    assert found.asked == []


def test_lengths_that_are_asked_for_become_those_of_the_table(tmp_path):
    found = course(tmp_path, queries=3)
    assert [found.nearest(epochs) for epochs in (1, 4.4, 4.5, 90)] == [2, 2, 10, 10]
    assert found.ratio == pytest.approx(5)


def test_what_was_asked_for_is_written_beside_the_task(tmp_path):
    found = course(tmp_path, queries=3)
    found.gain((0, 2))
    write_asked(found)
    row, epochs, seconds = (tmp_path / "asked.csv").read_text().strip().split(",")
    assert (row, epochs) == ("0-2", "10")
    assert 0 <= float(seconds) < 10
    Course(tmp_path)  # a new run begins without it
    assert not (tmp_path / "asked.csv").exists()


def test_a_function_takes_choices_and_numbers(tmp_path):
    FunctionWork("hartmann", 2).write(tmp_path)
    found = Course(tmp_path)
    value = found.gain((0, 1, 2, 3, 4, 0), numbers=(0.5, 0.25, 0.125))
    assert value == function_of("hartmann")[0]([0, 1, 2, 3, 4, 0], [0.5, 0.25, 0.125])
    found.gain((0, 1, 2, 3, 4, 0), numbers=(0.5, 0.25, 0.126))
    assert found.over
    assert found.asked[0][:-1] == ("0-1-2-3-4-0", "0.5", "0.25", "0.125", 1)


def test_a_driver_writes_what_its_peer_asked_for(tmp_path, monkeypatch):
    course(tmp_path, queries=2)
    module = tmp_path / "with_stubborn.py"
    module.write_text(
        "def all_of_them(course, seed):\n    while True:\n        for i in range(3):\n"
        "            course.gain((i, seed))\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    drive("with_stubborn", "all_of_them", str(tmp_path), 1)
    lines = (tmp_path / "asked.csv").read_text().splitlines()
    assert [line.partition(",")[0] for line in lines] == ["0-1", "1-1"]
