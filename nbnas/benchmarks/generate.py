"""Make the table of NAS-Bench-Digits anew: `python -m nbnas.benchmarks.generate --help`.

Each cell is trained with all its seeds at once (see `nbnas.training.seeds`), one cell in a process
at a time. What is finished is in a journal; give the same command again after a kill.
"""

import argparse
import os
import random
import sys
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from nbnas.benchmarks.archive import write_archive
from nbnas.benchmarks.journal import Journal, Trained
from nbnas.benchmarks.pack import pack
from nbnas.benchmarks.protocol import NAME, PROXIES, SEEDS, classes, recipe, zero_cost
from nbnas.errors import NbnasError
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.records import Evaluation
from nbnas.training.seeds import train_seeds

ORDER_SEED = 0  # cells are trained in a random order, so that the time left can be told early


def settings() -> dict[str, str]:
    """What decides the numbers of the table, by name."""
    proxies = ", ".join(proxy.__name__ for proxy in PROXIES)
    return {**recipe().fingerprint(), "seeds": str(list(SEEDS)), "proxies": proxies}


def train(cell: str) -> Trained:
    """Train one cell with all its seeds, and score it by the zero-cost proxies.

    Args:
        cell: The cell's text.

    Returns:
        What the journal keeps.
    """
    architecture = CellSpace().parse(cell)
    data = recipe().data
    train_images, val_images, test_images = (
        len(labels) for _, labels in (data.train, data.val, data.test)
    )
    found = train_seeds(recipe(), architecture, SEEDS)
    return Trained(
        cell,
        tuple(tuple(round(r.train_accuracy * train_images) for r in e.reports) for e in found),
        tuple(tuple(float(f"{r.train_loss:.4g}") for r in e.reports) for e in found),
        tuple(tuple(round(r.val_accuracy * val_images) for r in e.reports) for e in found),
        tuple(tuple(float(f"{r.val_loss:.4g}") for r in e.reports) for e in found),
        tuple(round((e.test or 0.0) * test_images) for e in found),
        tuple(float(f"{e.seconds:.4g}") for e in found),
        found[0].parameters or 0,
        found[0].multiply_adds or 0,
        {name: float(f"{score:.6g}") for name, score in zero_cost()(architecture).items()},
    )


def generate(journal: Journal, cells: Sequence[Architecture], workers: int) -> Iterator[Trained]:
    """Train the cells that the journal lacks, and write each down.

    Args:
        journal: What was trained before; it grows.
        cells: The cells of the table.
        workers: Number of processes; with 1 all happens in this one.

    Yields:
        Each cell as soon as it is in the journal.
    """
    left = [str(cell) for cell in cells if str(cell) not in journal.trained]
    random.Random(ORDER_SEED).shuffle(left)
    for found in _trained(left, workers):
        journal.add(found)
        yield found


def _trained(cells: Sequence[str], workers: int) -> Iterator[Trained]:
    if workers == 1:
        yield from map(train, cells)
        return
    from joblib import Parallel, delayed, parallel_config

    from nbnas.parent import end_with_parent

    with parallel_config(
        "loky", inner_max_num_threads=1, initializer=end_with_parent, initargs=(os.getpid(),)
    ):
        pool = Parallel(workers, pre_dispatch=2 * workers, return_as="generator_unordered")
    with warnings.catch_warnings():
        # joblib starts a worker afresh whose memory has grown, and no cell is lost by that
        warnings.filterwarnings("ignore", "A worker stopped while some jobs", UserWarning)
        yield from pool(delayed(train)(cell) for cell in cells)


def measure(cells: Sequence[Architecture]) -> Iterator[str]:
    """Compare the speed of trainings one by one and side by side, in lines for a person.

    Args:
        cells: The cells that are trained in both ways, each with all seeds.

    Yields:
        A line for each way, and the ratio.
    """
    images = len(cells) * len(SEEDS) * recipe().epochs * len(recipe().data.train[1])
    ways: dict[str, Callable[[Architecture], Sequence[Evaluation]]] = {
        "one by one": lambda cell: [recipe()(cell, seed=seed) for seed in SEEDS],
        "side by side": lambda cell: train_seeds(recipe(), cell, SEEDS),
    }
    speeds = []
    for name, way in ways.items():
        way(cells[0])  # what is made once is made before the clock starts
        start = time.process_time()
        for cell in cells:
            way(cell)
        speeds.append(images / (time.process_time() - start))
        yield f"{name}: {speeds[-1]:,.0f} training images per second of a core"
    yield f"ratio: {speeds[1] / speeds[0]:.2f}"


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; see `--help`.

    Args:
        arguments: The words after the command; `None` for those of this process.

    Returns:
        The exit status: 0 when the table is complete.
    """
    parser = argparse.ArgumentParser(
        prog="python -m nbnas.benchmarks.generate",
        description=f"Make the table of {NAME} anew. What is finished is in the journal: give the "
        "same command again to go on after a kill.",
    )
    parser.add_argument("--output", type=Path, default=Path("runs/digits.npz"), help="the table")
    parser.add_argument(
        "--journal", type=Path, default=Path("runs/digits.jsonl"), help="what was trained so far"
    )
    parser.add_argument("--workers", type=_count, default=2, help="number of processes")
    parser.add_argument("--cells", type=_count, help="train so many cells only, and make no table")
    parser.add_argument(
        "--measure", type=_count, metavar="CELLS", help="only compare speeds on these"
    )
    chosen = parser.parse_args(arguments)
    try:
        _run(chosen)
    except NbnasError as error:
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        return 1
    return 0


def _count(word: str) -> int:
    if not word.isascii() or not word.isdigit() or int(word) < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number of at least 1, got {word!r}")
    return int(word)


def _run(chosen: argparse.Namespace) -> None:
    cells, _ = classes()
    if chosen.measure is not None:
        for line in measure(random.Random(ORDER_SEED).sample(cells, chosen.measure)):
            sys.stdout.write(line + "\n")
        return
    journal = Journal(chosen.journal, settings())
    _report(generate(journal, cells, chosen.workers), journal, len(cells), chosen.cells)
    if len(journal.trained) == len(cells):
        write_archive(pack(journal), chosen.output)
        sys.stdout.write(f"{len(cells):,} cells in {chosen.output}\n")


def _report(
    found: Iterable[Trained], journal: Journal, total: int, most: int | None, every: float = 10.0
) -> None:
    """Say now and then how far it is, until all cells, or so many, are trained."""
    start, before, said = time.monotonic(), len(journal.trained), 0.0
    for _ in found:
        done, passed = len(journal.trained), time.monotonic() - start
        last = done == total or done - before == most
        if passed - said > every or last:
            said = passed
            left = passed / (done - before) * (total - done) / 60
            sys.stdout.write(f"{done:,} of {total:,} cells, about {left:.0f} min left\n")
            sys.stdout.flush()
        if last:
            return


if __name__ == "__main__":
    sys.exit(main())
