import math

import pytest

import nbnas as nb
from nbnas.errors import ArchitectureError
from nbnas.graphs.settings import read_settings, write_settings

CELLS = nb.CellSpace()


def test_texts_are_read_back():
    settings = (("a", 'q"uoted, x=1 @ y'), ("b", 1e-300), ("c", None), ("z", False), ("é", "7"))
    assert read_settings(write_settings(settings)) == settings


def test_an_architecture_without_settings_is_as_it_was():
    (cell,) = CELLS.sample(0, 1)
    assert cell.settings == ()
    assert cell.bare is cell
    assert str(cell) == cell.text
    assert hash(cell) == hash(cell.text)
    assert "settings" not in cell.to_json()
    assert repr(cell) == f"Architecture({cell.text!r})"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ((("b", 1), ("b", 2)), "no setting twice"),
        ((("b",),), "pairs of a name and a value"),
        ("b=1", "pairs of a name and a value"),
        ((("a b", 1),), "pairs of a name and a value"),
        ((("b", math.nan),), "finite number"),
        ((("b", (1, 2)),), "finite number"),
    ],
)
def test_an_architecture_refuses_what_is_no_settings(given, said):
    with pytest.raises(ArchitectureError, match=said):
        nb.Architecture(("input", "output"), (), "", given)


def test_an_architecture_sorts_its_settings():
    one = nb.Architecture(("input", "output"), (), "", (("b", 1), ("a", None)))
    assert one.settings == (("a", None), ("b", 1))
    assert one == nb.Architecture(("input", "output"), (), "", {"b": 1, "a": None})


@pytest.mark.parametrize("said", ['"settings": 3', '"settings": [3]', '"settings": [["a"]]'])
def test_bad_json_says_where(said):
    with pytest.raises(ArchitectureError, match="settings"):
        nb.Architecture.from_json('{"nodes": ["a", "b"], "edges": [], "text": "", ' + said + "}")
