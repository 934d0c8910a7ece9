import numpy as np
import pytest

from nbnas.errors import DataError
from nbnas.graphs.cell import CellSpace
from nbnas.search.objective import Objective, TabularObjective

CELLS = CellSpace().sample(0, 3)


def write(path, rows, header="arch_str,valid,test,seconds"):
    path.write_text("\n".join([header, *rows]))
    return path


@pytest.fixture
def csv(tmp_path):
    rows = [f"{a},{90 + i},{80 + i},{i}" for i, a in enumerate(CELLS)]
    return write(tmp_path / "table.csv", rows)


def test_looks_values_up_as_fractions(csv):
    objective = TabularObjective.from_csv(csv, value="valid", test="test", cost="seconds")
    assert isinstance(objective, Objective)
    evaluation = objective(CELLS[1], seed=5)
    assert evaluation.value == pytest.approx(0.91)
    assert evaluation.test is None  # the search must not see it
    assert (evaluation.seconds, evaluation.seed) == (1.0, 5)
    assert objective.test(CELLS[1]) == pytest.approx(0.81)
    assert objective.optimum == pytest.approx(0.92)


def test_fractions_stay_as_they_are(tmp_path):
    path = write(tmp_path / "t.csv", [f"{CELLS[0]},0.5,0.4,1"])
    assert TabularObjective.from_csv(path, value="valid")(CELLS[0]).value == 0.5


def test_reads_the_published_table(nb201_path):
    objective = TabularObjective.from_csv(
        nb201_path, value="c10_valid_200", test="c10_test_200", cost="c10_train_s_200"
    )
    assert objective.optimum == pytest.approx(0.916067)
    assert len(objective.values) == 15_625


def test_what_is_missing_is_named(csv, tmp_path):
    with pytest.raises(DataError, match="no column accuracy; its columns are arch_str, valid"):
        TabularObjective.from_csv(csv, value="accuracy")
    with pytest.raises(DataError, match="readable CSV"):
        TabularObjective.from_csv(tmp_path / "absent.csv", value="valid")
    with pytest.raises(DataError, match="no such value"):
        TabularObjective.from_csv(csv, value="valid")(CellSpace().sample(9, 1)[0])
    with pytest.raises(DataError, match="no such value"):
        TabularObjective.from_csv(csv, value="valid").test(CELLS[0])
    doubled = write(tmp_path / "d.csv", [f"{CELLS[0]},1,1,1"] * 2)
    with pytest.raises(DataError, match="stand twice"):
        TabularObjective.from_csv(doubled, value="valid")
    with pytest.raises(DataError, match="at least one architecture"):
        TabularObjective("empty", {})


def test_a_value_that_is_no_number_is_no_value():
    objective = TabularObjective("t", {str(CELLS[0]): np.nan})
    with pytest.raises(DataError, match="no such value"):
        objective(CELLS[0])


def test_fingerprint_tells_tables_apart(csv):
    one = TabularObjective.from_csv(csv, value="valid").fingerprint()
    assert one == TabularObjective.from_csv(csv, value="valid").fingerprint()
    assert one != TabularObjective.from_csv(csv, value="test").fingerprint()


def test_is_frozen(table):
    with pytest.raises(TypeError):
        table.values["x"] = 1.0
