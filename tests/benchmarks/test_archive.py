import dataclasses
import zipfile

import numpy as np
import pytest

from nbnas.benchmarks.archive import ARRAYS, SCHEMA, Archive, read_archive, write_archive
from nbnas.errors import DataError, StoreError

CLASSES, SEEDS, EPOCHS = 4, 2, 3


@pytest.fixture
def small():
    rng = np.random.default_rng(0)
    curves = (CLASSES, SEEDS, EPOCHS)
    return Archive(
        {
            "schema": SCHEMA,
            "split": {"train": 50, "validation": 40, "test": 30},
            "proxies": ["nwot", "jacov"],
        },
        place=rng.integers(CLASSES, size=9),
        cell=np.arange(CLASSES),
        train_right=rng.integers(50, size=curves),
        train_loss=rng.random(curves),
        val_right=rng.integers(40, size=curves),
        val_loss=rng.random(curves),
        test_right=rng.integers(30, size=curves[:2]),
        seconds=rng.random(curves[:2]),
        parameters=rng.integers(10**5, size=CLASSES),
        multiply_adds=rng.integers(10**6, size=CLASSES),
        proxies=rng.normal(size=(CLASSES, 2)),
    )


def test_reads_what_was_written(small, tmp_path):
    write_archive(small, tmp_path / "new" / "t.npz")
    again = read_archive(tmp_path / "new" / "t.npz")
    assert again.metadata == small.metadata
    for name in ARRAYS:
        np.testing.assert_allclose(
            getattr(again, name), getattr(small, name), rtol=1e-3, atol=1e-4
        )
    np.testing.assert_array_equal(again.val, small.val_right / 40)
    np.testing.assert_array_equal(again.test, small.test_right / 30)
    with pytest.raises(ValueError, match="read-only"):
        again.val_right[0] = 1


def test_the_same_content_gives_the_same_bytes(small, tmp_path):
    write_archive(small, tmp_path / "a.npz")
    write_archive(read_archive(tmp_path / "a.npz"), tmp_path / "b.npz")
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_another_schema_is_refused(small, tmp_path):
    other = dataclasses.replace(small, metadata={**small.metadata, "schema": SCHEMA + 1})
    write_archive(other, tmp_path / "t.npz")
    with pytest.raises(DataError, match=f"schema {SCHEMA}, got {SCHEMA + 1}"):
        read_archive(tmp_path / "t.npz")


def damaged(content):
    middle = len(content) // 2
    wrong = bytes(255 - b for b in content[middle : middle + 200])
    return content[:middle] + wrong + content[middle + 200 :]


def halved(content):
    return content[: len(content) // 2]


@pytest.mark.parametrize("spoil", [lambda _: b"", halved, damaged, lambda _: b"PK"])
def test_a_bad_file_is_an_error_that_names_it(small, tmp_path, spoil):
    path = tmp_path / "t.npz"
    write_archive(small, path)
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(DataError, match=r"expected a table of nbnas at .*t\.npz"):
        read_archive(path)
    with pytest.raises(DataError, match="absent"):
        read_archive(tmp_path / "absent.npz")


def test_objects_are_never_unpickled(small, tmp_path):
    path = tmp_path / "t.npz"
    write_archive(small, path)
    with zipfile.ZipFile(path) as packed:
        members = {name: packed.read(name) for name in packed.namelist()}
    np.save(tmp_path / "evil.npy", np.array([print], dtype=object), allow_pickle=True)
    members["proxies.npy"] = (tmp_path / "evil.npy").read_bytes()
    with zipfile.ZipFile(path, "w") as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    with pytest.raises(DataError, match="Object arrays cannot be loaded"):
        read_archive(path)


def test_a_place_that_cannot_be_written_is_an_error(small, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="write the table"):
        write_archive(small, tmp_path / "file" / "t.npz")
