import papermill
import pytest

from nbnas.errors import DataError, SettingError
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.graphs.spaces.recurrent.space import RecurrentSpace, lstm, rnn
from nbnas.notebook.tables.distances import read_distance_parameters, read_recipes
from nbnas.records import Measure
from nbnas.search.tables.tabular import TabularObjective
from nbnas.training.trainer import Trainer

GOOD = {"table": "", "architecture": "arch_str", "value": "v", "direction": "maximize"}
GOOD |= {"unit": "", "notation": "", "recipes": "", "cells": 20, "epochs": 2, "seed": 0}


def test_without_a_table_cells_are_trained():
    objective = read_distance_parameters(GOOD).make_objective()
    assert isinstance(objective, Trainer)
    assert objective.epochs == 2
    assert read_distance_parameters(GOOD).read_recurrent() == ()


def test_with_a_table_values_are_looked_up(nb201_path):
    given = GOOD | {"table": str(nb201_path), "value": "c10_valid_200"}
    assert isinstance(read_distance_parameters(given).make_objective(), TabularObjective)


def test_a_part_of_the_cells_is_compared_on_its_own(tmp_path):
    cells = CellSpace().sample(0, 30)
    path = tmp_path / "t.csv"
    path.write_text("\n".join(["cell;ms", *(f"{a};{i},5" for i, a in enumerate(cells))]))
    given = {"table": str(path), "architecture": "cell", "value": "ms", "unit": "ms"}
    chosen = read_distance_parameters(GOOD | given | {"direction": "minimize"})
    objective = chosen.make_objective()
    assert objective.measure == Measure("ms", "ms", maximize=False)
    drawn = chosen.draw_cells(objective)
    assert len({*drawn} & {*cells}) == chosen.cells == 20
    assert objective(drawn[0]).value < 30
    whole = read_distance_parameters(GOOD | {"table": "digits"})
    assert whole.draw_cells(whole.make_objective()) == CellSpace().sample(0, 20)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("table", "absent.csv", "there is no absent.csv"),
        ("cells", 3, "at least 10"),
        ("epochs", "2", "whole number"),
        ("recipes", 7, "a text"),
    ],
)
def test_a_wrong_value_says_what_is_allowed(name, value, message):
    with pytest.raises(SettingError, match=f"{name}: .*{message}"):
        read_distance_parameters(GOOD | {name: value})


def test_recipes_become_evaluations(tmp_path):
    quote = '"{}"'.format
    rows = [
        f"{quote(str(cell).replace(chr(34), chr(34) * 2))},{loss}"
        for cell, loss in ((rnn(), 2.0), (lstm(), 1.0), (rnn(), 4.0), (lstm(), "nan"))
    ]
    path = tmp_path / "runs.csv"
    path.write_text("\n".join(["recipe,best_val_loss", *rows]))
    one, two = read_recipes(str(path))
    assert (one.architecture, two.architecture) == (rnn(), lstm())
    assert one.value == pytest.approx(2.718281828**-3)  # the mean of its two runs
    assert two.value == pytest.approx(2.718281828**-1)
    path.write_text("recipe\nx")
    with pytest.raises(DataError, match="no column best_val_loss"):
        read_recipes(str(path))


def test_as_many_recipes_are_drawn_as_asked_for(recipes_path):
    given = GOOD | {"recipes": str(recipes_path)}
    drawn = read_distance_parameters(given).read_recurrent()
    assert len({e.architecture for e in drawn}) == 20
    assert drawn == read_distance_parameters(given).read_recurrent()
    assert drawn != read_distance_parameters(given | {"seed": 1}).read_recurrent()
    every = read_distance_parameters(given | {"cells": 10_000}).read_recurrent()
    assert every == read_recipes(str(recipes_path))


def test_reads_the_published_recipes(recipes_path):
    cells = read_recipes(str(recipes_path))
    assert len(cells) > 250
    assert all(e.architecture in RecurrentSpace() for e in cells[:5])
    best = max(cells, key=lambda e: e.value)
    assert best.value == pytest.approx(2.718281828**-4.5676, rel=1e-3)


def test_the_notebooks_own_parameters_are_the_checked_ones(request):
    path = request.config.rootpath / "notebooks" / "distances.ipynb"
    listed = papermill.inspect_notebook(str(path))
    assert list(listed) == list(GOOD)
    assert all(p["inferred_type_name"] != "None" and p["help"] for p in listed.values())
