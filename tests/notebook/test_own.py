"""A Python file and a name in it: what it has, or which line is to blame."""

import pickle
import sys

import pytest

import nbnas as nb
from nbnas.errors import SettingError
from nbnas.notebook.own import is_own, load, own_function, own_objective, own_space

SPACE = """
import nbnas as nb
from dataclasses import dataclass
import my_beside

space = nb.ChoiceSpace(width=my_beside.WIDTHS, activation=("relu", "gelu"))
number = 3

@dataclass(frozen=True)
class Kept:
    value: int = number

kept = Kept()

def train(architecture, seed=0):
    return 1 - 1 / architecture["width"]
"""


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    before = set(sys.modules)
    (tmp_path / "my_space.py").write_text(SPACE)
    (tmp_path / "my_beside.py").write_text("WIDTHS = (16, 32)\n")
    yield tmp_path
    for name in set(sys.modules) - before:
        if name.startswith("my_"):
            del sys.modules[name]


def test_gives_what_the_file_has(here, monkeypatch):
    assert own_space("my_space.py:space") == nb.ChoiceSpace(
        width=(16, 32), activation=("relu", "gelu")
    )
    train = own_objective("my_space.py:train")
    search = nb.Search(own_space("my_space.py:space"), train, nb.RandomSearch()).run(3)
    assert search.best.value == 1 - 1 / 32
    assert own_function(str(here / "my_space.py") + ":train") is train
    (here / "notebooks").mkdir()
    monkeypatch.chdir(here / "notebooks")
    assert load("my_space.py:number") == 3


def test_what_it_defines_can_be_found_again(here):
    kept = load("my_space.py:kept")
    assert pickle.loads(pickle.dumps(kept)) == kept
    assert load("my_space.py:Kept") is type(kept)  # the file is run once


def test_a_file_that_changed_is_read_again(here):
    before = load("my_space.py:number")
    (here / "my_space.py").write_text(SPACE.replace("number = 3", "number = 12345"))
    assert (before, load("my_space.py:number")) == (3, 12345)


def test_a_word_is_no_file():
    assert is_own("my_space.py:space")
    assert is_own("C:\\work\\my_space.py:space")
    assert not any(map(is_own, ("cells", "my_space.py", "data:image", None, 3)))


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("my_space.py", "a Python file and a name in it, such as my_space.py:space; got"),
        ("my_space.py:", "a Python file and a name in it"),
        ("my_space.py:a b", "a Python file and a name in it"),
        ("my_space.txt:space", "a Python file and a name in it"),
        (3, "a text of up to 200"),
        ("absent.py:space", "there is no file absent.py, neither here nor in the parent"),
        (
            "my_space.py:spaec",
            r"my_space.py defines \(.*space.*number.*\); got 'spaec'",
        ),
    ],
)
def test_says_what_is_missing(written, why):
    with pytest.raises(SettingError, match=why):
        load(written)


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("a = 1\nspace = (2,\n", "my_bad.py, line 2: SyntaxError: .*never closed"),
        ("a = 1\n\n  b = 2\n", "my_bad.py, line 3: IndentationError"),
        ("a = 1\nb = a / 0\n", r"my_bad.py, line 2 \(b = a / 0\): ZeroDivisionError: division"),
        ("import absent_module\n", r"line 1 .*ModuleNotFoundError: No module named 'absent_mod"),
        ("import nbnas as nb\n\nspace = nb.ChoiceSpace(width=16)\n", "line 3 .*put a single opti"),
        (
            "def f():\n    raise SystemExit(2)\nf()\n",
            r"line 2 .raise SystemExit.2..: SystemExit",
        ),
        ("import my_worse\n", r"my_bad.py, line 1 \(import my_worse\): ZeroDivisionError"),
        ("\0", "my_bad.py"),
    ],
)
def test_says_which_line_is_to_blame(here, source, why):
    (here / "my_bad.py").write_text(source)
    (here / "my_worse.py").write_text("\n1 / 0\n")
    with pytest.raises(SettingError, match=why):
        load("my_bad.py:space")
    assert "my_bad" not in sys.modules


def test_what_failed_may_be_mended(here):
    (here / "my_bad.py").write_text("space = 1 / 0\n")
    with pytest.raises(SettingError):
        load("my_bad.py:space")
    (here / "my_bad.py").write_text("space = 1 / 2\n")
    assert load("my_bad.py:space") == 0.5


@pytest.mark.parametrize("name", ["math", "torchvision", "json", "colorsys"])
def test_no_other_module_is_replaced(here, name):
    before = sys.modules.get(name)
    (here / f"{name}.py").write_text("space = 1\n")
    with pytest.raises(SettingError, match="rename the file"):
        load(f"{name}.py:space")
    assert sys.modules.get(name) is before


def test_a_name_that_is_none_is_refused(here):
    (here / "my-space.py").write_text("space = 1\n")
    with pytest.raises(SettingError, match="called like a module"):
        load("my-space.py:space")


@pytest.mark.parametrize(
    ("read", "name", "why"),
    [
        (own_space, "number", "my_space.py:number to be a search space, .*; got int 3"),
        (own_space, "Kept", "got the class Kept; call it"),
        (own_space, "train", "search space, .*; got function"),
        (
            own_objective,
            "number",
            "my_space.py:number: expected .* cannot be called",
        ),
        (own_objective, "Kept", "Kept"),
        (own_function, "space", "to be a function; got ChoiceSpace"),
    ],
)
def test_another_kind_of_thing_is_refused(read, name, why):
    with pytest.raises(SettingError, match=why):
        read(f"my_space.py:{name}")
