import numpy as np
import pytest

from nbnas.batch.grid import combinations, label, names, parameters, read_grid, read_values
from nbnas.errors import SettingError


def test_all_combinations_in_order():
    found = combinations({"seed": range(2), "strategy": ["bayes", "random"], "compare": (False,)})
    assert [tuple(each.values()) for each in found] == [
        (0, "bayes", False), (0, "random", False), (1, "bayes", False), (1, "random", False)
    ]  # fmt: skip


def test_values_are_plain():
    (found,) = combinations({"a": np.array([3]), "b": [np.float64(0.5)], "c": [np.bool_(True)]})
    assert found == {"a": 3, "b": 0.5, "c": True}
    assert [type(value) for value in found.values()] == [int, float, bool]
    assert parameters({"trials": np.int64(4)}) == {"trials": 4}


@pytest.mark.parametrize(
    ("grid", "message"),
    [
        ({}, "by its name"),
        ({"seed": []}, r"grid\['seed'\].*at least 1"),
        ({"strategy": "bayes"}, r"grid\['strategy'\].*sequence"),
        ({"seed": [0, 0]}, "once"),
        ({"seed": [None]}, "a text"),
        ({"not a name": [1]}, "by its name"),
        ({"seed": [float("nan")]}, "each of it a number"),
        ({"a": range(200), "b": range(200)}, "at most 10,000 runs, got 40,000"),
        ([1], "a dictionary"),
    ],
)
def test_what_is_no_grid_is_told(grid, message):
    with pytest.raises(SettingError, match=message):
        combinations(grid)


def test_a_grid_is_read_as_it_is_written():
    assert read_grid("seed=0,1 strategy=bayes,random size=1.5 compare=True data='my pets'") == {
        "seed": (0, 1), "strategy": ("bayes", "random"), "size": (1.5,), "compare": (True,),
        "data": ("my pets",),
    }  # fmt: skip
    assert read_grid("") == {}
    assert read_values("trials=12 compare=false") == {"trials": 12, "compare": False}


@pytest.mark.parametrize("text", ["seed", "seed=", "=1", "seed=0 seed=1", "data='my pets"])
def test_what_is_written_in_another_way_is_told(text):
    with pytest.raises(SettingError, match="expected a grid such as"):
        read_grid(text)


def test_all_runs_share_one_value():
    with pytest.raises(SettingError, match="one value of trials"):
        read_values("trials=1,2")


def test_names_say_the_parameters_and_are_files():
    chosen = [{"seed": 0, "data": "../my pets/ä"}, {"seed": 1, "data": "a\0b"}]
    assert names(chosen) == ("seed=0,data=.._my_pets_ä", "seed=1,data=a_b")


def test_names_of_different_runs_differ():
    alike = names([{"data": "a b"}, {"data": "a_b"}, {"data": "c"}])
    assert len(set(alike)) == 3
    assert alike[2] == "data=c"
    long = names([{"data": "x" * 400 + end} for end in "ab"])
    assert len(set(long)) == 2
    assert all(len(name) <= 100 for name in long)


def test_a_label_says_what_a_run_is():
    assert label({"strategy": "bayes", "seed": 0, "size": 8}, ["strategy", "size"]) == (
        "bayes, size 8"
    )
    assert (
        label({"export": "", "compare": False}, ["export", "compare"]) == "export , compare false"
    )
