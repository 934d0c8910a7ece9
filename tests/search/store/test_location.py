import os
import threading
from pathlib import Path

import pytest

from nbnas.errors import StoreError
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.records import Evaluation
from nbnas.search.search import Search
from nbnas.search.store.location import url_of
from nbnas.search.store.store import Store
from nbnas.search.store.trials import load_trials
from nbnas.search.strategies.random import RandomSearch

TRIAL = Evaluation(CellSpace().sample(0, 1)[0], 0.5)
MEMORY = (
    *("sqlite://", ":memory:", "sqlite:///:memory:", "sqlite:///"),
    "sqlite:///file::memory:?uri=true",
)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A folder to work in, and one that is home."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "home").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    return tmp_path


def holds_a_trial(location):
    store = Store(location)
    store.open_study("first", {})
    store.add("first", 0, TRIAL)
    return store.load("first") == (TRIAL,)


@pytest.mark.parametrize(
    ("location", "file"),
    [
        ("x.db", "x.db"),
        ("new/folder/x.db", "new/folder/x.db"),
        (Path("x.db"), "x.db"),
        ("~/x.db", "home/x.db"),
        (Path("~/new/x.db"), "home/new/x.db"),
        ("no ending", "no ending"),
        ("a b.db", "a b.db"),
        ("été 研究 🙂.db", "été 研究 🙂.db"),
        ("50%.db", "50%.db"),
        ("a%20b.db", "a%20b.db"),
        ("what?.db", "what?.db"),
        ("what?timeout=1", "what?timeout=1"),
        ("a#b&c=d.db", "a#b&c=d.db"),
        ("file:x.db", "file:x.db"),
        ("a'b\"c;.db", "a'b\"c;.db"),
        ("line\nbreak.db", "line\nbreak.db"),
        ("\udcff.db", "\udcff.db"),
        ("sqlite:///x.db", "x.db"),
        ("sqlite:///new/x.db", "new/x.db"),
        ("sqlite:///~/x.db", "home/x.db"),
        ("sqlite:///~/x.db?timeout=2", "home/x.db"),
        ("sqlite:///a b.db", "a b.db"),
        ("sqlite:///a%20b.db", "a b.db"),
        ("sqlite:///what%3F.db", "what?.db"),
        ("sqlite:///50%25.db", "50%.db"),
        ("sqlite:///file:x.db?uri=true", "x.db"),
        ("sqlite+pysqlite:///x.db", "x.db"),
    ],
)
def test_is_the_file_that_was_meant(folder, location, file):
    before = set(folder.rglob("*"))
    assert holds_a_trial(location)
    made = {path for path in folder.rglob("*") if path.is_file()} - before
    assert {str(path.relative_to(folder)) for path in made} == {file}
    assert len(load_trials(location)) == 1


@pytest.mark.parametrize("location", MEMORY)
def test_memory_lasts_as_long_as_its_store(folder, location):
    assert holds_a_trial(location)
    search = Search(
        CellSpace(), lambda a, seed: 0.5, RandomSearch(), store=location, study="whole"
    )
    search.run(5)
    search.start(9)
    search.wait()
    assert len(search.observations) == 9
    assert search.store.load("whole") == search.observations.evaluations
    assert [path.name for path in folder.iterdir()] == ["home"]
    with pytest.raises(StoreError, match="seen by its own search only"):
        load_trials(location)


def test_threads_take_turns_in_memory():
    store = Store("sqlite://")
    store.open_study("first", {})
    threads = [
        threading.Thread(target=store.add, args=("first", number, TRIAL)) for number in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.load("first") == (TRIAL,) * 20


def test_a_path_stays_when_the_working_folder_changes(folder):
    store = Store("x.db")
    os.chdir("home")
    store.open_study("first", {})
    store.add("first", 0, TRIAL)
    assert len(load_trials(folder / "x.db")) == 1
    assert not (folder / "home" / "x.db").exists()


BAD = [
    (None, "expected a path such as .* got None"),
    (3, "got 3"),
    (True, "got True"),
    (["x.db"], "got \\['x.db'\\]"),
    (b"x.db", "got b'x.db'"),
    ("", "got an empty text"),
    ("  ", "got an empty text"),
    ("a\0b.db", "without a NUL character"),
    ("sqlite:///a\0b.db", "without a NUL character"),
    (".", "got the folder '.'"),
    ("home", "got the folder 'home'; write 'home/nbnas.db'"),
    (Path("home"), "got the folder 'home'"),
    ("~", "got the folder '~'"),
    ("not there yet/", "got the folder 'not there yet/'"),
    ("sqlite:///home", "got the folder 'home'"),
    ("~nobody of that name/x.db", "the path of a file"),
    ("://", "expected a path or an SQLAlchemy URL"),
    ("sqlite:/x.db//://", "expected a path or an SQLAlchemy URL"),
    ("sqlite://x.db", "expected sqlite:///folder/nbnas.db"),
    ("sqlite:///what?.db", "a question mark begins options"),
    ("sqlite:///x.db?", "a question mark begins options"),
    ("sqlite:///x.db?speed=high", "a question mark begins options"),
    ("postgresql+psycopg://host:port/nas", "expected a path or an SQLAlchemy URL"),
    ("nosuchdatabase://user:secret@host/x", "cannot be used.*postgresql\\+psycopg"),
    ("postgres://user@host/x", "cannot be used.*postgresql\\+psycopg://"),
    ("postgresql+nosuchdriver://user@host/x", "cannot be used.*postgresql\\+psycopg"),
    ("http://example.org/x.db", "cannot be used"),
]


@pytest.mark.parametrize(("location", "said"), BAD)
@pytest.mark.parametrize("opened", [Store, load_trials])
def test_what_is_none_says_why(folder, opened, location, said):
    with pytest.raises(StoreError, match=said):
        opened(location)
    assert [path.name for path in folder.iterdir()] == ["home"]


@pytest.mark.parametrize("name", ["a file", "a file/x.db"])
def test_a_file_in_the_way_is_told(folder, name):
    (folder / "a file").write_text("this is no database " * 100)
    with pytest.raises(StoreError, match="cannot be used"):
        Store(folder / name)


@pytest.mark.parametrize(
    "location",
    ["nosuchdatabase://user:secret@host/x", "postgres ql://user:secret@host:x/y://",
     "postgresql+psycopg://user:secret:secret@host:secret/x",
     "postgresql+psycopg://user:secret@/x?host=/nowhere"],
)  # fmt: skip
def test_a_password_is_never_shown(location):
    with pytest.raises(StoreError) as caught:
        Store(location)
    assert "secret" not in str(caught.value)


def test_a_url_is_kept_as_it_was_written():
    assert repr(Store("x.db")) == "Store('sqlite:///x.db')"
    url = url_of("postgresql+psycopg://user:secret@host/nas?host=/tmp")
    assert url.render_as_string(hide_password=False) == (
        "postgresql+psycopg://user:secret@host/nas?host=%2Ftmp"
    )
