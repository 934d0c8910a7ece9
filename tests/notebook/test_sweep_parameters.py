import papermill
import pytest

from nbnas.errors import SettingError
from nbnas.notebook.sweep import read_sweep_parameters

NOTEBOOK = "notebooks/sweep.ipynb"
GOOD = {"notebook": "a.ipynb", "grid": "seed=0", "more": "", "folder": "runs", "workers": 1}


def test_the_parameters_are_those_of_the_notebook(pytestconfig):
    known = papermill.inspect_notebook(str(pytestconfig.rootpath / NOTEBOOK))
    assert set(known) == set(GOOD)
    assert all(each["help"] for each in known.values())


def test_without_a_grid_there_is_a_short_example():
    found = read_sweep_parameters(GOOD | {"grid": ""})
    assert found.grid == "seed=0,1 strategy=bayes,random"
    assert found.more == "trials=20 compare=false"
    assert read_sweep_parameters(GOOD | {"grid": "", "more": "trials=4"}).more == "trials=4"
    assert read_sweep_parameters(GOOD).grid == "seed=0"


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [("workers", 0, "at least 1"), ("grid", 7, "a text"), ("folder", "", "a file")],
)
def test_a_wrong_value_says_what_is_allowed(name, value, message):
    with pytest.raises(SettingError, match=f"{name}: .*{message}"):
        read_sweep_parameters(GOOD | {name: value})
