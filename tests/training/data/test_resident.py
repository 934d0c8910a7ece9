import gc

import pytest
import torch
from nbnas.training.data.images import digits

from nbnas.training.data import resident
from nbnas.training.data.resident import _RESIDENT, chosen, parts_on


def test_device_copies_are_made_once_and_dropped_with_the_data():
    data = digits(100, 50)
    gc.collect()  # data of other tests that nobody holds
    meta = torch.device("meta")
    assert parts_on(data, meta)[0][0] is parts_on(data, meta)[0][0]
    assert parts_on(data, torch.device("cpu"))[0][0] is data.train[0]
    before = len(_RESIDENT)
    del data
    gc.collect()
    assert len(_RESIDENT) == before - 1


@pytest.mark.parametrize(("free", "where"), [(10**9, "meta"), (1000, "cpu")])
def test_images_that_a_gpu_has_no_room_for_stay_in_the_computers_memory(monkeypatch, free, where):
    monkeypatch.setattr(resident, "_free", lambda device: free)
    data = digits(100, 50)
    for images, labels in parts_on(data, torch.device("meta")):
        assert (images.device.type, labels.device.type) == (where, "meta")


def test_a_batch_is_on_the_device_of_its_places():
    images = torch.arange(12.0).view(4, 3)
    assert torch.equal(chosen(images, torch.tensor([2, 0])), images[[2, 0]])
    assert chosen(images.to("meta"), torch.tensor([2, 0], device="meta")).shape == (2, 3)
