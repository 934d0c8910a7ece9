"""The executed notebook holds the final state, also where another cell ran the search."""

import base64
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[2]
CELLS = [
    """
import warnings
warnings.simplefilter("ignore")
import time
import nbnas as nb

def objective(architecture, seed=0):
    time.sleep(0.05)
    return nb.Evaluation(architecture, 0.8 + (seed % 1000) / 10_000)

search = nb.Search(nb.CellSpace(), objective, nb.RandomSearch(), seed=0)
search
""",
    "search.run(6);",
    "search.best.architecture",
]


@pytest.mark.slow
@pytest.mark.usefixtures("forked")
@pytest.mark.parametrize("mode", ["static", "live"])
def test_the_first_cell_shows_the_final_state(tmp_path, mode):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in CELLS])
    nbformat.write(notebook, tmp_path / "in.ipynb")
    subprocess.run(
        [sys.executable, "-m", "papermill", "in.ipynb", "out.ipynb", "-k", "python3"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        env=os.environ | {"PYTHONPATH": str(ROOT), "NBNAS_DISPLAY": mode},
    )
    executed = nbformat.read(tmp_path / "out.ipynb", as_version=4)
    outputs, waited, (last,) = (cell.outputs for cell in executed.cells)
    assert len(waited) <= 1  # the line of progress, where it took more than a second
    first, *more = [output for output in outputs if "image/png" in output.data]
    assert not more
    assert "6 of 6 trials" in first.data["text/plain"]
    assert base64.b64decode(first.data["image/png"]).startswith(b"\x89PNG")
    assert first.metadata["image/png"]["width"] > 500
    assert last.data["text/plain"].startswith("Cell ")
    assert ("widgets" in executed.metadata) == (mode == "live")
    assert not any("widget" in mime for mime in first.data)  # where it is lost, the picture stays
    assert any("widget" in mime for o in outputs for mime in o.data) == (mode == "live")
