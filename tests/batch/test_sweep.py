"""Sweeps of real notebooks in real kernels."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import psutil
import pytest

import nbnas as nb
from nbnas.batch.progress import SweepProgress
from nbnas.batch.sweep import Sweep
from nbnas.errors import NotebookError, SettingError
from nbnas.widgets.search import sweep as views
from nbnas.widgets.view import view

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def mixed(searching, tmp_path_factory):
    """A sweep in which some runs fail, after it ran, and all that it told."""
    folder, told = tmp_path_factory.mktemp("mixed"), []
    grid = {"strategy": ["good", "bad", "dies"]}
    sweep = Sweep(searching, folder / "runs", grid, workers=3, seed=1)
    sweep.progressed.connect(told.append)
    assert sweep.run() is sweep
    return sweep, told


def test_those_that_fail_do_not_end_the_others(mixed):
    sweep, _ = mixed
    assert list(sweep.states.values()) == ["finished", "failed", "failed"]
    assert sweep.done == 3
    assert sweep.errors["strategy=bad"] == "ValueError: a <b>bad</b> strategy"
    assert "signal 9" in sweep.errors["strategy=dies"]
    assert repr(sweep) == "<Sweep of searching.ipynb: 3 of 3 runs>"


def test_it_tells_when_a_run_begins_and_is_done(mixed):
    _, told = mixed
    assert {fact.state for fact in told} == {"running", "finished", "failed"}
    assert [fact.done for fact in told] == sorted(fact.done for fact in told)
    last = told[-1]
    assert isinstance(last, SweepProgress)
    assert (last.done, last.runs, last.seconds_left) == (3, 3, 0.0)
    assert all(fact.seconds_left is None for fact in told[:3])
    lines = [views.line(fact) for fact in told]
    assert lines[:3] == ["", "", ""]
    assert any(
        line.startswith("strategy=bad failed: ValueError: a <b>bad</b> strategy; ")
        for line in lines
    )


def test_the_folder_has_names_that_say_the_parameters(mixed):
    sweep, _ = mixed
    names = {path.name for path in sweep.folder.iterdir()}
    assert {"strategy=good.ipynb", "strategy=good.db", "strategy=bad.failed.ipynb"} <= names
    assert not [name for name in names if "running" in name]
    assert not (sweep.folder / "strategy=bad.ipynb").exists()


def test_what_was_found_is_collected(mixed):
    sweep, _ = mixed
    table = sweep.table()
    assert table["trials"].tolist()[:2] == [5, 2]
    assert table["state"].tolist() == list(sweep.states.values())
    assert table["best"].notna().all()
    assert table["seconds"].notna().tolist() == [True, False, False]
    trials = sweep.trials
    assert trials.groupby("strategy").size()[["bad", "good"]].tolist() == [2, 5]
    assert trials.columns[:3].tolist() == ["run", "strategy", "study"]
    chart = sweep.chart()
    assert [len(chart.curves[name][0]) for name in ("good", "bad")] == [5, 2]
    assert chart.curves["good"][0][-1] == pytest.approx(100 * table["best"][0])


def test_its_view_tells_each_run_and_escapes(mixed):
    sweep, _ = mixed
    seen = view(sweep)
    assert seen.summary == "3 of 3 runs done: 2 failed, 1 finished."
    svg = nb.charts.to_svg(seen.chart)
    assert "a &lt;b&gt;bad&lt;/b&gt; strategy" in svg
    assert "<b>bad" not in svg
    assert "best" in nb.charts.to_svg(view(sweep.chart()).chart).lower()


def test_another_sweep_of_the_folder_sees_it(mixed, searching):
    sweep, _ = mixed
    again = Sweep(searching, sweep.folder, {"strategy": ["good", "bad"]}, seed=1)
    assert again.states == {"strategy=good": "finished", "strategy=bad": "failed"}
    assert again.errors == {"strategy=bad": "ValueError: a <b>bad</b> strategy"}
    other = Sweep(searching, sweep.folder, {"strategy": ["good"]}, seed=2)
    assert other.states == {"strategy=good": "waiting"}, "it had another parameter"


def test_a_finished_notebook_that_is_damaged_is_run_again(mixed, searching, tmp_path):
    sweep, _ = mixed
    whole = (sweep.folder / "strategy=good.ipynb").read_bytes()
    for damaged in (b"", whole[: len(whole) // 2], b"[]", b'{"metadata": 7}'):
        (tmp_path / "strategy=good.ipynb").write_bytes(damaged)
        found = Sweep(searching, tmp_path, {"strategy": ["good"]}, seed=1)
        assert found.states == {"strategy=good": "waiting"}


@pytest.mark.parametrize(
    ("grid", "more", "error", "message"),
    [
        ({"sead": [0]}, {}, SettingError, "no parameter sead; did you mean seed"),
        ({"seed": [0]}, {"pase": 1}, SettingError, "no parameter pase"),
        ({"seed": [0]}, {"seed": 1}, SettingError, "in the grid or for all runs"),
        ({"seed": 0}, {}, SettingError, "sequence"),
        ({"seed": [0]}, {"pace": None}, SettingError, "pace"),
    ],
)
def test_wrong_parameters_stop_before_any_run(searching, tmp_path, grid, more, error, message):
    with pytest.raises(error, match=message):
        Sweep(searching, tmp_path / "runs", grid, **more)
    assert not (tmp_path / "runs").exists()


def test_what_is_no_notebook_is_told(tmp_path):
    with pytest.raises(NotebookError, match="there is no such file"):
        Sweep(tmp_path / "absent.ipynb", tmp_path, {"seed": [0]})
    (tmp_path / "a.ipynb").write_text("not one")
    with pytest.raises(NotebookError, match="that is none"):
        Sweep(tmp_path / "a.ipynb", tmp_path, {"seed": [0]})


def test_two_processes_do_not_make_the_same_sweep(searching, tmp_path):
    fcntl = pytest.importorskip("fcntl")
    with (tmp_path / ".lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(NotebookError, match="another process"):
            Sweep(searching, tmp_path, {"seed": [0]}).run()


PROGRAM = """
import sys
import nbnas as nb
nb.sweep(sys.argv[1], sys.argv[2], {"seed": range(3), "strategy": ["a", "b"]}, workers=2, pace=0.3)
"""


def killed_when(searching, folder, finished):
    """Start a sweep in a process and kill that once so many runs are finished."""
    own = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    words = [sys.executable, "-c", PROGRAM, str(searching), str(folder)]
    process = subprocess.Popen(words, env=own)
    deadline = time.monotonic() + 300
    while len(outputs(folder)) < finished and time.monotonic() < deadline:
        assert process.poll() is None
        time.sleep(0.1)
    family = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGKILL)
    process.wait()
    _, alive = psutil.wait_procs(family, timeout=30)
    assert not alive, "a process outlived the sweep"


def outputs(folder):
    names = [p for p in folder.glob("*.ipynb") if not p.name.endswith(".running.ipynb")]
    return {path.name: path.stat().st_mtime_ns for path in names}


@pytest.mark.slow
def test_six_runs_killed_in_the_middle_go_on(searching, forking, tmp_path):
    """Six results in the end; what was finished is not run again, what was half done goes on."""
    killed_when(searching, tmp_path, 2)
    before = outputs(tmp_path)
    started = {
        path.stem: nb.load_trials(path)["started"].tolist() for path in tmp_path.glob("*.db")
    }
    with forking():
        grid = {"seed": range(3), "strategy": ["a", "b"]}
        sweep = Sweep(searching, tmp_path, grid, workers=2, pace=0.3).run()
    assert set(sweep.states.values()) == {"finished"}
    after = outputs(tmp_path)
    assert len(after) == 6
    assert {name: after[name] for name in before} == before
    assert sweep.table()["trials"].tolist() == [5] * 6
    for name, begun in started.items():
        assert nb.load_trials(tmp_path / f"{name}.db")["started"].tolist()[: len(begun)] == begun
    assert not [path for path in tmp_path.iterdir() if "running" in path.name]


@pytest.mark.slow
@pytest.mark.usefixtures("forked")
def test_the_notebook_of_sweeps_runs_headless(searching, tmp_path):
    words = ["-p", "notebook", str(searching), "-p", "grid", "seed=0,1 strategy=a,bad"]
    words += [
        "-p",
        "more",
        "pace=0.01",
        "-p",
        "folder",
        str(tmp_path / "runs"),
        "-p",
        "workers",
        "2",
    ]
    own = {k: v for k, v in os.environ.items() if not k.startswith(("NBNAS_", "JPY_"))}
    done = subprocess.run(
        [sys.executable, "-m", "papermill", str(ROOT / "notebooks" / "sweep.ipynb"),
         str(tmp_path / "out.ipynb"), "-k", "python3", *words],
        env=own | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        cwd=tmp_path, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    assert "seed=0,strategy=bad failed: ValueError" in done.stderr
    cells = {cell.id: cell for cell in nbformat.read(tmp_path / "out.ipynb", 4).cells}
    drawn = {name for name, cell in cells.items() if "image/png" in str(cell.get("outputs", ""))}
    assert drawn == {"check", "chart"}
    (first,) = [o for o in cells["check"].outputs if "image/png" in o.get("data", {})]
    assert "4 of 4 runs done: 2 failed, 2 finished." in first["data"]["text/plain"]
