"""Learning curves in a file of their own, joined to a table."""

import numpy as np
import pandas as pd
import pytest

import nbnas as nb
from nbnas.errors import DataError, SettingError
from nbnas.search.tables.joined import joined_curves, look_columns

TABLE = pd.DataFrame({"run": [7, 3, 5], "cell": ["a", "b", "c"], "loss": [1.0, 2.0, 3.0]})
CURVES = pd.DataFrame(
    [(3, 2, 2.5), (3, 1, 4.0), (7, 1, 3.0), (7, 2, 1.5), (7, 3, 1.0), (5, 1, 6.0), (5, 2, np.nan)],
    columns=["run", "epoch", "val_loss"],
)


def test_a_column_for_each_look():
    found = joined_curves(TABLE, CURVES, (1, 2))
    assert found["val_loss after 1"].tolist() == [3.0, 4.0, 6.0]
    assert found["val_loss after 2"].tolist()[:2] == [1.5, 2.5]
    assert np.isnan(found["val_loss after 2"][2])  # it diverged
    assert found[[*TABLE]].equals(TABLE)
    assert "val_loss after 1" not in TABLE


def test_a_curve_that_ends_early_has_no_later_looks():
    assert joined_curves(TABLE, CURVES, (3,))["val_loss after 3"].isna().tolist() == [
        False,
        True,
        True,
    ]


def test_files_do_as_well(tmp_path):
    TABLE.to_csv(tmp_path / "t.csv", index=False)
    CURVES.sample(frac=1, random_state=0).to_csv(tmp_path / "c.csv.gz", index=False)
    found = joined_curves(tmp_path / "t.csv", str(tmp_path / "c.csv.gz"), (1, 2))
    assert found.equals(joined_curves(TABLE, CURVES, (1, 2)))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"run": "id"}, "has no column id"),
        ({"value": "accuracy"}, "has no column accuracy; its columns are run, epoch, val_loss"),
        ({"epochs": (9,)}, "a value after epoch 9 for some run of the table, got none"),
        ({"curves": pd.concat([CURVES, CURVES[1:2]])}, "got epoch 1 of run=3 twice"),
        ({"table": TABLE.assign(run=[1, 2, 8])}, "a value after epoch 1 for some run"),
    ],
)
def test_what_does_not_fit_is_an_error(options, message):
    given = {"table": TABLE, "curves": CURVES, "epochs": (1,)} | options
    with pytest.raises(DataError, match=message):
        joined_curves(given.pop("table"), given.pop("curves"), given.pop("epochs"), **given)


@pytest.mark.parametrize(
    "options", [{"epochs": ()}, {"epochs": (0,)}, {"epochs": 3}, {"run": ""}, {"value": 3}]
)
def test_wrong_settings_are_errors(options):
    given = {"epochs": (1,)} | options
    with pytest.raises(SettingError):
        joined_curves(TABLE, CURVES, given.pop("epochs"), **given)


def test_published_curves_of_recurrent_cells(recipes_path):
    curves = recipes_path.with_name("nasbench_nlp_wikitext2_curves.csv.gz")
    frame = joined_curves(recipes_path, curves, (3, 10))
    looks = look_columns((3, 10), "val_loss")
    correlation = frame[[*looks.values(), "best_val_loss"]].corr("spearman")["best_val_loss"]
    assert correlation[looks[10]] == pytest.approx(0.945, abs=0.005)  # as the data's README says
    assert correlation[looks[3]] == pytest.approx(0.868, abs=0.005)
    objective = nb.TabularObjective.from_table(
        frame,
        architecture="recipe",
        value="best_val_loss",
        measure=nb.Measure("loss", "nats", maximize=False),
        missing="drop",
        repeated="mean",
        fidelities=nb.Fidelities((3, 10, 50), continued=True),
        looks=looks,
    )
    assert objective.fidelities.lower == (3, 10)
    lstm = min(objective.values, key=objective.values.get)
    cell = objective.space.parse(lstm)
    assert objective(cell, epochs=10).value > objective(cell).value
