import pytest

from nbnas.errors import StudyMismatchError
from nbnas.search.store.settings import check_same


def test_names_every_difference():
    check_same("s", {"a": "1"}, {"a": "1"})
    with pytest.raises(StudyMismatchError, match=r"a: was 1, is now 2; b: was absent, is now 3"):
        check_same("s", {"a": "1"}, {"a": "2", "b": "3"})


@pytest.mark.parametrize(
    ("stored", "now"),
    [
        ("nbnas.training.proxies.synflow", "nbnas.training.proxies.scores.synflow"),
        ("<class 'nbnas.graphs.cell.CellSpace'>", "<class 'nbnas.graphs.spaces.cell.CellSpace'>"),
        ("nbnas.search.a.f.<locals>.g", "nbnas.search.b.f.<locals>.g"),
        ("partial(<function f at 0x7f00>, 3)", "partial(<function f at 0x80>, 3)"),
    ],
)  # fmt: skip
def test_where_it_lives_is_no_setting(stored, now):
    check_same("s", {"a": stored}, {"a": now})


@pytest.mark.parametrize(
    ("stored", "now"),
    [
        ("nbnas.training.proxies.synflow", "nbnas.training.proxies.scores.nwot"),
        ("mine.first.accuracy", "mine.second.accuracy"),
        ("my_nbnas.first.accuracy", "my_nbnas.second.accuracy"),
        ("nbnas.search.a.f.<locals>.g", "nbnas.search.a.h.<locals>.g"),
        ("partial(<function f at 0x7f00>, 3)", "partial(<function f at 0x7f00>, 4)"),
    ],
)
def test_what_it_is_is_a_setting(stored, now):
    with pytest.raises(StudyMismatchError, match="a: was"):
        check_same("s", {"a": stored}, {"a": now})
