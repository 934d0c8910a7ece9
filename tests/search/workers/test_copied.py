"""Objectives as bytes for other processes, and pictures that stay in their file."""

import pickle
import subprocess
import sys

import numpy as np
import pytest
import torch

import nbnas as nb
from nbnas.errors import DataError
from nbnas.search.workers.copied import copied
from nbnas.training.data.image_data import ImageData
from nbnas.training.data.mapped import mapped, remembered
from nbnas.training.data.part import to_part


@pytest.fixture
def data(tmp_path):
    """A data set whose pictures lie in one file, one part after the other."""
    pixels = np.random.default_rng(0).integers(0, 256, (900, 3, 8, 8), np.uint8)
    np.save(tmp_path / "pixels.npy", pixels)
    on_disk = np.load(tmp_path / "pixels.npy", mmap_mode="c")
    labels = np.arange(300) % 3
    return ImageData("three", 3, *(to_part(on_disk[k : k + 300], labels) for k in (0, 300, 600)))


def objective(data):
    return nb.Trainer(data, epochs=1)


def test_pictures_in_a_file_stay_there(data, tmp_path):
    small, large = copied(objective(data)), copied(objective(data), by_file=False)
    pixels = data.train[0].nbytes
    assert len(large.content) - len(small.content) > 2.9 * pixels
    assert large.files == ()
    assert {file.path for file in small.files} == {str(tmp_path / "pixels.npy")}
    for found in (small, large):
        again = pickle.loads(found.content).data
        for part in ("train", "val", "test"):
            for given, come in zip(getattr(data, part), getattr(again, part), strict=True):
                assert torch.equal(given, come)
        assert again.fingerprint == data.fingerprint
    twice = copied(pickle.loads(small.content))
    assert twice.files == small.files, "what was mapped may travel on"


def test_usual_pickles_hold_the_pictures(data, tmp_path):
    content = pickle.dumps(data)
    (tmp_path / "pixels.npy").unlink()
    assert torch.equal(pickle.loads(content).train[0], data.train[0])


def test_where_the_file_is_gone_the_pictures_travel(data, tmp_path):
    (tmp_path / "pixels.npy").unlink()
    found = copied(objective(data))
    assert found.files == ()
    assert torch.equal(pickle.loads(found.content).data.train[0], data.train[0])


def test_a_file_that_vanishes_before_it_is_read_is_told(data, tmp_path):
    found = copied(objective(data))
    (tmp_path / "pixels.npy").write_bytes(b"other")
    with pytest.raises(DataError, match=r"expected pictures in .*pixels.npy"):
        pickle.loads(found.content)


def test_arrays_in_memory_are_in_no_file():
    array = np.zeros((2, 3), np.uint8)
    assert mapped(remembered(torch.from_numpy(array), array)) is None
    assert copied(lambda architecture, seed=0: 0.5).files == ()


def test_a_copy_of_an_array_in_a_file_is_not_in_it(tmp_path):
    np.save(tmp_path / "a.npy", np.arange(12, dtype=np.uint8).reshape(3, 4))
    array = np.load(tmp_path / "a.npy", mmap_mode="c")
    assert mapped(remembered(torch.from_numpy(np.ascontiguousarray(array.T)), array.T)) is None


def test_another_process_reads_the_same(data, tmp_path):
    (tmp_path / "objective").write_bytes(copied(objective(data)).content)
    code = f"import pickle; d = pickle.load(open({str(tmp_path / 'objective')!r}, 'rb')).data; "
    code += "print(int(d.train[0].long().sum()), int(d.test[0].long().sum()))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    sums = [int(part[0].long().sum()) for part in (data.train, data.test)]
    assert said.stdout.split() == [str(each) for each in sums]
