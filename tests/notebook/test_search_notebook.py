"""The notebook of the search on data of one's own: two runs under papermill."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

import nbnas as nb
from nbnas.search.store.trials import load_trials

ROOT = Path(__file__).parents[2]


def run(folder, **parameters):
    """Run the notebook in a folder; what came of it, and what its log says."""
    given = {"store": "s.db", "device": "cpu"} | parameters
    words = [word for name, value in given.items() for word in ("-p", name, str(value))]
    own = {k: v for k, v in os.environ.items() if not k.startswith(("NBNAS_", "JPY_"))}
    own |= {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "NBNAS_CACHE": str(folder / "c")}
    done = subprocess.run(
        [sys.executable, "-m", "papermill", str(ROOT / "notebooks" / "search.ipynb"), "out.ipynb",
         "-k", "python3", *words],
        env=own, cwd=folder, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    cells = nbformat.read(folder / "out.ipynb", as_version=4).cells
    return [output for cell in cells for output in cell.get("outputs", ())], done.stderr


def texts(outputs, kind="text/plain"):
    return "\n".join(output.get("data", {}).get(kind, "") for output in outputs)


@pytest.fixture(scope="module")
def photographs(forking, own_files, tmp_path_factory):
    """A folder in which pictures of many sizes were searched on, and all that was said."""
    folder = tmp_path_factory.mktemp("photographs")
    shutil.copytree(own_files / "photos", folder / "photos")
    own = {"data": "photos", "size": 8, "trials": 4, "initial": 2, "epochs": 2}
    with forking():
        return folder, *run(folder, **own, budget=10, export="model")


@pytest.mark.slow
def test_own_pictures_are_searched_and_compared(photographs):
    folder, outputs, _ = photographs
    assert not [o for o in outputs if o.output_type == "stream"], "warnings or prints"
    assert sum("image/png" in o.get("data", {}) for o in outputs) >= 10
    found = r"found: \d+\.\d % with .* parameters; plain: \d+\.\d % with .*; ResNet-20: "
    assert re.search(found, texts(outputs))
    assert "CropAndFlip" in texts(outputs, "text/html")
    trials = load_trials(folder / "s.db")
    assert trials.groupby("study").size().tolist() == [4, 4]
    assert set(trials["status"]) == {"completed"}


@pytest.mark.slow
def test_the_winner_is_taken_away(photographs):
    folder, _, _ = photographs
    written = {path.name for path in (folder / "model").iterdir()}
    assert {"model.py", "model.onnx", "classify.py", "card.md"} <= written


@pytest.mark.slow
def test_the_log_tells_how_far_it_is(photographs):
    _, _, log = photographs
    trial = r"BayesianOptimization: trial \d of \d: \d+\.\d\d %, best \d+\.\d\d %, (about|after) "
    assert re.search(trial, log)
    assert "known networks: found: " in log
    assert re.search(r"BayesianOptimization: 4 trials of (about \S+|under 0\.1) s: ", log)


@pytest.mark.slow
@pytest.mark.usefixtures("forked")
def test_text_is_searched_in_the_same_notebook(own_files, tmp_path):
    shutil.copy(own_files / "book.txt", tmp_path)
    outputs, _ = run(tmp_path, data="book.txt", epochs=1, trials=3, initial=3, compare="false")
    known = nb.baselines.known(nb.from_text(tmp_path / "book.txt"))
    trials = load_trials(tmp_path / "s.db")
    assert trials["architecture"].tolist() == [str(each.architecture) for each in known]
    assert re.search(r"bits a character \d\.\d+, on test data \d\.\d+", texts(outputs))


@pytest.mark.slow
@pytest.mark.usefixtures("forked")
def test_looks_go_on_in_the_same_notebook(own_files, tmp_path):
    shutil.copytree(own_files / "photos", tmp_path / "photos")
    own = {"data": "photos", "size": 8, "initial": 2, "warm_start": "false"}
    outputs, _ = run(tmp_path, **own, fidelities="2,4", cost=5.5)
    assert not [o for o in outputs if o.output_type == "stream"], "warnings or prints"
    assert "2 of 4 epochs" in texts(outputs, "text/html")
    trials = load_trials(tmp_path / "s.db")
    looks = trials[trials["study"].str.contains("logei")]
    assert set(looks["epochs"].dropna()) == {2}
    full = looks[looks["epochs"].isna()]
    assert len(full) >= 2
    for _, each in full.iterrows():
        same = looks[(looks["architecture"] == each["architecture"]) & looks["epochs"].notna()]
        assert set(same["seed"]) <= {each["seed"]}
    others = trials[trials["study"].str.endswith("random")]
    assert len(others) == 5
    assert others["epochs"].isna().all()
    assert not (tmp_path / "s.db.checkpoints").exists()
