"""Batches that are made ready together are those that are made ready one by one, bit for bit."""

from itertools import chain

import numpy as np
import pytest
import torch
from torchvision.transforms import v2

import nbnas as nb
from nbnas.training.data.augment import CropAndFlip
from nbnas.training.data.resident import READY, room_on
from nbnas.training.device import Place
from nbnas.training.tasks import pictures as module
from nbnas.training.tasks.pictures import PictureTask


@pytest.fixture(scope="module")
def data():
    images = np.random.default_rng(0).integers(256, size=(90, 3, 9, 8)).astype(np.uint8)
    return nb.from_arrays("noise", images, np.arange(90) % 3, train=55, validation=20)


def task_of(data, **settings):
    recipe = nb.Trainer(data, batch_size=10, device="cpu", **settings)
    place = Place(layout=torch.channels_last)
    return PictureTask(data, recipe, place, torch.Generator().manual_seed(3))


def epochs(task):
    part = task.parts(final=False)[0]
    return [list(task.batches(part)) for _ in range(2)]


@pytest.mark.parametrize("augment", [None, CropAndFlip(2), CropAndFlip(1, flip=False, cutout=3)])
@pytest.mark.parametrize("at_once", [2, 4, 6, 100])
def test_it_changes_nothing(data, augment, at_once, monkeypatch):
    one_by_one = task_of(data, augment=augment)
    expected = epochs(one_by_one)
    monkeypatch.setattr(PictureTask, "batches_at_once", lambda self, batches: at_once)
    together = task_of(data, augment=augment)
    found = epochs(together)
    assert [len(x) for x, _ in found[0]] == [10, 9, 9, 9, 9, 9]
    for one, other in zip(chain(*expected), chain(*found), strict=True):
        assert all(map(torch.equal, one, other))
        assert other[0].is_contiguous(memory_format=torch.channels_last)
    states = (task.generator.get_state() for task in (one_by_one, together))
    assert torch.equal(*states)


def test_what_is_drawn_ahead_does_not_depend_on_how_many_there_are(data, monkeypatch):
    """So a checkpoint within an epoch is one for a card with more or less memory, too."""
    states = []
    for at_once in (2, 5):
        monkeypatch.setattr(PictureTask, "batches_at_once", lambda *_, n=at_once: n)
        task = task_of(data, augment=CropAndFlip(2))
        next(task.batches(task.parts(final=False)[0]))
        states.append(task.generator.get_state())
    assert torch.equal(*states)


def on_a_gpu(task):
    """The same task, as far as its choices go, on a GPU."""
    return PictureTask(task.data, task.recipe, Place(torch.device("cuda:0")), task.generator)


@pytest.mark.parametrize("room", [0, 9_000, 50_000, 1e9])
def test_a_gpu_takes_as_many_as_it_has_room_for(data, room, monkeypatch):
    monkeypatch.setattr(module, "room_on", lambda device: room)
    batch = 4 * 3 * 9 * 8 * 10 * module.COPIES
    expected = min(6, max(1, int(room // batch)))
    assert on_a_gpu(task_of(data)).batches_at_once(6) == expected
    assert on_a_gpu(task_of(data, augment=CropAndFlip())).batches_at_once(6) == expected


def test_what_draws_as_it_goes_is_made_batch_by_batch(data, monkeypatch):
    monkeypatch.setattr(module, "room_on", lambda device: 1e9)
    mixed = task_of(data, mix=v2.MixUp(num_classes=3))
    flipped = task_of(data, augment=v2.RandomHorizontalFlip())
    assert [on_a_gpu(task).batches_at_once(6) for task in (mixed, flipped)] == [1, 1]
    assert task_of(data).batches_at_once(6) == 1  # on the CPU


def test_room_is_a_share_of_what_is_free(monkeypatch):
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device: (1_000, 2_000))
    assert room_on(torch.device("cuda:0")) == READY * 1_000
    assert room_on(torch.device("cpu")) == 0
