"""The course without nbgrader: one pytest test for each graded cell."""

import os
import re
import shutil
import subprocess
import sys

import nbformat
import pytest


@pytest.fixture(scope="module")
def classroom(tmp_path_factory, course_folder):
    """Run the classroom's tests on a notebook of A1; what each cell came to."""

    def run(change):
        folder = tmp_path_factory.mktemp("classroom")
        source = course_folder / "source" / "a1" / "a1.ipynb"
        (folder / "hidden").mkdir()
        shutil.copy(source, folder / "hidden")
        shutil.copy(course_folder / "classroom" / "test_assignment.py", folder)
        notebook = nbformat.read(source, as_version=4)
        change(notebook)
        nbformat.write(notebook, folder / "a1.ipynb")
        own = {k: v for k, v in os.environ.items() if not k.startswith(("NBNAS_", "JPY_"))}
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-v", "-p", "no:cacheprovider", "test_assignment.py"],
            cwd=folder,
            env=own | {"NBNAS_TESTS": str(folder / "hidden")},
            capture_output=True,
            text=True,
        )
        return dict(re.findall(r"test_cell\[([\w-]+)\] (PASSED|FAILED)", done.stdout)), done.stdout

    return run


@pytest.mark.slow
def test_the_solution_passes_and_a_mistake_fails_where_it_is(classroom):
    def change(notebook):
        for cell in notebook.cells:
            if cell.id == "a1-others":
                cell.source = cell.source.replace("mean + beta", "mean - beta")
            if cell.id == "a1-pi-test":  # a test that a student emptied is put back
                cell.source = "raise AssertionError('not mine')"

    found, said = classroom(change)
    assert len(found) == 9
    assert {name for name, result in found.items() if result == "FAILED"} == {"a1-ucb-test"}
    assert "1 points lost: AssertionError" in said
