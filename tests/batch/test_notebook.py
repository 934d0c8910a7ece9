import nbformat
import pytest

from nbnas.batch.notebook import run_notebook
from nbnas.errors import NotebookError, SettingError


@pytest.fixture
def notebook(tmp_path):
    parameters = nbformat.v4.new_code_cell("number: int = 1", metadata={"tags": ["parameters"]})
    cells = [
        parameters,
        nbformat.v4.new_code_cell("import os\nprint(10 / number, os.environ['NBNAS_DISPLAY'])"),
    ]
    metadata = {
        "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}
    }
    path = tmp_path / "n.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=metadata), path)
    return path


def test_runs_with_parameters_and_still_pictures(notebook, tmp_path):
    output = run_notebook(notebook, tmp_path / "new" / "out.ipynb", number=4)
    executed = nbformat.read(output, as_version=4)
    assert executed.cells[-1].outputs[0].text == "2.5 static\n"


def test_refuses_unknown_names_before_it_runs(notebook, tmp_path):
    with pytest.raises(SettingError, match=r"no parameter nummer; did you mean number\?"):
        run_notebook(notebook, tmp_path / "out.ipynb", nummer=4)
    assert not (tmp_path / "out.ipynb").exists()


def test_says_which_cell_failed(notebook, tmp_path):
    with pytest.raises(NotebookError, match=r"failed in cell .* ZeroDivisionError"):
        run_notebook(notebook, tmp_path / "out.ipynb", number=0)
    assert (tmp_path / "out.ipynb").exists()


def test_says_that_nothing_can_be_written_there(notebook, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(NotebookError, match=r"can be written, got .*file/a\.ipynb"):
        run_notebook(notebook, tmp_path / "file" / "a.ipynb")


def test_says_that_a_notebook_is_missing(tmp_path):
    with pytest.raises(NotebookError, match="no such file"):
        run_notebook(tmp_path / "absent.ipynb", tmp_path / "out.ipynb")
