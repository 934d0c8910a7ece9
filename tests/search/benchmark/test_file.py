import json
import os
from dataclasses import replace

import pandas as pd
import pytest

from nbnas.errors import DataError, StoreError, StudyMismatchError
from nbnas.search.benchmark.file import Row, append_run, open_file, replace_run

SETTINGS = {"table.content": "abc", "batch": "1"}
KNOWN = {"ours": {"strategy": "Ours", "strategy.initial": "4"}}
TEXT = 'a,"b"|c'  # as texts of other spaces have them


def run(strategy="ours", seed=0, queries=3):
    return tuple(
        Row(strategy, seed, q, TEXT, 90.1 + q / 3, 90.1 + q / 3, None, 1e-5 * q)
        for q in range(1, queries + 1)
    )


def opened(path, settings=SETTINGS, known=KNOWN):
    return open_file(path, settings, known)


@pytest.fixture
def path(tmp_path):
    """A file in a folder that is not there yet, with two runs."""
    path = tmp_path / "runs" / "bench.csv"
    assert opened(path) == {}
    append_run(path, run(seed=0))
    append_run(path, run(seed=1))
    return path


def test_what_is_written_is_read_back(path):
    assert opened(path) == {("ours", 0): run(seed=0), ("ours", 1): run(seed=1)}
    frame = pd.read_csv(path)
    assert ",".join(frame) == ("strategy,seed,query,architecture,value,best,test_of_best,seconds")
    assert frame["architecture"].unique() == [TEXT]
    assert frame["test_of_best"].isna().all()
    assert frame["value"].tolist() == [row.value for seed in (0, 1) for row in run(seed=seed)]


def test_opening_changes_nothing_that_is_whole(path):
    before, stamp = path.read_bytes(), path.stat().st_mtime_ns
    opened(path)
    assert path.read_bytes() == before
    assert path.stat().st_mtime_ns == stamp
    assert [p.name for p in sorted(path.parent.iterdir())] == ["bench.csv", "bench.csv.json"]


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_a_torn_end_costs_no_more_than_its_run(path, cut):
    path.write_bytes(path.read_bytes()[:-cut])
    runs = opened(path)
    assert runs["ours", 0] == run(seed=0)
    assert len(runs["ours", 1]) < 3  # too short to count as finished
    assert path.read_bytes().endswith(b"\n")
    replace_run(path, run(seed=1))
    frame = pd.read_csv(path)
    assert len(frame) == 6
    assert not frame.duplicated(["strategy", "seed", "query"]).any()


def test_a_number_that_is_torn_in_its_middle_is_not_believed(path):
    text = path.read_text()
    path.write_text(text.rstrip("\n")[:-2])  # "3e-05" becomes "3e-", "0.3" would become "0"
    assert len(opened(path)["ours", 1]) == 2


def test_a_longer_run_takes_the_place_of_a_shorter_one(path):
    replace_run(path, run(seed=0, queries=5))
    runs = opened(path)
    assert len(runs["ours", 0]) == 5
    assert runs["ours", 1] == run(seed=1)


def test_runs_that_stand_twice_count_once(path):
    append_run(path, run(seed=0, queries=4))
    append_run(path, run(seed=1, queries=2))
    runs = opened(path)
    assert [len(rows) for rows in runs.values()] == [4, 3]
    assert len(pd.read_csv(path)) == 7


def test_a_gap_ends_a_run(path):
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join([*lines[:2], *lines[3:]]))  # without query 2 of seed 0
    assert len(opened(path)["ours", 0]) == 1


def timed(seed=0, queries=3):
    return tuple(replace(row, clock=7.25 * row.query) for row in run(seed=seed, queries=queries))


