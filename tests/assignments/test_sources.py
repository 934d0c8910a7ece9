"""The sources of the assignments are what nbgrader, the texts and the course pack say."""

import ast
import json
import os
import re
from importlib.metadata import files

import jsonschema
import nbformat
import pytest

from nbnas.mode import VARIABLE

SCHEMA = "nbgrader/nbgraderformat/v3.json"


@pytest.fixture(scope="module")
def schema():
    """nbgrader's own schema; the package is not imported, for its warnings."""
    found = next(file for file in files("nbgrader") if str(file) == SCHEMA)
    return json.loads(found.read_text(encoding="utf-8"))


@pytest.fixture(scope="module", params=["a1", "a2", "a3", "a4", "a5"])
def source(request, course_folder):
    path = course_folder / "source" / request.param / f"{request.param}.ipynb"
    return request.param, nbformat.read(path, as_version=4)


def known(notebook):
    return [cell for cell in notebook.cells if "nbgrader" in cell.metadata]


def test_metadata_is_of_version_3(source, schema):
    name, notebook = source
    for cell in known(notebook):
        jsonschema.validate(cell.metadata.nbgrader, schema)
        marks = cell.metadata.nbgrader
        assert marks.grade_id == cell.id
        assert marks.grade_id.startswith(f"{name}-")
        assert ("points" in marks) == marks.grade
        assert marks.locked == (not marks.solution)
        assert marks.cell_type == cell.cell_type
    ids = [cell.metadata.nbgrader.grade_id for cell in known(notebook)]
    assert len(set(ids)) == len(ids)


def test_solutions_and_hidden_tests_are_where_they_are_cleared(source):
    _, notebook = source
    for cell in notebook.cells:
        marks = cell.metadata.get("nbgrader", {})
        is_solution = cell.cell_type == "code" and marks.get("solution", False)
        is_test = marks.get("grade", False) and not marks["solution"]
        for word, expected in (("SOLUTION", is_solution), ("HIDDEN TESTS", is_test)):
            begun = cell.source.count(f"### BEGIN {word}\n")
            assert begun == len(re.findall(rf"### END {word}$", cell.source, re.MULTILINE))
            assert bool(begun) == expected, cell.id


def test_every_assertion_says_what_was_expected(source):
    _, notebook = source
    tests = [cell for cell in known(notebook) if cell.metadata.nbgrader.grade]
    for cell in (cell for cell in tests if cell.cell_type == "code"):
        found = [node for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.Assert)]
        assert not [ast.unparse(node) for node in found if node.msg is None], cell.id


def test_points_are_those_of_the_text(source, course_folder):
    name, notebook = source
    marks = [cell.metadata.nbgrader for cell in known(notebook) if cell.metadata.nbgrader.grade]
    by_person = sum(m.points for m in marks if m.solution)
    by_tests = sum(m.points for m in marks if not m.solution)
    said = f"| {by_tests + by_person}: {by_tests} graded by tests, {by_person} by a person |"
    assert said in notebook.cells[0].source
    sections = re.findall(r"^## .*\((\d+) points", _texts(notebook), re.MULTILINE)
    assert sum(map(int, sections)) == by_tests + by_person
    pack = (course_folder / "README.md").read_text(encoding="utf-8")
    assert re.search(rf"\| {name.upper()} \|[^\n]*\| {by_tests} \| {by_person} \|", pack)


def _texts(notebook):
    return "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


def test_the_year_is_said_once(source):
    _, notebook = source
    code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    assert re.findall(r"^YEAR = \d+", code, re.MULTILINE) == ["YEAR = 2026"]
    assert "http" not in code


def test_every_step_says_what_is_correct(source):
    _, notebook = source
    for text in re.findall(r"^## \d.*?(?=^## |\Z)", _texts(notebook), re.MULTILINE | re.DOTALL):
        assert "*Correct*" in text or "graded by a person" in text


def test_the_configuration_makes_no_widget_and_ends_slow_cells(course_folder, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setenv(VARIABLE, "live")
    config = _Config()
    text = (course_folder / "nbgrader_config.py").read_text(encoding="utf-8")
    exec(text, {"get_config": lambda: config})
    assert os.environ[VARIABLE] == "off"
    assert config.Execute.timeout == 60


class _Config:
    """What `get_config` gives: any name is there, and takes any setting."""

    def __getattr__(self, name):
        value = _Config()
        object.__setattr__(self, name, value)
        return value
