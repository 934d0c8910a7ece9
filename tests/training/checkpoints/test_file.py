"""Files that are damaged, cut off, strange, or cannot be written."""

import errno
import io
import os
import pickle
import time
import warnings

import pytest
import torch

from nbnas.training.checkpoints import file as module
from nbnas.training.checkpoints.file import (
    attempt_of,
    read_file,
    remove_abandoned,
    remove_files,
    write_file,
)

CONTENT = {
    "weights": torch.arange(2000.0).reshape(40, 50).T,
    "step": 7,
    "state": ((), {"a": None}),
}


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "folder" / "trial[0].checkpoint"
    write_file(path, CONTENT, 3)
    return path


def unusable(path, said=""):
    with pytest.warns(UserWarning, match=rf"cannot be used.*{said}.*begins anew"):
        assert read_file(path) is None


def test_what_is_read_is_what_was_written(path):
    read = read_file(path)
    assert torch.equal(read.pop("weights"), CONTENT["weights"])
    assert read == {"step": 7, "state": ((), {"a": None})}
    assert attempt_of(path) == 3
    write_file(path, {"step": 8}, 4)
    assert (read_file(path), attempt_of(path)) == ({"step": 8}, 4)
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_none_is_none_without_a_warning(tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert read_file(tmp_path / "none") is None
        assert attempt_of(tmp_path / "none") == 0


@pytest.mark.parametrize("share", [0.0, 0.001, 0.3, 0.9, 0.999])
def test_one_that_is_cut_off(path, share):
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    unusable(path)
    assert attempt_of(path) == 0


def test_one_bit_anywhere(path):
    content = path.read_bytes()
    for place in range(0, len(content), len(content) // 40):
        path.write_bytes(content[:place] + bytes([content[place] ^ 16]) + content[place + 1 :])
        unusable(path, "not as it was written")


class Evil:
    def __reduce__(self):
        return os.system, ("echo evil",)


def pickled(strange):
    return pickle.dumps(strange, protocol=2)


def saved(strange):
    file = io.BytesIO()
    torch.save({"key": strange}, file)
    return file.getvalue()


@pytest.mark.parametrize("made", [pickled, saved], ids=lambda it: it.__name__)
def test_strange_objects_are_not_made(made, path, capfd):
    strange, attempt = made(Evil()), module.MARK + module.NUMBER.pack(1)
    digest = module.hashlib.sha256(strange + attempt).digest()
    path.write_bytes(strange + attempt + digest)
    unusable(path)
    assert "evil" not in capfd.readouterr().out


def test_another_thing_than_a_dictionary(path):
    file = io.BytesIO()
    write = module.torch.save
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module.torch, "save", lambda content, file: write([1], file))
        write_file(path, {}, 1)
    unusable(path, "expected a dictionary, got list")
    assert file.getvalue() == b""


class Full(io.BytesIO):
    """A file on a disk that is full after some bytes."""

    room = 1000

    def write(self, piece):
        if self.tell() + len(piece) > self.room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return super().write(piece)

    def fileno(self):
        raise AssertionError("it was not written to its end")


def test_a_full_disk_leaves_the_one_before(path, monkeypatch):
    before = path.read_bytes()
    monkeypatch.setattr(module.Path, "open", lambda *_: Full())
    with pytest.raises(OSError, match="No space left"):
        write_file(path, CONTENT, 4)
    monkeypatch.undo()
    assert path.read_bytes() == before
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_what_a_system_refuses_is_an_error_and_no_crash(path):
    resource = pytest.importorskip("resource", reason="there are no limits of files")
    before, limits = path.read_bytes(), resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, limits[1]))
    try:
        with pytest.raises(OSError, match="too large") as raised:
            write_file(path, {"weights": torch.zeros(100_000)}, 1)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert raised.value.errno == errno.EFBIG
    assert path.read_bytes() == before
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_a_writer_that_is_killed_leaves_the_one_before(path, monkeypatch):
    def killed(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(module.os, "fsync", killed)
    with pytest.raises(KeyboardInterrupt):
        write_file(path, {"step": 9}, 4)
    assert read_file(path)["step"] == 7


def test_the_folder_is_made_in_one_that_exists(tmp_path):
    write_file(tmp_path / "new" / "a.checkpoint", {}, 1)
    with pytest.raises(FileNotFoundError):
        write_file(tmp_path / "newer" / "new" / "a.checkpoint", {}, 1)


def test_what_was_cut_off_goes_with_its_file(path):
    partial = path.with_name(f"{path.name}.0a1b{module.PARTIAL}")
    other = path.with_name(f"trial0.checkpoint.0a1b{module.PARTIAL}")
    for each in (partial, other):
        each.write_bytes(b"half")
    remove_files(path)
    assert list(path.parent.iterdir()) == [other]
    remove_files(path)
    remove_abandoned(path.parent)
    assert other.exists()
    os.utime(other, (0, time.time() - module.ABANDONED - 60))
    remove_abandoned(path.parent)
    assert list(path.parent.iterdir()) == []
