"""The parameters of the notebook of benchmarks that say how far trainings may go."""

import functools

import pytest

import nbnas as nb
from nbnas.errors import SettingError
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.notebook.strategies import STRATEGIES
from nbnas.notebook.tables.benchmark import read_benchmark_parameters
from nbnas.notebook.tables.fidelities import BY_COST, SCHEDULERS, looks_of_words, maker
from nbnas.records import Fidelities
from nbnas.search.benchmark.cost.results import CostResults
from nbnas.search.strategies.strategy import Strategy

CELLS = list(dict.fromkeys(CellSpace().sample(0, 40)))
GOOD = {
    "table": "t.csv",
    "architecture": "arch_str",
    "value": "",
    "test": "test",
    "direction": "maximize",
    "unit": "",
    "notation": "",
    "missing": "error",
    "repeated": "error",
    "proxies": "",
    "fidelities": "short:2,full:10",
    "curves": "",
    "curve_columns": "run,epoch,val_loss",
    "also": "",
    "also_from": "",
    "classes": 0,
    "strategies": "local-search,random",
    "queries": 50,
    "initial": 4,
    "batch": 1,
    "seeds": 2,
    "first_seed": 0,
    "workers": 1,
    "cost": 6,
    "simulated": "",
    "output": "b.csv",
}


@pytest.fixture
def good(tmp_path, monkeypatch):
    """Good parameters; the working folder holds a table with looks, and one with curves."""
    monkeypatch.chdir(tmp_path)
    rows = [f"{i},{a},{50 + i},{30 + i / 2},{49 + i}" for i, a in enumerate(CELLS)]
    (tmp_path / "t.csv").write_text("\n".join(["run,arch_str,full,short,test", *rows]))
    curves = [f"{i},{e},{20 + i + e}" for i, _ in enumerate(CELLS) for e in range(1, 11 - i // 20)]
    (tmp_path / "c.csv").write_text("\n".join(["run,epoch,accuracy", *curves]))
    return GOOD


def test_columns_with_epochs_make_a_benchmark_by_cost(good):
    chosen = read_benchmark_parameters(good)
    assert chosen.value == "full"
    table = chosen.read_table()
    assert table.fidelities == Fidelities((2, 10))
    assert table.looks[2][CELLS[4]] == 32.0
    found = chosen.make_benchmark(table).run().check()
    assert isinstance(found, CostResults)
    assert (found.cost, found.epochs, found.test) == (6.0, 10, "test")
    assert found.trainings("random") == (0, 6)


def test_learning_curves_make_one_whose_trainings_go_on(good):
    given = {"fidelities": "1,3,10", "curves": "c.csv", "value": "full", "seeds": 1}
    given["curve_columns"] = "run, epoch, accuracy"
    chosen = read_benchmark_parameters(good | given)
    table = chosen.read_table()
    assert table.fidelities == Fidelities((1, 3, 10), continued=True)
    assert table.looks[3][CELLS[4]] == 27.0
    assert chosen.make_benchmark(table).run().check()


def test_the_shipped_table_has_curves_of_its_own(good):
    given = {"table": "digits", "test": "", "fidelities": "3,6,12"}
    table = read_benchmark_parameters(good | given).read_table()
    assert table.fidelities == Fidelities((3, 6, 12), continued=True)
    objective = nb.benchmarks.digits(fidelities=table.fidelities)
    for cell in CELLS[:5]:
        assert 100 * objective(cell, epochs=6).value == pytest.approx(table.looks[6][cell])
        assert table.objective(cell, epochs=3).value == pytest.approx(
            objective(cell, epochs=3).value
        )
    plain = read_benchmark_parameters(good | given | {"fidelities": "", "cost": ""}).read_table()
    assert plain.values == table.values
    assert plain.fidelities is None
    with pytest.raises(SettingError, match="learning curves of 12 epochs"):
        read_benchmark_parameters(good | given | {"fidelities": "3,6"}).read_table()
    with pytest.raises(SettingError, match="learning curves of 12 epochs"):
        nb.benchmarks.digits(fidelities=Fidelities((3, 12)))


def test_without_words_all_that_look_are_compared(good):
    assert read_benchmark_parameters(good | {"strategies": ""}).strategies == BY_COST
    plain = good | {"strategies": "", "fidelities": "", "cost": "", "value": "full"}
    assert read_benchmark_parameters(plain).strategies == ("bayes", "random")


@pytest.mark.parametrize("word", BY_COST)
def test_every_word_is_a_strategy(word):
    looks = looks_of_words("a:2,b:10")
    strategy = maker(word, 4, None, looks)()
    assert isinstance(strategy, Strategy)
    assert strategy.allow_isomorphic if hasattr(strategy, "allow_isomorphic") else True
    looking = getattr(strategy, "fidelities", None)
    assert looking == (None if word in STRATEGIES else looks.fidelities)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"fidelities": "short:2,10"}, "expected columns with their epochs"),
        ({"fidelities": "short:x,full:10"}, "expected columns with their epochs"),
        ({"fidelities": 12}, "a text of up to"),
        ({"fidelities": "full:10,short:2"}, "epochs that rise"),
        ({"fidelities": "full:10"}, "fidelities: "),
        ({"fidelities": ""}, "fidelities: expected them with curves, with a cost in full"),
        ({"fidelities": "2,10"}, "fidelities and curves: expected columns with epochs, or"),
        ({"curves": "c.csv"}, "fidelities and curves: "),
        ({"curves": "absent.csv"}, "there is no absent.csv"),
        ({"curve_columns": "run,epoch"}, "three columns of the curves"),
        ({"cost": ""}, "cost: expected a number of full trainings with fidelities"),
        ({"cost": "seconds"}, "cost: expected a number of full trainings with fidelities"),
        ({"cost": 0}, "a number of full trainings above 0"),
        ({"cost": -3.5}, "a number of full trainings above 0"),
        ({"simulated": "4"}, "no simulated workers; got cost=6.0, and simulated"),
        ({"value": "short"}, "value: expected nothing, or the last column"),
        ({"In": ["# Parameters\nqueries = 20"]}, "in place of queries.*got cost=6.0, and queries"),
        ({"strategies": "asha+annealing"}, "expected different words out of bayes"),
        ({"table": "digits", "test": ""}, "fidelities and curves: .* digits has its own"),
        (
            {"fidelities": "", "cost": "", "value": "full", "strategies": "bayes-fidelities"},
            "bayes-fidelities without fidelities",
        ),
    ],
)
def test_what_does_not_go_together_says_so(good, given, message):
    with pytest.raises(SettingError, match=message):
        read_benchmark_parameters(good | given)


