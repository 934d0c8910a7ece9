import itertools
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from nbnas.errors import ArchitectureError, SettingError
from nbnas.graphs import parallel
from nbnas.graphs.parallel import WORKERS, solve_rows

ROOT = Path(__file__).parents[2]


def square(row):
    return np.array([row**2, os.getpid()], dtype=np.float64)


def threads(row):
    return np.array([float(os.environ["OMP_NUM_THREADS"])] * (row + 1))


def refuse(row):
    raise ArchitectureError(f"row {row} is no good")


def solved(solve, pairs, workers):
    return list(solve_rows(solve, np.array(pairs), workers))


@pytest.mark.parametrize("workers", [None, 1, 2])
def test_all_rows_that_have_pairs_come_in_order(workers):
    rows = solved(square, [3, 2, 0, 5, 1], workers)
    assert [(row, values[0]) for row, values in rows] == [(0, 0), (1, 1), (3, 9), (4, 16)]
    assert solved(square, [0, 0], workers) == []


def test_workers_are_other_processes_with_one_thread_each():
    assert os.getpid() not in {values[1] for _, values in solved(square, [1] * 8, 2)}
    assert {values[0] for _, values in solved(threads, [1] * 8, 2)} == {1}


@pytest.mark.parametrize("workers", [None, 1, 2])
def test_an_error_is_the_solvers_own(workers):
    with pytest.raises(ArchitectureError, match=r"row \d is no good"):
        solved(refuse, [1, 1], workers)


def test_it_takes_all_cores_only_where_that_pays(monkeypatch):
    asked = []

    def note(solve, pieces, workers):
        asked.append((list(itertools.chain(*pieces)), workers))
        return iter(())

    monkeypatch.setattr(parallel, "_in_processes", note)
    monkeypatch.setattr("joblib.cpu_count", lambda: 4)
    solved(square, [1] * 10, None)
    assert not asked
    monkeypatch.setattr(parallel, "TRIED", 1e-9)  # so that the first row decides
    monkeypatch.setattr(parallel, "START", 0.0)
    solved(square, [1] * 10, None)
    assert asked == [(list(range(1, 10)), 4)]
    monkeypatch.setattr("joblib.cpu_count", lambda: 1)
    assert len(solved(square, [1] * 10, None)) == 10


def test_pieces_are_of_about_the_same_size():
    pairs = np.arange(500, 0, -1)  # as in a symmetric matrix
    pieces = parallel._pieces(list(range(500)), pairs, 2)
    assert list(itertools.chain(*pieces)) == list(range(500))
    sizes = [pairs[piece].sum() for piece in pieces]
    assert len(pieces) == 2 * parallel.PIECES
    assert max(sizes) < 1.3 * min(sizes)


@pytest.mark.parametrize("workers", [0, -1, True, 1.5, "all"])
def test_other_numbers_of_workers_are_errors(workers):
    with pytest.raises(SettingError, match="expected workers to be None"):
        WORKERS("workers", workers)


def test_a_script_needs_no_main_guard(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "from nbnas.graphs.distances.edit.distance import EditDistance\n"
        "from nbnas.graphs.spaces.recurrent.space import RecurrentSpace\n"
        "cells = RecurrentSpace(nodes=(9, 12)).sample(0, 5)\n"
        "distances = (EditDistance(approximate=True, workers=n) for n in (1, 2))\n"
        "one, two = (distance.matrix(cells, cells) for distance in distances)\n"
        "print((one == two).all(), one.sum() > 0)\n"
    )
    done = subprocess.run(
        [sys.executable, str(script)],
        env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout == "True True\n"
