"""The notebooks run under papermill; a search that is killed goes on as if it never had been."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import numpy as np
import pytest

import nbnas as nb
from nbnas.errors import NbnasError
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.search.store.trials import load_trials

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").rglob("*.ipynb"))
SEARCH = ROOT / "notebooks" / "search.ipynb"
STUDY = "killed"
SHORT = {"epochs": 5}  # where trainings need not be those of the table


def command(folder, **parameters):
    given = {"trials": 6, "initial": 3, "seed": 4, "study": STUDY, "device": "cpu",
             "store": str(folder / "s.db"), "compare": False} | parameters  # fmt: skip
    words = [word for name, value in given.items() for word in ("-p", name, str(value))]
    output = str(folder / "out.ipynb")
    return [sys.executable, "-m", "papermill", str(SEARCH), output, "-k", "python3", *words]


def environment():
    own = {k: v for k, v in os.environ.items() if not k.startswith(("NBNAS_", "JPY_"))}
    return own | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}


def run(folder, **parameters):
    return subprocess.run(
        command(folder, **parameters),
        env=environment(),
        cwd=folder,
        capture_output=True,
        text=True,
    )


def pictures(path):
    """For each code cell with a picture: its source's last line."""
    cells = nbformat.read(path, as_version=4).cells
    return [
        cell.source.splitlines()[-1]
        for cell in cells
        if any("image/png" in output.get("data", {}) for output in cell.get("outputs", ()))
    ]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.name)
def test_is_committed_clean(path):
    notebook = nbformat.read(path, as_version=4)
    assert "widgets" not in notebook.metadata
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert not cell.outputs
            assert cell.execution_count is None
    nbformat.validate(notebook)


@pytest.fixture(scope="module")
def searched(tmp_path_factory):
    """A folder in which the notebook has searched, with random search beside it."""
    folder = tmp_path_factory.mktemp("searched")
    done = run(folder, compare="true", study="", trials=4)
    assert done.returncode == 0, done.stderr[-3000:]
    return folder


@pytest.fixture(scope="module")
def uninterrupted(forking, tmp_path_factory):
    """A folder in which the notebook has searched, with nothing beside it."""
    folder = tmp_path_factory.mktemp("uninterrupted")
    with forking():
        done = run(folder, study="", **SHORT)
    assert done.returncode == 0, done.stderr[-3000:]
    return folder


def test_the_search_notebook_shows_everything(searched):
    assert pictures(searched / "out.ipynb") == [
        'getattr(objective, "data", objective)',
        "space",
        "search",
        "search.estimate(chosen.lengths.count, cost=cost, seconds=left, workers=chosen.workers)",
        "search.observations[0]",
        "search.posterior",
        "search.ask()",
        "search.posterior",
        "nb.Comparison(names, found, chosen.read_truths(), costs)",
        "winner.architecture",
    ]
    notebook = nbformat.read(searched / "out.ipynb", as_version=4)
    outputs = [o for cell in notebook.cells for o in cell.get("outputs", ())]
    assert not [o for o in outputs if o.output_type == "stream"], "warnings or prints"
    assert any("4 of 4 trials" in o.get("data", {}).get("text/plain", "") for o in outputs)
    said = "\n".join(o.get("data", {}).get("text/plain", "") for o in outputs)
    assert re.search(
        r"bayes found the (\S+ )?best of all 15,625 architectures.*; random the", said
    )
    assert "</table>" in outputs[-1].data["text/html"]
    trials = load_trials(searched / "s.db")
    assert trials.groupby("study").size().tolist() == [4, 4]
    assert trials["test"].notna().sum() == 1  # the winner's, and nobody else's
    check_trained_as_the_table(trials)


def check_trained_as_the_table(trials):
    """Each value is what the protocol's trainings give: on its processor those of the table."""
    table, space = nb.benchmarks.digits(), CellSpace()
    differences = [
        value - table(space.parse(text)).value
        for text, value in zip(trials["architecture"], trials["value"], strict=True)
    ]
    assert np.sqrt(np.mean(np.square(differences))) < 0.015
    trained = nb.benchmarks.digits_trainer()(space.parse(trials["architecture"][0]))
    assert trials["value"][0] == trained.value


@pytest.mark.slow
@pytest.mark.usefixtures("forked")
def test_other_data_are_searched_in_the_same_notebook(tmp_path):
    done = run(tmp_path, data="digits", epochs=1, trials=3, initial=2, compare="true")
    assert done.returncode == 0, done.stderr[-3000:]
    notebook = nbformat.read(tmp_path / "out.ipynb", as_version=4)
    outputs = [o for cell in notebook.cells for o in cell.get("outputs", ())]
    said = "\n".join(o.get("data", {}).get("text/plain", "") for o in outputs)
    assert re.search(r"bayes \d\d\.\d\d % after 3; random \d\d\.\d\d % after 3\.", said)


