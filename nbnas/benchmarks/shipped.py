"""NAS-Bench-Digits as an objective, and as a table to compare strategies on.

Notation
    K, G, E   number of trained cells, of seeds and of epochs
"""

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nbnas.benchmarks.archive import Archive, read_archive
from nbnas.benchmarks.protocol import SEEDS, recipe
from nbnas.checks import FLAG
from nbnas.errors import SettingError
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.spaces.cell import CellSpace, texts
from nbnas.records import EpochReport, Fidelities
from nbnas.records.fidelities import FIDELITIES
from nbnas.search.benchmark.table import BenchmarkTable
from nbnas.search.benchmark.unit import PERCENT
from nbnas.search.tables.looks import Curve
from nbnas.search.tables.tabular import TabularObjective
from nbnas.training.repeated import RepeatedTrainer

FILE = files("nbnas.benchmarks") / "digits.npz"


@functools.cache
def archive() -> Archive:
    """All trainings of the table that ships with nbnas."""
    return read_archive(FILE)


def digits(
    seed: int | None = None, *, pace: float = 0.0, fidelities: Fidelities | None = None
) -> TabularObjective:
    """NAS-Bench-Digits: every cell of `CellSpace`, trained three times on real digits.

    How it was made, and how noisy it is, says `nbnas/benchmarks/README.md`. A training is replayed
    epoch by epoch; cells that compute the same (6,466 classes) share one.

    Args:
        seed: Whose training is replayed, 0, 1 or 2; `None` for the mean of the three. Regret is
            told by the mean in either case.
        pace: Seconds to wait for each second that the training took: 1 for its real speed, 0 for
            at once.
        fidelities: How far trainings may go, as `nb.Fidelities((3, 6, 12), continued=True)`: the
            learning curves say what they were worth on the way.

    Returns:
        The objective, which knows its `optimum` and the `regret` of every cell.

    Raises:
        SettingError: If there is no such seed, or the curves have no such trainings.

    Example:
        >>> objective = digits()
        >>> found = objective(CellSpace().sample(0, 1)[0])
        >>> len(found.reports), 0.5 < found.value < objective.optimum
        (12, True)
    """
    table = archive()
    seeds = tuple(table.metadata["seeds"])
    if seed is not None and seed not in seeds:
        raise SettingError(
            f"expected a seed out of {', '.join(map(str, seeds))}, or None for their mean; "
            f"got seed={seed!r}"
        )
    runs = slice(None) if seed is None else slice(seeds.index(seed), seeds.index(seed) + 1)
    final = table.val[:, :, -1]
    return TabularObjective(
        f"{table.metadata['name']}, {'mean of seeds' if seed is None else f'seed {seed}'}",
        values=_by_text(final[:, runs].mean(axis=1)),
        tests=_by_text(table.test[:, runs].mean(axis=1)),
        costs=_by_text(table.seconds[:, runs].mean(axis=1, dtype=np.float64)),
        curves=_Curves(runs),
        parameters=_by_text(table.parameters),
        multiply_adds=_by_text(table.multiply_adds),
        truths=_by_text(final.mean(axis=1)),
        pace=pace,
        fidelities=_along_curves(fidelities),
    )


def digits_trainer() -> RepeatedTrainer:
    """What made the table, as an objective: each cell is really trained, once for each seed.

    As in the table, the first cell of a class is trained for all of its class. Where the processor
    is of the kind that made the table, and torch of its version, the values are those of
    `digits()`; elsewhere they differ by rounding, see `nbnas/benchmarks/README.md`.
    """
    return RepeatedTrainer(recipe(), SEEDS, representative)


def representative(architecture: Architecture) -> Architecture:
    """The cell that was trained for the class of a cell."""
    table, numbers = archive(), _numbers()
    first = table.cell[table.place[numbers[architecture.text]]]
    return CellSpace().parse(tuple(numbers)[first])


