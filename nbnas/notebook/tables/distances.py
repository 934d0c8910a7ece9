"""The parameters of `notebooks/distances.ipynb`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from nbnas import benchmarks
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.graphs.spaces.recurrent.space import RecurrentSpace
from nbnas.graphs.spaces.subspace import Subspace
from nbnas.notebook.checks import SHIPPED, check_parameters, file, table, text, whole
from nbnas.notebook.tables.words import TABLE_RULES, measure_of_words
from nbnas.records import Evaluation, Measure
from nbnas.search.objective import Objective
from nbnas.search.tables.options import Columns, Reading
from nbnas.search.tables.reading import read_rows
from nbnas.search.tables.source import Source
from nbnas.search.tables.tabular import TabularObjective
from nbnas.search.tables.units import UNITS
from nbnas.training.data.images import digits
from nbnas.training.trainer import Trainer


@dataclass(frozen=True, slots=True)
class DistanceParameters:
    """The checked parameters of `notebooks/distances.ipynb`.

    Attributes:
        table: Path of a table of NAS-Bench-201, `SHIPPED`, or empty.
        architecture: Its column of cells; not looked at for `SHIPPED`, as the next four.
        value: Its column of values, such as validation accuracies.
        direction: Whether values are to "maximize" or to "minimize".
        unit: "percent", "fraction", or the unit of plain numbers; see `measure_of_words`.
        notation: How cells are written, a word of `NOTATIONS`, or empty.
        recipes: Path of a table of NAS-Bench-NLP runs, or empty.
        cells: Number of cells that are compared, of a table of recipes at most.
        epochs: Epochs of each training, where cells are trained.
        seed: Seed of the cells.
    """

    table: str
    architecture: str
    value: str
    direction: str
    unit: str
    notation: str
    recipes: str
    cells: int
    epochs: int
    seed: int

    def make_objective(self) -> Objective:
        """The table, or a trainer on digits where there is none."""
        if self.table == SHIPPED:
            return benchmarks.digits()
        if self.table:
            return TabularObjective.from_table(
                self.table,
                architecture=self.architecture,
                value=self.value,
                measure=measure_of_words(self.value, self.direction, self.unit),
                unit=self.unit if self.unit in UNITS else "",
                notation=self.notation,
                missing="drop",
            )
        return Trainer(digits(), epochs=self.epochs, device="cpu")

    def draw_cells(self, objective: Objective) -> tuple[Architecture, ...]:
        """Cells to compare: of the whole space, or of a table that holds a part of it."""
        space = objective.space if isinstance(objective, TabularObjective) else CellSpace()
        if not isinstance(space, Subspace):
            return space.sample(self.seed, self.cells)
        drawn = np.random.default_rng(self.seed).permutation(len(space.members))[: self.cells]
        return tuple(space.members[i] for i in np.sort(drawn))

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


def read_recipes(source: Source) -> tuple[Evaluation, ...]:
    """Read evaluated recurrent cells.

    Args:
        source: A table with the columns recipe and best_val_loss, in nats a token.

    Returns:
        An evaluation for each different cell with a finite loss; its value is exp(-loss), the
        mean probability of the right token (the geometric mean), averaged over the cell's runs.

    Raises:
        DataError: If it cannot be read, or a column is missing.
    """
    space, loss = RecurrentSpace(), Measure("loss", "nats", maximize=False, lower=0)
    columns = Columns(("recipe",), ("best_val_loss",))
    reading = Reading(notation=space, missing="drop", repeated="mean")
    rows = read_rows(source, columns, loss, reading)
    return tuple(
        Evaluation(space.parse(text), float(np.exp(-value)))
        for text, value in rows.known("best_val_loss").items()
    )


_RULES = {
    "table": table,
    "architecture": text,
    "value": text,
    **{name: TABLE_RULES[name] for name in ("direction", "unit", "notation")},
    "recipes": file,
    "cells": whole(10),
    "epochs": whole(1),
    "seed": whole(0),
}
