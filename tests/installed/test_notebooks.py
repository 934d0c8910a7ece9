"""The notebooks that come with nbnas are those of the repository, all of them."""

from pathlib import Path

import pytest

from nbnas.errors import NotebookError
from nbnas.installed import notebooks

ROOT = Path(__file__).parents[2]
ALL = ("notebooks", "lessons", "assignments")


def test_every_notebook_of_the_repository_comes_along():
    ours = {path for path in (ROOT / "notebooks").rglob("*.ipynb") if ".ipynb_" not in str(path)}
    # What a course makes of them (release, submitted, …) is none of ours.
    ours = {path for path in ours if "assignments" not in path.parts or "source" in path.parts}
    found = {notebooks.folder() / path for path in notebooks.files(ALL)}
    assert ours <= found
    assert {path.suffix for path in found} == {".ipynb", ".md", ".py"}


def test_lessons_are_in_their_order():
    lessons = [path.name for path in notebooks.files(("lessons",))]
    assert [int(name.partition("_")[0]) for name in lessons] == list(range(1, len(lessons) + 1))


def test_a_notebook_is_found_by_its_name():
    assert notebooks.notebook("search") == ROOT / "notebooks" / "search.ipynb"
    with pytest.raises(NotebookError, match=r"one of benchmark, .*; got 'serach'"):
        notebooks.notebook("serach")


def test_a_package_without_them_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(notebooks, "PACKAGE", tmp_path / "nbnas")
    with pytest.raises(NotebookError, match="install nbnas from its wheel or its checkout"):
        notebooks.folder()
