"""auto-keras and nbnas from pictures to a network: what each gets, and what is kept."""

import csv
import sys

import end_to_end
import numpy as np
import pytest
from environments import version_of

PEER = version_of("auto-keras")


@pytest.fixture
def pictures(tmp_path):
    rng = np.random.default_rng(0)
    x = rng.integers(0, 256, (100, 8, 8), dtype=np.uint8)
    np.savez(tmp_path / "p.npz", x=x, y=np.arange(100) % 4)
    return tmp_path / "p.npz"


def test_auto_keras_gets_all_but_the_test_part(pictures):
    data = end_to_end.data_of(pictures, 1)
    arrays = end_to_end.arrays_of(data)
    assert arrays["x"].shape == (80, 8, 8, 1)
    assert arrays["test_x"].shape == (20, 8, 8, 1)
    assert (len(data.train[0]), len(data.val[0]), len(data.test[0])) == (64, 16, 20)
    assert np.array_equal(arrays["x"][:64, ..., 0], np.asarray(data.train[0])[:, 0])
    assert np.array_equal(arrays["y"][64:], np.asarray(data.val[1]))
    assert np.array_equal(arrays["test_y"], np.asarray(data.test[1]))


@pytest.fixture
def words(pictures, tmp_path, monkeypatch):
    monkeypatch.setattr(end_to_end, "python_of", lambda folder, name: sys.executable)
    return [str(pictures), "--seeds", "2", "--output", str(tmp_path / "e.csv")]


def found(test, seconds):
    return {"test": test, "parameters": 1000, "seconds": seconds, "trials": 3}


def test_nbnas_gets_the_seconds_of_auto_keras_and_what_is_done_is_kept(
    words, tmp_path, monkeypatch, capsys
):
    given = []

    def search(data, seconds, seed):
        given.append((seconds, seed))
        return found(0.75, seconds)

    monkeypatch.setattr(
        end_to_end, "auto_keras", lambda data, python, trials, seed: found(0.5, 60.0 + seed)
    )
    monkeypatch.setattr(end_to_end, "search", search)
    end_to_end.main(words)
    assert given == [(60.0, 0), (61.0, 1)]
    said = capsys.readouterr().out
    assert f"| {PEER} | 2 | 50.0 ± 0.0 | 1,000 | 60 | 3 |" in said
    assert "| nbnas | 2 | 75.0 ± 0.0 |" in said
    whole = (tmp_path / "e.csv").read_text()
    (tmp_path / "e.csv").write_text("\n".join(whole.splitlines()[:-1]) + "\n")
    end_to_end.main(words)
    assert given[2:] == [(61.0, 1)]
    with (tmp_path / "e.csv").open(newline="") as file:
        assert [(row["who"], row["seed"]) for row in csv.DictReader(file)] == [
            (PEER, "0"), ("nbnas", "0"), (PEER, "1"), ("nbnas", "1"),
        ]  # fmt: skip


def test_without_the_environment_it_says_how_to_make_it(words, monkeypatch):
    monkeypatch.setattr(end_to_end, "python_of", lambda folder, name: None)
    with pytest.raises(SystemExit, match=r"environments\.py auto-keras"):
        end_to_end.main(words)


def test_a_failure_of_auto_keras_is_told(pictures):
    data = end_to_end.data_of(pictures, 0)
    with pytest.raises(SystemExit, match=r"(?s)auto-keras, seed 0: .*autokeras"):
        end_to_end.auto_keras(data, sys.executable, 1, 0)


@pytest.mark.slow
def test_a_search_stops_in_time_and_trains_once_more(pictures):
    made = end_to_end.search(end_to_end.data_of(pictures, 0), 4.0, 0)
    assert made["trials"] >= 1
    assert 0 <= made["test"] <= 1
    assert made["parameters"] > 0