def test_a_cost_beyond_the_table_says_so(good):
    chosen = read_benchmark_parameters(good | {"cost": 41})
    with pytest.raises(SettingError, match="to the 40 architectures"):
        chosen.make_benchmark(chosen.read_table())


@pytest.mark.parametrize("word", SCHEDULERS)
def test_a_scheduler_goes_with_every_strategy(good, word):
    given = {"strategies": f"{word}, {word}+local-search, {word}+evolution, random", "seeds": 1}
    chosen = read_benchmark_parameters(good | given)
    found = chosen.make_benchmark(chosen.read_table()).run().check()
    assert found.strategies == (word, f"{word}+local-search", f"{word}+evolution", "random")
    for name in found.strategies[:3]:
        assert found.trainings(name)[0] > 0  # it looks
    assert type(maker(f"{word}+tpe", 4, None, chosen.fidelities)().strategy) is nb.Tpe
    for wrong in (f"{word}+", f"{word}+annealing", f"{word}+{word}", f"bayes+{word}"):
        with pytest.raises(SettingError, match=r"asha, hyperband, .* as in asha\+tpe"):
            read_benchmark_parameters(good | {"strategies": wrong})


def test_a_word_that_looks_needs_fidelities():
    with pytest.raises(SettingError, match="expected fidelities=… for bayes-fidelities"):
        maker("bayes-fidelities", 4, None, None)
    assert isinstance(maker("random", 4, None, None), functools.partial)
