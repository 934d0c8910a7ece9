"""The parameters of `notebooks/distances.ipynb`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from nbnas import benchmarks
from nbnas.errors import DataError
from nbnas.graphs.spaces.recurrent.space import RecurrentSpace
from nbnas.notebook.checks import SHIPPED, check_parameters, file, table, text, whole
from nbnas.records import Evaluation
from nbnas.search.objective import Objective
from nbnas.search.tables.tabular import TabularObjective
from nbnas.training.data.images import digits
from nbnas.training.trainer import Trainer


@dataclass(frozen=True, slots=True)
class DistanceParameters:
    """The checked parameters of `notebooks/distances.ipynb`.

    Attributes:
        table: Path of a table of NAS-Bench-201, `SHIPPED`, or empty.
        value: Its column of the validation accuracy; not looked at for `SHIPPED`.
        recipes: Path of a table of NAS-Bench-NLP runs, or empty.
        cells: Number of cells that are compared, of a table of recipes at most.
        epochs: Epochs of each training, where cells are trained.
        seed: Seed of the cells.
    """

    table: str
    value: str
    recipes: str
    cells: int
    epochs: int
    seed: int

    def make_objective(self) -> Objective:
        """The table, or a trainer on digits where there is none."""
        if self.table == SHIPPED:
            return benchmarks.digits()
        if self.table:
            return TabularObjective.from_csv(self.table, value=self.value)
        return Trainer(digits(), epochs=self.epochs, device="cpu")

    def read_recurrent(self) -> tuple[Evaluation, ...]:
        """Recurrent cells drawn from the table of recipes; none where there is no table."""
        found = read_recipes(self.recipes) if self.recipes else ()
        drawn = np.random.default_rng(self.seed).permutation(len(found))[: self.cells]
        return tuple(found[i] for i in np.sort(drawn))


def read_distance_parameters(namespace: Mapping[str, Any]) -> DistanceParameters:
    """Check the parameters that the notebook of distances was started with.

    Args:
        namespace: The notebook's `globals()`, after its parameters cell.

    Returns:
        The parameters with their types.

    Raises:
        SettingError: If a name is unknown or missing, or a value is not allowed.
    """
    return DistanceParameters(**check_parameters(namespace, _RULES))


def read_recipes(path: str) -> tuple[Evaluation, ...]:
    """Read evaluated recurrent cells.

    Args:
        path: A CSV file with the columns recipe and best_val_loss, in nats a token.

    Returns:
        An evaluation for each different cell with a finite loss; its value is exp(-loss), the
        mean probability of the right token (the geometric mean), averaged over the cell's runs.

    Raises:
        DataError: If a column is missing.
    """
    runs = pd.read_csv(path)
    missing = {"recipe", "best_val_loss"} - set(runs)
    if missing:
        raise DataError(f"{path} has no column {', '.join(sorted(missing))}")
    space = RecurrentSpace()
    finite = runs[np.isfinite(runs["best_val_loss"])]
    names = [str(space.parse(recipe)) for recipe in finite["recipe"]]
    losses = finite["best_val_loss"].groupby(names, sort=False).mean()
    return tuple(
        Evaluation(space.parse(str(name)), float(np.exp(-loss))) for name, loss in losses.items()
    )


_RULES = {
    "table": table,
    "value": text,
    "recipes": file,
    "cells": whole(10),
    "epochs": whole(1),
    "seed": whole(0),
}