def digits_table(*, timed: bool = False, fidelities: Fidelities | None = None) -> BenchmarkTable:
    """NAS-Bench-Digits for `Benchmark`: mean accuracies of the three seeds, in percent.

    Args:
        timed: Whether the mean seconds of a training are in it, which simulated workers need.
        fidelities: How far trainings may go, see `digits`.

    Raises:
        SettingError: If the curves have no such trainings.
    """
    FLAG("timed", timed)
    table, cells = archive(), tuple(CellSpace())
    known = _along_curves(fidelities)
    val, *looks = (
        (100 * table.val[:, :, epochs - 1].mean(axis=1)[table.place]).tolist()
        for epochs in (0, *(known.lower if known else ()))
    )
    test = 100 * table.test.mean(axis=1)[table.place]
    seconds = table.seconds.mean(axis=1, dtype=np.float64)[table.place] if timed else ()
    return BenchmarkTable(
        "val",
        CellSpace(),
        dict(zip(cells, val, strict=True)),
        PERCENT,
        "test",
        dict(zip(cells, test.tolist(), strict=True)),
        dict(enumerate(cells)),
        cost="seconds" if timed else "",
        costs=dict(zip(cells, np.asarray(seconds).tolist(), strict=timed)),
        fidelities=known,
        looks={
            epochs: dict(zip(cells, column, strict=True))
            for epochs, column in zip(known.lower if known else (), looks, strict=True)
        },
        parameters=dict(zip(cells, table.parameters[table.place].tolist(), strict=True))
        if known
        else {},
    )


def _along_curves(fidelities: Fidelities | None) -> Fidelities | None:
    """Fidelities that the learning curves have.

    Raises:
        SettingError: If they end elsewhere, or each is to be a training of its own.
    """
    known, epochs = FIDELITIES.optional("fidelities", fidelities), archive().metadata["epochs"]
    if known is not None and (known.full != epochs or not known.continued):
        raise SettingError(
            f"expected fidelities along learning curves of {epochs} epochs, such as "
            f"Fidelities((3, {epochs}), continued=True), got {known!r}"
        )
    return known


def digits_proxies() -> tuple[tuple[str, ...], dict[Architecture, tuple[float, ...]]]:
    """The zero-cost proxies of every cell before its training: their names, and the numbers."""
    table = archive()
    rows = table.proxies[table.place].astype(np.float64).tolist()
    found = {a: tuple(row) for a, row in zip(CellSpace(), rows, strict=True)}
    return tuple(table.metadata["proxies"]), found


def _by_text(numbers: NDArray[np.generic]) -> dict[str, Any]:
    """What the classes have `(K,)`, by the text of every cell of the space."""
    return dict(zip(_places(), numbers[archive().place].tolist(), strict=True))


@functools.cache
def _numbers() -> dict[str, int]:
    """The number of each cell in the order of `CellSpace`, by the cell's text."""
    return {text: number for number, text in enumerate(texts())}


@functools.cache
def _places() -> dict[str, int]:
    """The place of each cell's class along the table's first axis, by the cell's text."""
    return dict(zip(texts(), archive().place.tolist(), strict=True))


@dataclass(frozen=True, slots=True, eq=False)
class _Curves(Mapping[str, Curve]):
    """The reports of every training, made when they are asked for: all at once are too many."""

    runs: slice

    def __getitem__(self, text: str) -> Curve:
        place = _places()[text]
        table = archive()
        epochs = table.metadata["epochs"]
        train, val = table.images("train"), table.images("validation")
        seconds = float(table.seconds[place, self.runs].mean(dtype=np.float64))
        rows: Iterator[tuple[float, float, float, float, float]] = zip(
            self._mean(table.train_loss, place).tolist(),
            (self._mean(table.train_right, place) / train).tolist(),
            self._mean(table.val_loss, place).tolist(),
            (self._mean(table.val_right, place) / val).tolist(),
            table.metadata["learning_rates"],
            strict=True,
        )
        return tuple(
            EpochReport(epoch, epochs, *row, seconds * epoch / epochs, train * epochs / seconds)
            for epoch, row in enumerate(rows, 1)
        )

    def _mean(self, values: NDArray[np.generic], place: int) -> NDArray[np.float64]:
        """Over the runs, `(E,)`."""
        mean: NDArray[np.float64] = values[place, self.runs].mean(axis=0, dtype=np.float64)
        return mean

    def __iter__(self) -> Iterator[str]:
        return iter(_places())

    def __len__(self) -> int:
        return len(_places())
