"""Grade the notebooks of this folder with pytest alone: one test for each graded cell.

Put this file into the students' repository, beside the released notebook (GitHub Classroom: into
the template). Locked cells, the tests among them, are taken from the folder `NBNAS_TESTS`, so that
it does not help to change them: there lies the notebook as released or, where students cannot
read it, the source with its hidden tests. Without `NBNAS_TESTS` they count as they are.

    pip install pytest nbclient nbformat && pytest test_assignment.py
"""

import functools
import os
from pathlib import Path

import nbclient
import nbformat
import pytest

os.environ.setdefault("NBNAS_DISPLAY", "off")
os.environ.setdefault("OMP_NUM_THREADS", "1")
HERE = Path(__file__).parent
TESTS = Path(os.environ.get("NBNAS_TESTS", HERE))


def marks(cell):
    """What nbgrader knows of a cell."""
    return cell.metadata.get("nbgrader", {})


def is_graded(cell):
    """Whether tests give points for a cell."""
    return cell.cell_type == "code" and marks(cell).get("grade") and not marks(cell)["solution"]


@functools.cache
def executed(name):
    """The student's notebook after its run: the teacher's locked cells, the student's answers."""
    notebook, ours = nbformat.read(HERE / name, as_version=4), locked(name)
    for cell in notebook.cells:
        if marks(cell).get("grade_id") in ours:
            cell.source = ours[marks(cell)["grade_id"]].source
    nbclient.NotebookClient(
        notebook, timeout=60, startup_timeout=120, allow_errors=True, kernel_name="python3"
    ).execute(cwd=str(HERE))
    return {marks(cell)["grade_id"]: cell for cell in notebook.cells if marks(cell)}


def locked(name):
    """The teacher's locked cells, by name."""
    cells = nbformat.read(TESTS / name, as_version=4).cells
    return {marks(cell)["grade_id"]: cell for cell in cells if marks(cell).get("locked")}


def graded_cells():
    """Notebook and name of each graded cell; `-k a1-ei-test` chooses one."""
    for path in sorted(TESTS.glob("*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            if is_graded(cell):
                yield pytest.param(path.name, marks(cell), id=marks(cell)["grade_id"])


@pytest.mark.parametrize(("notebook", "known"), graded_cells())
def test_cell(notebook, known):
    """A cell gives its points if it ends without an error and without a warning."""
    cells = executed(notebook)
    if known["grade_id"] not in cells:
        pytest.fail(f"{known['points']} points lost: the cell was removed")
    for output in cells[known["grade_id"]].outputs:
        if output.output_type == "error":
            pytest.fail(f"{known['points']} points lost: {output.ename}: {output.evalue}")
        if output.output_type == "stream" and output.name == "stderr":
            pytest.fail(f"{known['points']} points lost: {output.text}")
