"""Rows of a large matrix, on all cores where that pays; the result is the same on one.

Notation
    row       what one call of a solver computes; how many pairs it has tells how long it takes
    worker    a process that solves rows. It stays for some minutes, so that only the first matrix
              waits for it to start

Processes rather than threads, as the calls of a solver are too short to share the interpreter.
"""

import itertools
import os
import time
from collections.abc import Callable, Iterator, Sequence
from multiprocessing import current_process

import numpy as np
from numpy.typing import NDArray

from nbnas.checks import Rule, whole

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Solver = Callable[[int], Floats]

START = 2.0  # seconds that workers take to start: measured 1.5 of each one's core, most for POT
TRIED = 0.2  # seconds of rows from which the time of the others is told
WORKERS: Rule[int | None] = whole(1, 10_000).optional
"""How many processes work on a matrix; `None` for as many as pay off."""
PIECES = 16  # that each worker gets, so that all end at about the same time


def solve_rows(
    solve: Solver, pairs: Integers, workers: int | None
) -> Iterator[tuple[int, Floats]]:
    """Solve all rows that have pairs.

    Args:
        solve: Gives a row; other processes get a copy of it, with all that it holds.
        pairs: The number of pairs of each row `(n,)`.
        workers: The number of processes. `None` solves the first rows here and tells from them
            how long the others would take: where all cores would save more than 2 seconds, which
            workers take to start, it uses them, else it goes on here.

    Yields:
        The rows in order, each with its number.
    """
    rows = np.flatnonzero(pairs).tolist()
    if workers is None:
        tried, seconds = [], 0.0
        while rows and seconds < TRIED:
            tried.append(rows.pop(0))
            begin = time.perf_counter()
            values = solve(tried[-1])
            seconds += time.perf_counter() - begin
            yield tried[-1], values
        workers = _paying(seconds * pairs[rows].sum() / max(1, pairs[tried].sum()))
    if workers == 1 or not rows:
        yield from ((row, solve(row)) for row in rows)
    else:
        yield from _in_processes(solve, _pieces(rows, pairs, workers), workers)


def _paying(seconds: float) -> int:
    """The number of workers for what one would do in so many seconds; a worker has none."""
    if seconds <= START or current_process().name != "MainProcess":
        return 1
    from joblib import cpu_count  # late: most matrices are too small for it

    cores = int(cpu_count())  # those that this process may use
    return cores if seconds * (1 - 1 / cores) > START else 1


def _pieces(rows: Sequence[int], pairs: Integers, workers: int) -> list[list[int]]:
    """Consecutive rows together, with about the same number of pairs in each piece."""
    ends = np.cumsum(pairs[rows])
    piece = (ends - 1) * (PIECES * workers) // ends[-1]
    grouped = itertools.groupby(zip(rows, piece.tolist(), strict=True), key=lambda pair: pair[1])
    return [[row for row, _ in group] for _, group in grouped]


def _in_processes(
    solve: Solver, pieces: Sequence[Sequence[int]], workers: int
) -> Iterator[tuple[int, Floats]]:
    from joblib import Parallel, delayed, parallel_config

    with parallel_config("loky", inner_max_num_threads=1, initializer=_start_worker):
        parallel = Parallel(workers, return_as="generator", batch_size=1)
    solved = parallel(delayed(_solve_piece)(solve, piece) for piece in pieces)
    for piece, values in zip(pieces, solved, strict=True):
        yield from zip(piece, values, strict=True)


def _solve_piece(solve: Solver, rows: Sequence[int]) -> list[Floats]:
    return [solve(row) for row in rows]


def _start_worker() -> None:
    """POT imports whatever libraries of tensors there are; a worker needs none of them."""
    for name in ("PYTORCH", "JAX", "CUPY", "TENSORFLOW"):
        os.environ[f"POT_BACKEND_DISABLE_{name}"] = "1"
