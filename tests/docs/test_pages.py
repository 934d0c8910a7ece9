"""What the pages of the manual say is executed: blocks of Python run, parameters exist.

The blocks of a page run one after the other, in a folder that has `pets`, with pictures, and
`book.txt`. One that cannot run here, such as on a cluster, has `<!-- not run: why -->` above it. A
page whose blocks take longer than a second has `<!-- slow -->` somewhere.
"""

import re
from pathlib import Path

import papermill
import pytest
from PIL import Image

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(path for path in DOCS.rglob("*.md") if "_build" not in path.parts)
BLOCK = re.compile(
    r"(<!-- not run: .+? -->\n+)?^( *)```python\n(.*?)^ *```", re.DOTALL | re.MULTILINE
)
COMMAND = re.compile(r"papermill (notebooks/\w+\.ipynb) ((?:.*\\\n)*.*)")
SLOW = "<!-- slow -->"


def name(path):
    return path.relative_to(DOCS).as_posix()


def blocks(path):
    """The blocks of Python of a page, each with whether it is run."""
    found = BLOCK.findall(path.read_text(encoding="utf-8"))
    return [(text.replace(f"\n{space}", "\n"), not why) for why, space, text in found]


def marked(path):
    marks = [pytest.mark.slow] if SLOW in path.read_text(encoding="utf-8") else []
    return pytest.param(path, id=name(path), marks=marks)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Where the blocks run."""
    for k in range(24):
        place = tmp_path / "pets" / ("cat", "dog")[k % 2]
        place.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (12, 12), (9 * k, 120 * (k % 2), 99)).save(place / f"{k}.png")
    (tmp_path / "book.txt").write_text("To be, or not to be, that is the question.\n" * 60)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


@pytest.mark.parametrize("path", [marked(path) for path in PAGES if blocks(path)])
def test_its_code_runs(path, folder):
    names = {"__name__": "__main__"}
    for text, run in blocks(path):
        code = compile(text, name(path), "exec")
        if run:
            exec(code, names)


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_parameters_of_its_commands_exist(path):
    for notebook, rest in COMMAND.findall(path.read_text(encoding="utf-8")):
        known = papermill.inspect_notebook(str(ROOT / notebook))
        assert {*re.findall(r"-p (\w+) ", rest)} <= {*known}


def test_what_is_not_run_says_why():
    text = "<!-- not run: a cluster -->\n```python\na = 1\n```\n\n```python\nb = 2\n```\n"
    assert [why != "" for why, _, _ in BLOCK.findall(text)] == [True, False]


def test_every_lesson_is_in_the_list():
    listed = (DOCS / "tutorials" / "index.md").read_text(encoding="utf-8").splitlines()
    lessons = {path.stem for path in (ROOT / "notebooks" / "lessons").glob("*.ipynb")}
    assert {*lessons, "own_problem"} <= {*listed}
