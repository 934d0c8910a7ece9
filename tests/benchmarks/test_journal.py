import errno
import os

import pytest

from nbnas.benchmarks.journal import Journal, Trained
from nbnas.errors import DataError, StoreError, StudyMismatchError

SETTINGS = {"epochs": "2", "seeds": "[0]"}


def trained(cell="a"):
    curve = ((0.5, 0.25),)
    return Trained(cell, curve, curve, curve, curve, (3,), (0.1,), 145, 900, {"nwot": 1.5})


def test_what_was_added_is_there_again(tmp_path):
    path = tmp_path / "new" / "j.jsonl"
    journal = Journal(path, SETTINGS)
    journal.add(trained("a"))
    journal.add(trained("b"))
    again = Journal(path, SETTINGS)
    assert list(again.trained) == ["a", "b"] == list(journal.trained)
    assert again.trained["b"].parameters == 145
    assert again.trained["b"].proxies == {"nwot": 1.5}


def test_a_torn_last_line_is_cut_off(tmp_path):
    path = tmp_path / "j.jsonl"
    Journal(path, SETTINGS).add(trained("a"))
    with path.open("a") as file:
        file.write('{"cell": "b", "train_ri')
    journal = Journal(path, SETTINGS)
    assert list(journal.trained) == ["a"]
    journal.add(trained("b"))
    assert list(Journal(path, SETTINGS).trained) == ["a", "b"]


def test_a_torn_first_line_begins_anew(tmp_path):
    path = tmp_path / "j.jsonl"
    path.write_text('{"settings": {"epo')
    Journal(path, SETTINGS).add(trained("a"))
    assert list(Journal(path, SETTINGS).trained) == ["a"]


def test_other_settings_are_named(tmp_path):
    path = tmp_path / "j.jsonl"
    Journal(path, SETTINGS)
    with pytest.raises(StudyMismatchError, match="epochs: was 2, is 3"):
        Journal(path, SETTINGS | {"epochs": "3"})


@pytest.mark.parametrize(
    "content", ["hello\n", "[1]\n", '{"settings": {}}\n{"cell": "a"}\n', "{}\n"]
)
def test_something_else_is_refused_and_left_alone(tmp_path, content):
    path = tmp_path / "j.jsonl"
    path.write_text(content)
    with pytest.raises(DataError, match="a journal of trained cells"):
        Journal(path, {})
    assert path.read_text() == content


def test_a_full_disk_is_an_error_and_the_cell_does_not_count(tmp_path, monkeypatch):
    journal = Journal(tmp_path / "j.jsonl", SETTINGS)

    def full(_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match="No space left"):
        journal.add(trained())
    assert journal.trained == {}


def test_a_folder_is_no_journal(tmp_path):
    with pytest.raises(StoreError, match="a journal that can be written"):
        Journal(tmp_path, SETTINGS)
