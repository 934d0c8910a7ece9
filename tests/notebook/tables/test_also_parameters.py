"""The parameters of the notebook of benchmarks that name further goals."""

import pytest

from nbnas.errors import SettingError
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.notebook.tables.also import goals_of_words
from nbnas.notebook.tables.benchmark import read_benchmark_parameters
from nbnas.search.benchmark.goals.further import GoalColumn
from nbnas.search.benchmark.goals.results import GoalResults

CELLS = list(dict.fromkeys(CellSpace().sample(0, 40)))
GOOD = {
    "table": "t.csv",
    "architecture": "arch_str",
    "value": "valid",
    "test": "",
    "direction": "maximize",
    "unit": "",
    "notation": "",
    "missing": "error",
    "repeated": "error",
    "proxies": "",
    "fidelities": "",
    "curves": "",
    "curve_columns": "run,epoch,val_loss",
    "also": "ms:min:known",
    "also_from": "h.csv",
    "classes": 10,
    "strategies": "random",
    "queries": 8,
    "initial": 4,
    "batch": 1,
    "seeds": 2,
    "first_seed": 0,
    "workers": 1,
    "cost": "",
    "simulated": "",
    "output": "b.csv",
}


@pytest.fixture
def good(tmp_path, monkeypatch):
    """Good parameters; the working folder holds a table, and one with times of the same cells."""
    monkeypatch.chdir(tmp_path)
    rows = [f"{i},{a},{50 + i}" for i, a in enumerate(CELLS)]
    (tmp_path / "t.csv").write_text("\n".join(["arch_index,arch_str,valid", *rows]))
    times = [f"{i},{1 + i % 7}" for i, _ in reversed(list(enumerate(CELLS)))]
    (tmp_path / "h.csv").write_text("\n".join(["arch_index,ms", *times]))
    return GOOD


def test_they_make_a_benchmark_by_hypervolume(good):
    chosen = read_benchmark_parameters(good)
    table = chosen.read_table()
    assert table.classes == 10
    assert table.further[0].values[CELLS[9]] == 3.0
    assert table.further[0].known
    found = chosen.make_benchmark(table).run().check()
    assert isinstance(found, GoalResults)
    assert found.traces("random").shape == (2, 8)


def test_by_default_there_are_none(good):
    chosen = read_benchmark_parameters(good | {"also": "", "also_from": "", "classes": 0})
    assert chosen.read_table().goals is None


@pytest.mark.parametrize(
    ("words", "columns"),
    [
        ("a:min", [GoalColumn("a")]),
        ("a:max, b_ms:min:known", [GoalColumn("a", True), GoalColumn("b_ms", False, True)]),
        ("a:b:min", [GoalColumn("a:b")]),
        ("", []),
    ],
)
def test_words_are_columns_with_their_ends(words, columns):
    assert goals_of_words(words) == tuple(columns)


@pytest.mark.parametrize("wrong", ["a", "a:low", ":min", "a:known", "a:min,", "a:min,a:max", 3])
def test_other_words_are_errors(wrong):
    with pytest.raises(SettingError, match="expected"):
        goals_of_words(wrong)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"also": ""}, "also: expected columns"),
        ({"table": "digits", "value": "", "also_from": ""}, "also: expected none with the table"),
        ({"also": "valid:max"}, "also: expected other columns"),
        ({"classes": 1}, "classes: expected a whole number of at least 2"),
        ({"also_from": "nowhere.csv"}, "also_from: expected the path of a file"),
    ],
)
def test_what_does_not_go_together_is_said(good, changed, said):
    with pytest.raises(SettingError, match=said):
        read_benchmark_parameters(good | changed)
