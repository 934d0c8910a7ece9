import errno
import os
from pathlib import Path

import pytest

from nbnas.errors import ExportError
from nbnas.training.export.folder import MARK, check_free, write, written_whole


def exported(folder, text="old"):
    folder.mkdir()
    (folder / "card.md").write_text(f"{MARK} 0.1.0: … -->\n{text}", encoding="utf-8")
    (folder / "model.py").write_text(text)
    (folder / "__pycache__").mkdir()
    return folder


def fill(folder, stop=None, meanwhile=lambda partial: None):
    with written_whole(folder) as partial:
        meanwhile(partial)
        write(partial / "model.py", b"new")
        if stop:
            raise stop


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_the_folder_appears_at_the_end(tmp_path):
    folder = tmp_path / "a" / "b"
    with written_whole(folder) as partial:
        write(partial / "model.py", b"x = 1\n")
        assert not folder.exists()
    assert names(folder) == ["model.py"]
    assert names(folder.parent) == ["b"]
    umask = os.umask(0)
    os.umask(umask)
    assert folder.stat().st_mode & 0o777 == 0o777 & ~umask


def test_an_empty_folder_is_filled(tmp_path):
    (tmp_path / "a").mkdir()
    fill(tmp_path / "a")
    assert names(tmp_path / "a") == ["model.py"]


def test_an_earlier_export_is_replaced_whole(tmp_path):
    folder = exported(tmp_path / "a")
    fill(folder)
    assert names(folder) == ["model.py"]
    assert (folder / "model.py").read_text() == "new"
    assert names(tmp_path) == ["a"]


def test_an_earlier_export_stays_if_anything_fails(tmp_path):
    folder = exported(tmp_path / "a")
    with pytest.raises(KeyboardInterrupt):
        fill(folder, stop=KeyboardInterrupt)
    assert (folder / "model.py").read_text() == "old"
    assert names(tmp_path) == ["a"]


def test_an_earlier_export_stays_if_the_last_rename_fails(tmp_path, monkeypatch):
    folder, rename = exported(tmp_path / "a"), Path.rename

    def refuse(path, target):
        if path.name.endswith(".partial"):
            raise PermissionError(errno.EACCES, "no")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(ExportError, match="expected to write to"):
        fill(folder)
    assert (folder / "model.py").read_text() == "old"
    assert names(tmp_path) == ["a"]


@pytest.mark.parametrize("name", ["notes.txt", "model.onnx", ".git"])
def test_other_files_are_left_alone(tmp_path, name):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / name).write_text("mine")
    with pytest.raises(ExportError, match=rf"empty folder, or an earlier export.*{name}"):
        check_free(tmp_path / "a")


def test_an_earlier_export_with_other_files_is_left_alone(tmp_path):
    folder = exported(tmp_path / "a")
    (folder / "notes.txt").write_text("mine")
    with pytest.raises(ExportError, match=r"with notes\.txt; choose another folder"):
        check_free(folder)


def test_what_came_meanwhile_is_left_alone(tmp_path):
    folder = tmp_path / "a"

    def come(partial):
        folder.mkdir()
        (folder / "notes.txt").write_text("mine")

    with pytest.raises(ExportError, match="notes"):
        fill(folder, meanwhile=come)
    assert names(folder) == ["notes.txt"]
    assert names(tmp_path) == ["a"]


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "a").write_text("mine")
    with pytest.raises(ExportError, match="got the file"):
        check_free(tmp_path / "a")
    with pytest.raises(ExportError, match="expected to write to"):
        fill(tmp_path / "a" / "b")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="has no full device")
def test_a_full_disk_is_said(tmp_path):
    said = r"room of at least 0\.0 MB.*the disk is full.*free some"
    with pytest.raises(ExportError, match=said):
        fill(tmp_path / "a", meanwhile=lambda p: (p / "model.py").symlink_to("/dev/full"))
    assert names(tmp_path) == []
