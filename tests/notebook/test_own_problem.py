"""The notebook of one's own problem: its parameters, and one run of it that many tests look at."""

import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import papermill
import pytest

import nbnas as nb
from nbnas.errors import SettingError
from nbnas.notebook.own_problem import read_own_problem_parameters

ROOT = Path(__file__).parents[2]
NOTEBOOK = ROOT / "notebooks" / "own_problem.ipynb"
GOOD = {"trials": 4, "epochs": 1, "seed": 0, "folder": "own", "store": "own.db", "export": False}
MOST_LINES = 12


def test_the_parameters_are_those_of_the_notebook():
    known = papermill.inspect_notebook(str(NOTEBOOK))
    assert set(known) == set(GOOD)
    assert all(each["help"] for each in known.values())
    chosen = read_own_problem_parameters(GOOD)
    assert chosen.pictures == Path("own") / "pictures"
    assert chosen.model == Path("own") / "model"


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [("trials", 1, "at least 2"), ("export", "maybe", "true or false"), ("folder", "", "a file")],
)
def test_a_wrong_value_says_what_is_allowed(name, value, message):
    with pytest.raises(SettingError, match=f"{name}: .*{message}"):
        read_own_problem_parameters(GOOD | {name: value})


def test_an_export_without_its_packages_stops_at_once(monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(SettingError, match=r"export: .*nbnas\[export\].*false"):
        read_own_problem_parameters(GOOD | {"export": True})


def test_its_steps_are_short():
    cells = nbformat.read(NOTEBOOK, as_version=4).cells
    for cell in cells:
        lines = [line for line in cell.source.splitlines() if line.strip()]
        assert cell.cell_type == "markdown" or len(lines) <= MOST_LINES, cell.id
    text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    assert "About 15 minutes" in text
    for link in re.findall(r"\]\(([^)]+)\)", text):
        assert (NOTEBOOK.parent / link).exists(), link


@pytest.fixture(scope="module")
def executed(forking, tmp_path_factory):
    """The folder in which the notebook has run, and the notebook."""
    pytest.importorskip("onnxscript")
    folder = tmp_path_factory.mktemp("own")
    words = ["-k", "python3", "-p", "trials", "4", "-p", "folder", "own", "-p", "store", "own.db"]
    with forking():
        own = {k: v for k, v in os.environ.items() if not k.startswith(("NBNAS_", "JPY_"))}
        own |= {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "NBNAS_CACHE": str(folder / "c")}
        subprocess.run(
            [sys.executable, "-m", "papermill", str(NOTEBOOK), "out.ipynb", *words],
            env=own, cwd=folder, check=True, capture_output=True,
        )  # fmt: skip
    return folder, nbformat.read(folder / "out.ipynb", as_version=4)


@pytest.mark.slow
def test_it_goes_the_whole_way(executed):
    folder, notebook = executed
    outputs = {cell.id: cell.get("outputs", ()) for cell in notebook.cells}
    shown = [(name, x.get("data", {})) for name, some in outputs.items() for x in some]
    drawn = {name for name, data in shown if "image/png" in data}
    assert drawn == {
        *("data", "space", "distance", "prior", "search", "run"),
        *("lineup", "operation", "cells", "wine-search"),
    }
    said = [data.get("text/plain", "") for _, data in shown]
    assert not [text for text in said if "could not be drawn" in text]
    assert not [x for o in outputs.values() for x in o if x.output_type == "stream"]
    assert re.fullmatch(r"'7/\d+\.png is a \d'", outputs["classify"][-1]["data"]["text/plain"])
    assert "class Block(nn.Module)" in (folder / "own" / "model" / "model.py").read_text("utf-8")


@pytest.mark.slow
def test_its_trials_are_stored_and_good(executed):
    trials = nb.load_trials(executed[0] / "own.db")
    studies = trials.groupby("study")
    assert sorted(studies.size()) == [2, 4, 8]
    assert set(trials["status"]) == {"completed"}
    own = trials[trials["study"].str.startswith("own network")]
    assert own["value"].max() > 0.8
    assert trials[trials["study"].str.startswith("wines")]["value"].min() < 0.2