@pytest.mark.slow
@pytest.mark.usefixtures("forked")
def test_the_notebook_of_distances_shows_everything(tmp_path):
    output = tmp_path / "out.ipynb"
    words = [str(ROOT / "notebooks" / "distances.ipynb"), str(output), "-k", "python3"]
    parameters = ["-p", "cells", "12", "-p", "epochs", "1"]
    subprocess.run(
        [sys.executable, "-m", "papermill", *words, *parameters],
        env=environment(), cwd=tmp_path, check=True, capture_output=True,
    )  # fmt: skip
    assert [source.split("(")[0] for source in pictures(output)] == [
        *["nb.explain"] * 6,
        "found",
    ]


@pytest.mark.slow
@pytest.mark.usefixtures("forked")
def test_the_notebook_of_distances_reads_tables(tmp_path, nb201_path, recipes_path):
    output = tmp_path / "out.ipynb"
    words = [str(ROOT / "notebooks" / "distances.ipynb"), str(output), "-k", "python3"]
    parameters = ["-p", "cells", "12", "-p", "table", nb201_path, "-p", "recipes", recipes_path]
    subprocess.run(
        [sys.executable, "-m", "papermill", *words, *map(str, parameters)],
        env=environment(), cwd=tmp_path, check=True, capture_output=True,
    )  # fmt: skip
    cells = nbformat.read(output, as_version=4).cells
    assert "image/png" in cells[-2].outputs[0].data
    table = cells[-1].outputs[0].data["text/html"]
    assert all(name in table for name in ("EditDistance(approximate=True)", "structure=0.0"))


@pytest.mark.slow
@pytest.mark.usefixtures("forked")
def test_wrong_parameters_stop_before_any_training(tmp_path):
    done = run(tmp_path, trails=3, kernel="rbf", epochs="many")
    assert done.returncode != 0
    assert "unknown parameter trails; there are data" in done.stderr
    assert "kernel: expected one of wl+hamming" in done.stderr
    assert "epochs: expected a whole number" in done.stderr
    assert not (tmp_path / "s.db").exists()


def sequence(folder, study=STUDY):
    """What a search is: its evaluations in order, without times."""
    columns = ["number", "architecture", "value", "test", "status", "seed", "parameters"]
    return load_trials(folder / "s.db", study)[columns].astype(object).fillna("").values.tolist()


def finished(folder):
    try:
        return len(load_trials(folder / "s.db", STUDY))
    except NbnasError:  # no store yet, or no trial in it
        return 0


def changed(path):
    """When a file was changed last; None where it is not there."""
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return None


def kill_when(folder, trials, delay):
    """Start the notebook and kill papermill a moment after so many trials are stored."""
    process = subprocess.Popen(
        command(folder, **SHORT), env=environment(), cwd=folder, stderr=subprocess.DEVNULL
    )
    deadline, seen = time.monotonic() + 120, None
    while process.poll() is None and time.monotonic() < deadline:
        now = [changed(folder / name) for name in ("s.db", "s.db-wal")]
        if now != seen and finished(folder) >= trials:  # to read it takes long
            break
        seen = now
        time.sleep(0.02)
    time.sleep(delay)
    process.send_signal(signal.SIGKILL)
    process.wait()


@pytest.mark.slow
@pytest.mark.usefixtures("forked")
def test_killed_at_three_moments_it_ends_as_if_it_never_was(uninterrupted, tmp_path):
    killed = tmp_path / "killed"
    killed.mkdir()
    begun: dict[int, object] = {}  # when each trial began, as first stored
    # Between trials, within a training, at the end.
    for trials, delay in ((1, 0.0), (3, 0.15), (6, 0.05)):
        kill_when(killed, trials, delay)
        check_none_trained_again(killed, begun)
    assert begun, "no trial had ended before the last kill, so nothing was tested"
    done = run(killed, **SHORT)
    assert done.returncode == 0, done.stderr[-3000:]
    check_none_trained_again(killed, begun)
    (whole, *_) = load_trials(uninterrupted / "s.db")["study"]
    assert sequence(killed) == sequence(uninterrupted, whole)


def check_none_trained_again(folder, begun):
    """A trial that is stored keeps the time at which it began."""
    if finished(folder):
        stored = load_trials(folder / "s.db", STUDY)
        for number, started in zip(stored["number"], stored["started"], strict=True):
            assert begun.setdefault(number, started) == started, f"trial {number} trained again"


@pytest.mark.slow
@pytest.mark.usefixtures("forked")
def test_another_seed_is_an_error_that_names_it(uninterrupted, tmp_path):
    (study, *_) = load_trials(uninterrupted / "s.db")["study"]
    done = run(tmp_path, store=uninterrupted / "s.db", study=study, seed=5, **SHORT)
    assert done.returncode != 0
    assert "seed: was 4, is now 5" in done.stderr