def test_a_clock_is_one_more_column(tmp_path):
    path, settings = tmp_path / "timed.csv", SETTINGS | {"table.cost": "seconds 123"}
    assert opened(path, settings) == {}
    append_run(path, timed())
    append_run(path, timed(seed=1))
    whole = path.read_bytes()
    assert opened(path, settings) == {("ours", seed): timed(seed=seed) for seed in (0, 1)}
    assert path.read_bytes() == whole
    assert [*pd.read_csv(path)][-2:] == ["seconds", "clock"]
    path.write_bytes(whole[:-4])
    assert len(opened(path, settings)["ours", 1]) == 2
    replace_run(path, timed(seed=1))
    assert path.read_bytes() == whole


def test_each_column_that_not_all_files_have_is_written_and_read_back(tmp_path):
    told = {
        "table.cost": {"clock": 3.5},
        "table.fidelities": {"epochs": 12, "cost": 0.25},
        "table.goal 2": {"hypervolume_regret": 0.125},
    }
    for n in range(8):
        names = [name for i, name in enumerate(told) if n >> i & 1]
        more = {column: value for name in names for column, value in told[name].items()}
        rows = tuple(replace(row, **more) for row in run())
        path, settings = tmp_path / f"{n}.csv", SETTINGS | dict.fromkeys(names, "x")
        assert opened(path, settings) == {}
        append_run(path, rows)
        assert opened(path, settings) == {("ours", 0): rows}
        assert [*pd.read_csv(path)][8:] == [*more]


def test_files_with_and_without_a_clock_are_not_mixed(path, tmp_path):
    settings = SETTINGS | {"table.cost": "seconds 123"}
    before = path.read_bytes()
    with pytest.raises(StudyMismatchError, match=r"table\.cost: was absent, is now seconds 123"):
        opened(path, settings)
    assert path.read_bytes() == before
    other = tmp_path / "timed.csv"
    opened(other, settings)
    append_run(other, timed())
    with pytest.raises(StudyMismatchError, match=r"table\.cost: was seconds 123, is now absent"):
        opened(other)


def test_more_strategies_may_be_added(path):
    more = {"other": {"strategy": "Other"}}
    assert len(opened(path, known=more)) == 2
    stored = json.loads((path.parent / "bench.csv.json").read_text())
    assert stored == {"settings": SETTINGS, "strategies": {**KNOWN, **more}}
    assert len(opened(path)) == 2


def test_other_settings_are_an_error_that_names_them(path):
    other = {"ours": {"strategy": "Ours", "strategy.initial": "5", "strategy.new": "yes"}}
    with pytest.raises(StudyMismatchError) as caught:
        opened(path, {**SETTINGS, "batch": "2"}, other)
    said = str(caught.value)
    assert "batch: was 1, is now 2" in said
    assert "ours: strategy.initial: was 4, is now 5" in said
    assert "ours: strategy.new: was absent, is now yes" in said
    assert "give another output" in said
    assert len(opened(path)) == 2  # nothing was changed


def test_another_file_is_left_alone(path, tmp_path):
    foreign = tmp_path / "mine.csv"
    foreign.write_text("x,y\n1,2\n")
    with pytest.raises(DataError, match="expected the columns strategy,seed"):
        opened(foreign)
    assert foreign.read_text() == "x,y\n1,2\n"
    (path.parent / "bench.csv.json").unlink()
    with pytest.raises(DataError, match=r"bench.csv.json beside"):
        opened(path)


def test_a_broken_line_within_is_named(path):
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join([*lines[:3], "ours,zero,1\n", *lines[3:]]))
    with pytest.raises(DataError, match=r"line 4: expected strategy,seed"):
        opened(path)


def test_an_empty_file_is_a_new_one(tmp_path):
    (tmp_path / "b.csv").touch()
    assert opened(tmp_path / "b.csv") == {}
    assert (tmp_path / "b.csv").read_text().startswith("strategy,seed")


def test_what_cannot_be_used_is_an_error(path, tmp_path, monkeypatch):
    with pytest.raises(StoreError, match="cannot be used"):
        opened(tmp_path / "runs" / "bench.csv" / "below.csv")
    (path.parent / "bench.csv.json").write_text("{")
    with pytest.raises(StoreError, match="cannot be used"):
        opened(path)

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match="No space left"):
        append_run(path, run(seed=2))
