import os
import shutil
import time

import numpy as np
import pytest
import torch

from nbnas.errors import DataError
from nbnas.training.data.reading import pictures as module
from nbnas.training.data.reading.cache import cache_folder, clear_cache, kept
from nbnas.training.data.reading.folder import from_folder


def forbid(monkeypatch, *names):
    """Nothing may be read any more."""

    def refuse(*args):
        raise AssertionError("read again")

    for name in names:
        monkeypatch.setattr(module, name, refuse)


def test_the_second_time_nothing_is_read(pets, monkeypatch, cache):
    first = from_folder(pets)
    assert cache_folder() == cache
    forbid(monkeypatch, "decode", "read_headers")
    second = from_folder(pets, seed=3)
    assert second.origin.sizes == first.origin.sizes
    assert (
        torch.cat([second.train[0], second.val[0], second.test[0]]).sum()
        == torch.cat([first.train[0], first.val[0], first.test[0]]).sum()
    )


def test_content_counts_and_not_where_or_when(pets, tmp_path, monkeypatch):
    first = from_folder(pets, name="x")
    shutil.copytree(pets, tmp_path / "copy")
    forbid(monkeypatch, "decode")
    assert from_folder(tmp_path / "copy", name="x").fingerprint == first.fingerprint
    monkeypatch.undo()


def test_a_changed_file_is_seen(pets, cache):
    first = from_folder(pets)
    state = os.stat(pets / "cat" / "0.png")
    shutil.copy(pets / "dog" / "0.png", pets / "cat" / "0.png")
    os.utime(pets / "cat" / "0.png", ns=(state.st_atime_ns, state.st_mtime_ns))
    assert from_folder(pets).fingerprint != first.fingerprint


@pytest.mark.parametrize("content", [b"", b"{", b"\x93NUMPY"])
@pytest.mark.parametrize("name", ["pixels.npy", "about.json"])
def test_damaged_files_are_made_anew(pets, cache, name, content):
    first = from_folder(pets)
    for file in cache.rglob(name):
        file.write_bytes(content)
    assert from_folder(pets).fingerprint == first.fingerprint


def test_nobody_sees_half_of_it(cache):
    def fail(folder):
        (folder / "half").write_text("x")
        raise RuntimeError("killed")

    with pytest.raises(RuntimeError, match="killed"):
        kept("key", fail)
    assert list(cache.iterdir()) == []
    left = cache / "key-1.partial"
    left.mkdir()
    os.utime(left, (0, time.time() - 2 * 24 * 3600))
    fresh = cache / "key-2.partial"
    fresh.mkdir()
    made = kept("key", lambda folder: (folder / "whole").write_text("x"))
    assert (made / "whole").is_file()
    assert sorted(cache.iterdir()) == [made, fresh]  # which may be that of another process


def test_of_two_at_once_the_first_wins(cache):
    def late(folder):
        kept("key", lambda other: (other / "who").write_text("first"))
        (folder / "who").write_text("second")

    assert (kept("key", late) / "who").read_text() == "first"
    assert [f.name for f in cache.iterdir()] == ["key"]


def test_clearing_frees_it_and_leaves_what_is_in_use(pets, cache):
    data = from_folder(pets)
    before = data.fingerprint, data.train[0].clone()
    size = sum(f.stat().st_size for f in cache.rglob("*") if f.is_file())
    assert clear_cache() == size > 0
    assert not cache.exists()
    assert clear_cache() == 0
    assert torch.equal(data.train[0], before[1])
    assert from_folder(pets).fingerprint == before[0]


def test_a_place_that_cannot_be_written_to_is_named(pets, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("x")
    monkeypatch.setenv("NBNAS_CACHE", str(tmp_path / "file"))
    with pytest.raises(DataError, match=r"keep the pixels .*NBNAS_CACHE"):
        from_folder(pets)


def test_without_the_variable_it_is_the_users_usual_place(monkeypatch):
    import platformdirs

    monkeypatch.delenv("NBNAS_CACHE")
    assert cache_folder() == platformdirs.user_cache_path("nbnas") / "pictures"


def test_parts_too_large_for_memory_stay_on_disk(pets, monkeypatch, cache):
    first = from_folder(pets)
    monkeypatch.setattr(module, "IN_MEMORY", 0)
    second = from_folder(pets)
    assert second.fingerprint == first.fingerprint
    assert len(list(cache.rglob("pixels.npy"))) == 4
    forbid(monkeypatch, "allocate")
    assert from_folder(pets).fingerprint == first.fingerprint


def test_all_cores_give_what_one_gives(pets, monkeypatch):
    first = from_folder(pets, on_error="skip")
    (pets / "cat" / "0.png").write_bytes(b"x")
    one = from_folder(pets, on_error="skip")
    clear_cache()
    monkeypatch.setattr(module, "_workers", lambda names: 2)
    monkeypatch.setattr(module, "PIECE", 3)
    two = from_folder(pets, on_error="skip")
    assert two.fingerprint == one.fingerprint != first.fingerprint
    assert two.origin == one.origin
    assert np.prod(two.train[0].shape) > 0


def test_one_core_tells_how_far_it_is_too(pets, monkeypatch, capsys):
    monkeypatch.setattr(module, "cpu_count", lambda: 1)
    monkeypatch.setattr(module, "FEW", 2)
    monkeypatch.setattr("nbnas.waiting.bars.SOON", 0.0)
    from_folder(pets)
    said = capsys.readouterr().err
    assert "headers" in said
    assert "pictures" in said
