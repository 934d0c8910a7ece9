import papermill
import pytest

from nbnas.errors import DataError, SettingError, StudyMismatchError
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.notebook.strategies import STRATEGIES
from nbnas.notebook.tables.benchmark import read_benchmark_parameters
from nbnas.records import Measure
from nbnas.search.benchmark.unit import PERCENT
from nbnas.search.search import Search
from nbnas.search.strategies.bayesian import BayesianOptimization
from nbnas.search.strategies.evolution import RegularizedEvolution
from nbnas.search.strategies.local_search import LocalSearch
from nbnas.search.strategies.random import RandomSearch
from nbnas.search.strategies.reinforce import Reinforce
from nbnas.search.strategies.strategy import Strategy
from nbnas.search.strategies.tpe import Tpe
from nbnas.surrogate.acquisition.improvement import ExpectedImprovement
from nbnas.surrogate.ensemble.prior import Ensemble

CELLS = CellSpace().sample(0, 40)
GOOD = {
    "table": "",
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
    "also": "",
    "also_from": "",
    "classes": 0,
    "strategies": "bayes,random",
    "queries": 12,
    "initial": 4,
    "batch": 1,
    "seeds": 3,
    "first_seed": 0,
    "workers": 1,
    "cost": "",
    "simulated": "",
    "output": "b.csv",
}


@pytest.fixture
def good(tmp_path, monkeypatch):
    """Good parameters; the working folder is an empty one, but for the two tables."""
    monkeypatch.chdir(tmp_path)
    rows = [f"{i},{a},{50 + i},{49 + i}" for i, a in enumerate(CELLS)]
    (tmp_path / "t.csv").write_text("\n".join(["arch_index,arch_str,valid,test", *rows]))
    rows = [f"{i},{i}.5" for i in range(30)]
    (tmp_path / "p.csv").write_text("\n".join(["arch_index,nwot", *rows]))
    return GOOD | {"table": "t.csv"}


def test_good_parameters_become_a_benchmark(good, tmp_path):
    chosen = read_benchmark_parameters(good | {"first_seed": 5, "test": "test", "batch": 2})
    table = chosen.read_table()
    assert (len(table.values), table.unit, table.test) == (40, PERCENT, "test")
    benchmark = chosen.make_benchmark(table)
    assert list(benchmark.strategies) == ["bayes", "random"]
    assert benchmark.seeds == (5, 6, 7)
    assert (benchmark.queries, benchmark.initial, benchmark.batch) == (12, 4, 2)
    assert (tmp_path / "b.csv").exists()
    strategy = benchmark.strategies["bayes"]()
    assert (strategy.initial, strategy.allow_isomorphic) == (4, True)


def test_workers_are_simulated_by_the_column_of_times(good, tmp_path):
    rows = [f"{a},{50 + i},{10 + i}" for i, a in enumerate(CELLS)]
    (tmp_path / "t.csv").write_text("\n".join(["arch_str,valid,train_s", *rows]))
    given = good | {"cost": "train_s", "simulated": "4, 1", "seeds": 1}
    chosen = read_benchmark_parameters(given)
    assert chosen.simulated == (4, 1)
    assert read_benchmark_parameters(given | {"simulated": 8}).simulated == (8,)
    benchmark = chosen.make_benchmark(chosen.read_table())
    assert [*benchmark.strategies] == ["bayes x 4", "random x 4", "bayes x 1", "random x 1"]
    found = benchmark.run().check()
    assert found.clock.unit == "minutes"
    with pytest.raises(SettingError, match="cost and simulated: expected the column of training"):
        read_benchmark_parameters(good | {"cost": "train_s"})
    with pytest.raises(SettingError, match="batch: expected 1 with simulated workers"):
        read_benchmark_parameters(given | {"batch": 2})
    shipped = {"table": "digits", "value": "", "simulated": "2"}
    table = read_benchmark_parameters(good | shipped).read_table()
    assert len(table.costs) == len(table.values) == 15_625
    with pytest.raises(SettingError, match="no column for digits, whose times are known"):
        read_benchmark_parameters(good | shipped | {"cost": "seconds"})


def test_proxies_restrict_the_table_and_inform_the_prior(good, tmp_path):
    chosen = read_benchmark_parameters(good | {"proxies": "p.csv", "seeds": 1})
    table = chosen.read_table()
    assert {*table.space} == {*CELLS[:30]}
    benchmark = chosen.make_benchmark(table)
    known = benchmark.strategies["bayes"]().knowledge
    assert known.names == ("nwot",)
    assert known.values[CELLS[7]] == (7.5,)
    assert benchmark.run().check()
    (tmp_path / "p.csv").write_text((tmp_path / "p.csv").read_text().replace("7.5", "70.5"))
    with pytest.raises(StudyMismatchError, match=r"bayes: strategy\.knowledge"):
        chosen.make_benchmark(table)


def test_lower_can_be_better_and_the_unit_stated(good, tmp_path):
    rows = [f"{a};{50 + i},5" for i, a in enumerate(CELLS)] + [f"{CELLS[0]};60", f"{CELLS[1]};"]
    (tmp_path / "t.csv").write_text("\n".join(["arch_str;loss", *rows]))
    given = good | {"value": "loss", "direction": "minimize"}
    with pytest.raises(DataError, match='row 42 without a value; pass missing="drop"'):
        read_benchmark_parameters(given).read_table()
    given |= {"missing": "drop"}
    with pytest.raises(DataError, match=r'stand twice.*repeated="mean"'):
        read_benchmark_parameters(given).read_table()
    given |= {"repeated": "mean"}
    plain = read_benchmark_parameters(given).read_table()
    assert plain.best == 51.5  # the first has the mean of 50.5 and 60
    assert plain.measure == Measure("loss", maximize=False)
    named = read_benchmark_parameters(given | {"unit": "ms"}).read_table()
    assert (named.unit.name, named.measure.unit) == ("ms", "ms")
    percent = read_benchmark_parameters(given | {"unit": "percent"})
    assert percent.read_table().unit is PERCENT
    best = percent.make_benchmark(percent.read_table()).run().check()
    assert best.optimum == 51.5
    assert best.best.title == "Best loss so far"


