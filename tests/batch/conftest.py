"""A notebook that searches for a moment, and may fail, wait or die."""

import nbformat
import pytest

CODE = """
import os, pathlib, time
import nbnas as nb

def objective(architecture, seed=0):
    time.sleep(pace)
    return 1 - 1 / (2 + len(str(architecture)) + architecture["width"])

space = nb.ChoiceSpace(width=(2, 4, 6, 8), depth=(1, 2, 3))
search = nb.Search(space, objective, nb.RandomSearch(), seed=seed, store=store, study="s")
search.run(2)
if strategy == "bad":
    raise ValueError("a <b>bad</b> strategy")
if strategy == "dies":
    os.kill(os.getppid(), 9)
search.run(5)
"""
PARAMETERS = 'seed: int = 0\nstore: str = ""\nstrategy: str = "good"\npace: float = 0.0'


@pytest.fixture(scope="session")
def searching(tmp_path_factory):
    """The path of the notebook."""
    cells = [
        nbformat.v4.new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]}),
        nbformat.v4.new_code_cell(CODE),
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    path = tmp_path_factory.mktemp("notebook") / "searching.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), path)
    return path
