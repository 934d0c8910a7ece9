"""From the journal of a generation to the table that ships."""

import math
import platform
from importlib.metadata import version
from typing import Any

import numpy as np

from nbnas.benchmarks.archive import SCHEMA, Archive, Array
from nbnas.benchmarks.journal import Journal
from nbnas.benchmarks.protocol import (
    CELLS,
    CHANNELS,
    NAME,
    PROXIES,
    SEEDS,
    SPLIT_SEED,
    classes,
    recipe,
)
from nbnas.errors import DataError
from nbnas.graphs.spaces.cell import texts

GENERATOR = 1  # counts up when a change here or in the trainer changes the numbers


def pack(journal: Journal) -> Archive:
    """The table of a journal.

    Raises:
        DataError: If cells are missing.
    """
    cells, place = classes()
    missing = sum(str(cell) not in journal.trained for cell in cells)
    if missing:
        raise DataError(
            f"expected all {len(cells):,} cells in {journal.path}, but {missing:,} are missing"
        )
    rows = [journal.trained[str(cell)] for cell in cells]
    names = [proxy.__name__ for proxy in PROXIES]
    numbers = {text: i for i, text in enumerate(texts())}

    def column(name: str) -> Array:
        return np.array([getattr(row, name) for row in rows])

    return Archive(
        metadata(names),
        place=np.array(place),
        cell=np.array([numbers[row.cell] for row in rows]),
        **{name: column(name) for name in COLUMNS},
        proxies=np.array([[row.proxies[name] for name in names] for row in rows]),
    )


COLUMNS = (
    *("train_right", "train_loss", "val_right", "val_loss", "test_right"),
    *("seconds", "parameters", "multiply_adds"),
)


def metadata(proxies: list[str]) -> dict[str, Any]:
    """What a reader has to know of the numbers: protocol, split, versions, licence."""
    data = recipe().data
    return {
        "name": NAME,
        "schema": SCHEMA,
        "generator": GENERATOR,
        "licence": "MIT for the table; the digits are CC BY 4.0 (Alpaydin and Kaynak, UCI, 1998)",
        "split": {
            "train": len(data.train[1]),
            "validation": len(data.val[1]),
            "test": len(data.test[1]),
            "seed": SPLIT_SEED,
        },
        "seeds": list(SEEDS),
        "epochs": recipe().epochs,
        "channels": CHANNELS,
        "cells": CELLS,
        "proxies": proxies,
        "learning_rates": learning_rates(),
        "protocol": recipe().fingerprint(),
        "versions": {
            "nbnas": version("nbnas"),
            "numpy": version("numpy"),
            "python": platform.python_version(),
            "scikit-learn": version("scikit-learn"),
            "torch": version("torch"),
        },
    }


def learning_rates() -> list[float]:
    """The learning rate of the last step of each epoch; the same for all cells."""
    trainer = recipe()
    batches = math.ceil(len(trainer.data.train[1]) / trainer.batch_size)
    steps = batches * trainer.epochs
    last = range(batches - 1, steps, batches)
    rates = (trainer.schedule.learning_rate(trainer.learning_rate, step, steps) for step in last)
    return [float(f"{rate:.4g}") for rate in rates]