def test_notations_can_be_stated(good, tmp_path):
    (tmp_path / "t.csv").write_text("cell,valid\n6111,91.6\n9930,91.5\n0,81.9\n")
    given = good | {"architecture": "cell", "notation": "nas-bench-201-index"}
    table = read_benchmark_parameters(given).read_table()
    assert table.best == table.values[table.space.members[1]] == 91.6  # in the order of the index


@pytest.mark.parametrize(
    ("word", "cls"),
    [
        ("bayes", BayesianOptimization),
        ("random", RandomSearch),
        ("evolution", RegularizedEvolution),
        ("local-search", LocalSearch),
        ("reinforce", Reinforce),
        ("tpe", Tpe),
        ("bayes-ei", BayesianOptimization),
        ("bananas", BayesianOptimization),
    ],
)
def test_every_word_is_a_strategy_that_searches(word, cls, table):
    if cls is Tpe:
        pytest.importorskip("optuna")
    strategy = STRATEGIES[word](4, True, None)
    assert isinstance(strategy, Strategy)
    assert type(strategy) is cls
    assert strategy.allow_isomorphic
    assert getattr(strategy, "initial", 4) == 4
    search = Search(CellSpace(), table, strategy, seed=0).run(6)
    random = Search(CellSpace(), table, RandomSearch(True), seed=0).run(4)
    random_ones = 1 if getattr(strategy, "spread", False) else 4  # the others are unlike it
    begun = random.observations.architectures[:random_ones]
    assert search.observations.architectures[:random_ones] == begun


def test_the_words_are_all_tested():
    marks = test_every_word_is_a_strategy_that_searches.pytestmark
    assert {case[0] for case in marks[0].args[1]} == set(STRATEGIES)


def test_words_differ_where_their_names_say_so():
    assert STRATEGIES["bayes-ei"](4, True, None).acquisition == ExpectedImprovement()
    assert STRATEGIES["bayes"](4, True, None).acquisition != ExpectedImprovement()
    assert isinstance(STRATEGIES["bananas"](4, True, None).prior, Ensemble)


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("direction", "down", "one of maximize, minimize"),
        ("notation", "esperanto", "one of text, nas-bench-201, naslib"),
        ("missing", "fail", "one of error, drop"),
        ("repeated", "last", "one of error, mean"),
        ("table", "", "path of a table with an architecture a row, such as NAS-Bench-201"),
        ("table", "absent.csv", "there is no absent.csv"),
        ("proxies", "absent.csv", "there is no absent.csv"),
        ("strategies", "bayes,hill-climbing", "bayes, random, evolution, local-search"),
        ("strategies", "bayes,,random", "separated by commas"),
        ("strategies", "random,random", "different words"),
        ("strategies", 3, "different words"),
        ("queries", "many", "whole number"),
        ("queries", 4, "more than the 4 with which a strategy begins"),
        ("initial", 1, "at least 2"),
        ("batch", 0, "at least 1"),
        ("seeds", 0, "at least 1"),
        ("first_seed", -1, "at least 0"),
        ("workers", 0, "at least 1"),
        ("simulated", "8,x", "numbers of workers, separated by commas, such as 1,4,8"),
        ("simulated", "4,4", "numbers of workers, separated by commas"),
        ("simulated", 0, "numbers of workers, separated by commas"),
        ("simulated", True, "numbers of workers, separated by commas"),
        ("simulated", 1.5, "numbers of workers, separated by commas"),
        ("simulated", "1,4", "column of training times and numbers of simulated workers"),
        ("cost", True, "a text"),
        ("output", "", "path of a file"),
        ("value", 3, "a text"),
    ],
)
def test_a_wrong_value_says_what_is_allowed(good, name, value, allowed):
    with pytest.raises(SettingError, match=f"{name}: .*{allowed}"):
        read_benchmark_parameters(good | {name: value})


def test_spaces_around_words_do_not_matter(good):
    chosen = read_benchmark_parameters(good | {"strategies": " random , bayes"})
    assert chosen.strategies == ("random", "bayes")


def test_too_many_queries_and_a_wrong_column_say_so(good, tmp_path):
    chosen = read_benchmark_parameters(good | {"queries": 41})
    with pytest.raises(SettingError, match="1 to the 40 architectures"):
        chosen.make_benchmark(chosen.read_table())
    with pytest.raises(DataError, match="no column accuracy"):
        read_benchmark_parameters(good | {"value": "accuracy"}).read_table()
    assert not (tmp_path / "b.csv").exists()


def test_files_are_found_from_the_notebooks_folder_too(good, tmp_path, monkeypatch):
    (tmp_path / "runs").mkdir()
    (tmp_path / "notebooks").mkdir()
    given = good | {"output": "runs/b.csv"}
    assert read_benchmark_parameters(given).output == "runs/b.csv"
    monkeypatch.chdir(tmp_path / "notebooks")
    chosen = read_benchmark_parameters(given)
    assert (chosen.table, chosen.output) == ("../t.csv", "../runs/b.csv")


def test_the_notebooks_own_parameters_are_the_checked_ones(request):
    path = request.config.rootpath / "notebooks" / "benchmark.ipynb"
    listed = papermill.inspect_notebook(str(path))
    assert list(listed) == list(GOOD)
    assert all(p["inferred_type_name"] != "None" and p["help"] for p in listed.values())
