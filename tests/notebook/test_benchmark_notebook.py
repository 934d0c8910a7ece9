"""The notebook of benchmarks runs under papermill, and goes on after a kill."""

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pandas as pd
import pytest

from nbnas.graphs.spaces.cell import CellSpace

ROOT = Path(__file__).parents[2]
BENCHMARK = ROOT / "notebooks" / "benchmark.ipynb"


def pictures(path):
    """For each code cell with a picture: its source's last line."""
    cells = nbformat.read(path, as_version=4).cells
    return [
        cell.source.splitlines()[-1]
        for cell in cells
        if any("image/png" in output.get("data", {}) for output in cell.get("outputs", ()))
    ]


@pytest.fixture
def cells(tmp_path):
    """A folder with a small table of cells, in percent."""
    rows = [f"{a},{80 + i / 10},{79 + i / 10}" for i, a in enumerate(CellSpace().sample(0, 90))]
    (tmp_path / "t.csv").write_text("\n".join(["arch_str,valid,test", *dict.fromkeys(rows)]))
    return tmp_path


def benchmark(folder, **parameters):
    given = {"table": "t.csv", "value": "valid", "test": "test", "queries": 15, "initial": 5,
             "strategies": "local-search,random", "seeds": 2, "output": "b.csv"}  # fmt: skip
    given |= parameters
    return papermilled(
        folder, [word for name, value in given.items() for word in ("-p", name, str(value))]
    )


def papermilled(folder, words):
    output = str(folder / "out.ipynb")
    options = ["-k", "python3", "--log-output"]
    own = {k: v for k, v in os.environ.items() if not k.startswith(("NBNAS_", "JPY_"))}
    return subprocess.run(
        [sys.executable, "-m", "papermill", str(BENCHMARK), output, *options, *words],
        env=own | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        cwd=folder,
        capture_output=True,
        text=True,
    )


@pytest.mark.slow
@pytest.mark.usefixtures("forked")
def test_the_notebook_of_benchmarks_goes_on_after_a_kill(cells):
    done = benchmark(cells)
    assert done.returncode == 0, done.stderr[-3000:]
    assert "2 of 4 runs done" in done.stderr  # papermill's log says how far it is
    assert pictures(cells / "out.ipynb") == [
        *("table.space", "benchmark", "found.regret", "found.share", "found.paired"),
        "found.seconds",
    ]
    file = cells / "b.csv"
    rows = pd.read_csv(file)
    assert len(rows) == 2 * 2 * 15
    # Killed while it wrote: the last run's last line is torn.
    file.write_bytes(file.read_bytes()[:-30])
    done = benchmark(cells)
    assert done.returncode == 0, done.stderr[-3000:]
    again = pd.read_csv(file)
    assert again.drop(columns="seconds").equals(rows.drop(columns="seconds"))
    kept = rows.index[:45]  # three runs were finished; their times show that they were kept
    assert again.loc[kept, "seconds"].equals(rows.loc[kept, "seconds"])
    assert not again.loc[45:, "seconds"].equals(rows.loc[45:, "seconds"])
    assert r"\begin{tabular}" in (cells / "out.ipynb").read_text()


@pytest.mark.slow
@pytest.mark.usefixtures("forked")
def test_workers_are_simulated_by_the_times_of_the_table(cells):
    rows = (cells / "t.csv").read_text().splitlines()
    timed = [f"{row},{60 + 7 * i % 50}" for i, row in enumerate(rows[1:])]
    (cells / "t.csv").write_text("\n".join([f"{rows[0]},train_s", *timed]))
    done = benchmark(cells, simulated="4,1", cost="train_s")
    assert done.returncode == 0, done.stderr[-3000:]
    assert 'found.clock if chosen.simulated else "No worker is simulated."' in pictures(
        cells / "out.ipynb"
    )
    assert "| local-search | 4 | " in (cells / "out.ipynb").read_text()
    frame = pd.read_csv(cells / "b.csv")
    assert set(frame["strategy"]) == {
        f"{s} x {n}" for s in ("local-search", "random") for n in (4, 1)
    }
    ends = frame[frame["query"] == 15].groupby("strategy")["clock"].mean()
    assert ends["random x 4"] < 0.5 * ends["random x 1"]


@pytest.mark.slow
@pytest.mark.usefixtures("forked")
def test_wrong_parameters_stop_before_any_run(cells):
    done = benchmark(cells, table="", strategies="bayes,hill")
    assert done.returncode != 0
    assert "table: expected digits, or the path of a table" in done.stderr
    assert "strategies: expected different words out of bayes" in done.stderr
    assert not (cells / "b.csv").exists()


@pytest.mark.slow
@pytest.mark.usefixtures("forked")
def test_a_missing_column_stops_before_any_run(cells):
    done = benchmark(cells, value="accuracy")
    assert done.returncode != 0
    assert "no column accuracy; its columns are arch_str" in done.stderr
    assert not (cells / "b.csv").exists()


@pytest.mark.slow
@pytest.mark.usefixtures("forked")
def test_the_notebook_of_benchmarks_compares_by_cost(tmp_path):
    cells = list(dict.fromkeys(CellSpace().sample(0, 90)))
    rows = [f"{a},{80 + i / 10},{50 + i / 20 + i % 3}" for i, a in enumerate(cells)]
    (tmp_path / "t.csv").write_text("\n".join(["arch_str,long,short", *rows]))
    given = {"fidelities": "short:2,long:10", "cost": 6, "value": "", "test": ""}
    words = {"table": "t.csv", "strategies": "bayes-fidelities,random", "initial": 4, "seeds": 2}
    names = [word for pair in (given | words).items() for word in ("-p", *map(str, pair))]
    done = papermilled(tmp_path, [*names, "-p", "output", "b.csv"])
    assert done.returncode == 0, done.stderr[-3000:]
    assert "4 of 4 runs done" in done.stderr
    frame = pd.read_csv(tmp_path / "b.csv")
    assert {*frame.epochs} == {2, 10}
    assert (frame.groupby(["strategy", "seed"]).cost.max() >= 6).all()
    text = (tmp_path / "out.ipynb").read_text()
    assert "half at" in text
    assert "at cost 6" in text
    assert len(pictures(tmp_path / "out.ipynb")) == 6
