"""What is installed and what there is, at a glance: true, and never an error of its own."""

import importlib.metadata
import os
import sqlite3

import pytest
import torch

import nbnas as nb
from nbnas.errors import SettingError, StoreError
from nbnas.installed import extras, machine
from nbnas.installed.fact import Fact, size
from nbnas.widgets import bundle, view


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty folder to work in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def searched(store, study, trials, table):
    nb.Search(nb.CellSpace(), table, nb.RandomSearch(), seed=0, store=store, study=study).run(
        trials
    )


def test_it_tells_what_a_report_needs(here):
    found = nb.about()
    assert found["nbnas"] == importlib.metadata.version("nbnas")
    assert found["torch"] == importlib.metadata.version("torch")
    assert f"torch computes with {torch.get_num_threads()}" in found["threads"]
    assert "cpu" in found["devices"]
    assert found["cache"].startswith(os.environ["NBNAS_CACHE"])
    assert found["none"] == "runs/*.db is not here"
    frame = found.to_frame()
    assert list(frame.columns) == ["topic", "name", "value", "advice"]
    assert set(frame["topic"]) >= {"versions", "machine", "places", "stores"}
    lines = str(found).splitlines()
    assert "versions" in lines
    assert any(line.split() == ["torch", found["torch"]] for line in lines)


def test_what_is_asked_for_is_known_or_refused(here):
    with pytest.raises(SettingError, match=r"expected one of nbnas, Python, .*; got 'torhc'"):
        nb.about()["torhc"]
    with pytest.raises(SettingError):
        nb.About(())
    with pytest.raises(SettingError):
        Fact("versions", "nbnas", 1)


def test_stores_are_told_study_by_study(here, table):
    searched("runs/a.db", "first", 2, table)
    searched("runs/a.db", "second", 3, table)
    assert nb.about()["runs/a.db"] == "2 studies, 5 trials: second 3, first 2"
    (here / "notebooks").mkdir()
    os.chdir(here / "notebooks")
    assert nb.about()["../runs/a.db"].startswith("2 studies")


def test_a_store_that_is_none_is_told_and_stays_as_it_is(here):
    (here / "runs").mkdir()
    (here / "runs" / "damaged.db").write_bytes(b"no database at all" * 100)
    with sqlite3.connect(here / "runs" / "other.db") as connection:
        connection.execute("CREATE TABLE mine (x)")
    (here / "runs" / "gone.db").symlink_to("nowhere")
    facts = {fact.name: fact for fact in nb.about().facts}
    assert facts["runs/gone.db"].value == "there is no such file"
    assert facts["runs/damaged.db"].value == "cannot be read"
    assert "not a database" in facts["runs/damaged.db"].advice
    assert facts["runs/other.db"].value == "holds no trials of nbnas"
    assert nb.about("runs/none.db")["runs/none.db"] == "there is no such file"
    assert "cannot be read" in str(nb.about("sqlite:///file:runs/none.db?uri=true"))
    assert not (here / "runs" / "none.db").exists()
    with pytest.raises(StoreError):
        nb.about("")


def test_a_password_is_not_told(here):
    said = str(nb.about("postgresql+psycopg://me:secret@127.0.0.1:1/nas"))
    assert "cannot be read" in said
    assert "secret" not in said


def test_the_home_folder_is_not_told(here, monkeypatch):
    monkeypatch.setenv("HOME", str(here))
    assert nb.about()["folder"] == "~"


def test_what_is_missing_is_told_with_the_line_that_installs_it(monkeypatch):
    wanted = ["numpy>=1", 'torch>=9999; extra == "new"', 'gone[x]>=1; extra == "new"', "=="]
    monkeypatch.setattr(importlib.metadata, "requires", lambda _: wanted)
    told = importlib.metadata.metadata("nbnas")
    told["Provides-Extra"] = "new"
    monkeypatch.setattr(importlib.metadata, "metadata", lambda _: told)
    (fact,) = (fact for fact in extras.facts() if fact.name == "new")
    assert fact.value == "without torch, gone"
    assert fact.advice == 'pip install "nbnas[new]"'


def test_a_driver_without_a_torch_for_it_is_told(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(machine.shutil, "which", lambda _: None)
    assert machine.facts()[-1].advice == ""
    monkeypatch.setattr(machine.shutil, "which", lambda tool: f"/usr/bin/{tool}")
    assert "pytorch.org" in machine.facts()[-1].advice


def test_sizes_are_told_in_words():
    assert [size(n) for n in (0, 999, 1_000, 25_300_000_000)] == [
        *("0 bytes", "999 bytes", "1.0 kB", "25.3 GB"),
    ]


def test_static_is_a_picture_and_live_a_table_that_can_be_copied(here, monkeypatch):
    found = nb.About((Fact("stores", "<b>.db", "1 study & more", "do <this>"),))
    monkeypatch.setenv("NBNAS_DISPLAY", "static")
    data, _ = bundle(found)
    assert set(data) == {"image/png", "text/plain"}
    page = view(found).panel().widget.value
    assert "&lt;b&gt;.db" in page
    assert "<b>" not in page
    assert "do &lt;this&gt;" in page
    assert 'scope="row"' in page
