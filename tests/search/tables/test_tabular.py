import numpy as np
import pytest

from nbnas.errors import DataError, SettingError
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.graphs.spaces.recurrent.space import RecurrentSpace
from nbnas.graphs.spaces.subspace import Subspace
from nbnas.records import Measure
from nbnas.search.objective import Objective
from nbnas.search.search import Search
from nbnas.search.strategies.bayesian import BayesianOptimization
from nbnas.search.strategies.random import RandomSearch
from nbnas.search.tables.tabular import TabularObjective

CELLS = CellSpace().sample(0, 3)


def write(path, rows, header="arch_str,valid,test,seconds"):
    path.write_text("\n".join([header, *rows]))
    return path


@pytest.fixture
def csv(tmp_path):
    rows = [f"{a},{90 + i},{80 + i},{i}" for i, a in enumerate(CELLS)]
    return write(tmp_path / "table.csv", rows)


def test_looks_values_up_as_fractions(csv):
    objective = TabularObjective.from_table(csv, value="valid", test="test", cost="seconds")
    assert isinstance(objective, Objective)
    evaluation = objective(CELLS[1], seed=5)
    assert evaluation.value == pytest.approx(0.91)
    assert evaluation.test is None  # the search must not see it
    assert (evaluation.seconds, evaluation.seed) == (1.0, 5)
    assert objective.test(CELLS[1]) == pytest.approx(0.81)
    assert objective.optimum == pytest.approx(0.92)


def test_fractions_stay_as_they_are(tmp_path):
    path = write(tmp_path / "t.csv", [f"{CELLS[0]},0.5,0.4,1"])
    assert TabularObjective.from_table(path, value="valid")(CELLS[0]).value == 0.5


def test_reads_the_published_table(nb201_path):
    objective = TabularObjective.from_table(
        nb201_path, value="c10_valid_200", test="c10_test_200", cost="c10_train_s_200"
    )
    assert objective.optimum == pytest.approx(0.916067)
    assert len(objective.values) == 15_625


def test_what_is_missing_is_named(csv, tmp_path):
    with pytest.raises(DataError, match="no column accuracy; its columns are arch_str, valid"):
        TabularObjective.from_table(csv, value="accuracy")
    with pytest.raises(DataError, match="readable table"):
        TabularObjective.from_table(tmp_path / "absent.csv", value="valid")
    with pytest.raises(DataError, match="no such value"):
        TabularObjective.from_table(csv, value="valid")(CellSpace().sample(9, 1)[0])
    with pytest.raises(DataError, match="no such value"):
        TabularObjective.from_table(csv, value="valid").test(CELLS[0])
    doubled = write(tmp_path / "d.csv", [f"{CELLS[0]},1,1,1"] * 2)
    with pytest.raises(DataError, match="stand twice"):
        TabularObjective.from_table(doubled, value="valid")
    with pytest.raises(DataError, match="at least one architecture"):
        TabularObjective("empty", {})


def test_a_value_that_is_no_number_is_no_value():
    objective = TabularObjective("t", {str(CELLS[0]): np.nan})
    with pytest.raises(DataError, match="no such value"):
        objective(CELLS[0])


def test_fingerprint_tells_tables_apart(csv):
    one = TabularObjective.from_table(csv, value="valid").fingerprint()
    assert one == TabularObjective.from_table(csv, value="valid").fingerprint()
    assert one != TabularObjective.from_table(csv, value="test").fingerprint()


def test_is_frozen(table):
    with pytest.raises(TypeError):
        table.values["x"] = 1.0


HEADER = "arch_str,run0,run1,after1,after2,seconds,weights,flops"


@pytest.fixture
def runs(tmp_path):
    """Two runs of each cell, learning curves, times and counts."""
    rows = [
        f"{a},{60 + i},{80 - 3 * i},10,{70 - i},4,{100 + i},{1000 + i}"
        for i, a in enumerate(CELLS)
    ]
    return write(tmp_path / "runs.csv", rows, HEADER)


def test_the_value_of_several_runs_is_their_mean(runs):
    objective = TabularObjective.from_table(runs, value=("run0", "run1"))
    assert [objective(a).value for a in CELLS] == pytest.approx([0.70, 0.69, 0.68])
    assert objective.optimum == pytest.approx(0.70)
    assert objective.regret(CELLS[2]) == pytest.approx(0.02)


def test_regret_of_a_single_run_is_told_by_the_mean_of_all(runs):
    objective = TabularObjective.from_table(runs, value=("run0", "run1"), run=0)
    assert [objective(a).value for a in CELLS] == pytest.approx([0.60, 0.61, 0.62])
    assert objective.optimum == pytest.approx(0.62)
    assert [objective.regret(a) for a in CELLS] == pytest.approx([0.0, 0.01, 0.02])


