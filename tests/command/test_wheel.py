"""The wheel alone, in an empty folder: what it holds, and the main job from it."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import pytest

import nbnas as nb
from nbnas.installed import notebooks

ROOT = Path(__file__).parents[2]
KINDS = ("notebooks", "lessons", "assignments")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel of this checkout."""
    if not os.environ.get("CI"):
        pytest.importorskip("hatchling")
    folder = tmp_path_factory.mktemp("wheel")
    words = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(words, cwd=ROOT, check=True, capture_output=True)
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def alone(wheel, tmp_path_factory):
    """A function: `python` with some words in an empty folder, which sees the wheel only."""
    unpacked = tmp_path_factory.mktemp("unpacked")
    with zipfile.ZipFile(wheel) as file:
        file.extractall(unpacked)
    own = {k: v for k, v in os.environ.items() if not k.startswith(("NBNAS_", "JPY_"))}
    environment = own | {"PYTHONPATH": str(unpacked), "OMP_NUM_THREADS": "1"}

    def python(folder, *words):
        return subprocess.run(
            [sys.executable, *words], cwd=folder, env=environment, capture_output=True, text=True
        )

    return python


@pytest.mark.slow
def test_it_holds_the_package_and_the_notebooks_and_nothing_else(wheel):
    with zipfile.ZipFile(wheel) as file:
        held = set(file.namelist())
    assert {f"nbnas/notebooks/{path.as_posix()}" for path in notebooks.files(KINDS)} <= held
    assert {"nbnas/py.typed", "nbnas/__init__.pyi", "nbnas/benchmarks/digits.npz"} <= held
    tops = {name.partition("/")[0] for name in held}
    assert tops == {"nbnas", f"nbnas-{nb.__version__}.dist-info"}
    others = [name for name in held if name.startswith("nbnas/notebooks/")]
    assert len(others) == len(notebooks.files(KINDS))


@pytest.mark.slow
def test_the_main_job_runs_from_it_in_an_empty_folder(alone, tmp_path):
    where = alone(tmp_path, "-c", "import nbnas; print(nbnas.__file__)").stdout
    assert not Path(where.strip()).is_relative_to(ROOT)
    assert "python -m nbnas search" in alone(tmp_path, "-m", "nbnas").stdout
    short = [
        "-p",
        "trials",
        "3",
        "-p",
        "initial",
        "2",
        "-p",
        "compare",
        "false",
        "-p",
        "epochs",
        "2",
    ]
    done = alone(tmp_path, "-m", "nbnas", "search", *short)
    assert done.returncode == 0, done.stderr[-3000:]
    assert sorted(path.name for path in tmp_path.rglob("*")) == [
        *("nbnas.db", "runs", "search.ipynb"),
    ]
    assert len(nb.load_trials(tmp_path / "runs" / "nbnas.db")) == 3
    executed = nbformat.read(tmp_path / "runs" / "search.ipynb", as_version=4)
    outputs = [out for cell in executed.cells for out in cell.get("outputs", ())]
    assert any("image/png" in out.get("data", {}) for out in outputs)