def test_a_run_that_is_missing_is_left_out_of_the_mean(tmp_path):
    rows = [f"{CELLS[0]},50,", f"{CELLS[1]},,", f"{CELLS[2]},40,60"]
    path = write(tmp_path / "t.csv", rows, "arch_str,a,b")
    with pytest.raises(DataError, match=r'row 2 without a value; pass missing="drop"'):
        TabularObjective.from_table(path, value=("a", "b"))
    objective = TabularObjective.from_table(path, value=("a", "b"), missing="fail")
    assert (objective(CELLS[0]).value, objective(CELLS[2]).value) == (0.5, 0.5)
    assert objective.regret(CELLS[0]) == 0.0
    with pytest.raises(DataError, match="no such value"):
        objective(CELLS[1])
    with pytest.raises(DataError, match="rows 1, 2 without a value"):
        TabularObjective.from_table(path, value=("a", "b"), run=1)
    second = TabularObjective.from_table(path, value=("a", "b"), run=1, missing="fail")
    assert second(CELLS[2]).value == 0.6
    with pytest.raises(DataError, match="no such value"):
        second(CELLS[0])


def test_the_way_of_earlier_notebooks_still_works_and_says_what_to_use(csv):
    with pytest.warns(DeprecationWarning, match="use TabularObjective.from_table"):
        objective = TabularObjective.from_csv(csv, value="valid", test="test", cost="seconds")
    now = TabularObjective.from_table(csv, value="valid", test="test", cost="seconds")
    assert objective.values == now.values
    assert objective.fingerprint() == now.fingerprint()


def test_plays_recorded_epochs_again(runs):
    objective = TabularObjective.from_table(
        runs,
        value="run0",
        cost="seconds",
        curve=("after1", "after2"),
        parameters="weights",
        multiply_adds="flops",
        pace=0.01,
    )
    training = objective.start(CELLS[1], seed=3)
    assert [r.val_accuracy for r in training] == pytest.approx([0.10, 0.69])
    assert [r.seconds for r in training.reports] == [2.0, 4.0]
    found = training.run()
    assert (found.value, found.seconds, found.seed) == (pytest.approx(0.61), 4.0, 3)
    assert (found.parameters, found.multiply_adds) == (101, 1001)
    assert objective(CELLS[1], seed=3) == found  # the same at once


def test_wrong_settings_are_named(runs):
    with pytest.raises(SettingError, match="a run from 0 to 1"):
        TabularObjective.from_table(runs, value=("run0", "run1"), run=2)
    with pytest.raises(SettingError, match="pace to be a finite number from 0"):
        TabularObjective.from_table(runs, value="run0", pace=-1)
    with pytest.raises(DataError, match="no column after3"):
        TabularObjective.from_table(runs, value="run0", curve=("after1", "after3"))


def test_a_search_sees_the_epochs_of_a_table(runs):
    objective = TabularObjective.from_table(runs, value="run0", curve=("after1", "after2"))
    search = Search(Subspace(CellSpace(), CELLS), objective, RandomSearch())
    search.run(3)
    assert search.best.value == pytest.approx(0.62)
    assert len(search.training.reports) == 2


def test_a_search_minimises_the_loss_of_published_recipes(recipes_path, recipe_rows):
    loss = Measure("validation loss", "nats", maximize=False, lower=0)
    objective = TabularObjective.from_table(
        recipes_path,
        architecture="recipe",
        value="best_val_loss",
        test="test_loss_at_best_val",
        measure=loss,
        measured=("num_params", "train_hours"),
        missing="drop",
        repeated="mean",
    )
    published = next(row["recipe"] for row in recipe_rows if row["recepie_id"] == "1000001")
    best = str(RecurrentSpace().parse(published))  # their LSTM
    assert min(objective.values, key=objective.values.get) == best
    assert objective.optimum == pytest.approx(4.5676, abs=5e-5)
    assert isinstance(objective.space, Subspace)
    assert objective.space.size == len(objective.values) > 250
    search = Search(objective.space, objective, BayesianOptimization(), seed=0).run(25)
    seen = [evaluation.value for evaluation in search.observations]
    assert search.best.value == min(seen)
    assert search.best.value == objective.values[str(search.best.architecture)]
    assert objective.regret(search.best.architecture) == search.best.value - objective.optimum
    assert search.best.value < np.sort([*objective.values.values()])[10]  # of the best ten of 288
    assert {*search.best.measured} == {"num_params", "train_hours"}
    assert search.finish().test > 4
    assert search.ask().candidates
