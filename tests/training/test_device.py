import threading
from dataclasses import replace

import pytest
import torch

from nbnas.errors import SettingError
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.training import device as module
from nbnas.training.data.images import digits
from nbnas.training.device import (
    Place,
    choose_device,
    choose_layout,
    choose_place,
    choose_precision,
    cpu_threads,
)
from nbnas.training.trainer import Trainer

CPU, CUDA = torch.device("cpu"), torch.device("cuda:0")


@pytest.fixture
def machine(monkeypatch):
    def pretend(gpus=0, mps=False):
        monkeypatch.setattr(torch.cuda, "is_available", lambda: gpus > 0)
        monkeypatch.setattr(torch.cuda, "device_count", lambda: gpus)
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)

    return pretend


def test_a_place_is_what_was_asked_for():
    place = choose_place("cpu", True, True)
    assert place == Place(CPU, torch.bfloat16, torch.channels_last)
    with place.autocast:
        assert torch.is_autocast_enabled("cpu")
    assert choose_place("cpu", None, None) == Place(layout=torch.channels_last)
    assert choose_place("cpu", None, False) == Place()
    with Place().autocast:
        assert not torch.is_autocast_enabled("cpu")
    with pytest.raises(SettingError, match="tpu"):
        choose_place("tpu", None, None)


def test_auto_takes_cuda_then_mps_then_cpu(machine):
    machine(gpus=2, mps=True)
    assert choose_device() == CUDA
    assert choose_device("cuda") == CUDA
    assert choose_device("cuda:1") == torch.device("cuda:1")
    machine(mps=True)
    assert choose_device() == torch.device("mps")
    machine()
    assert choose_device() == CPU


@pytest.mark.parametrize("word", ["cuda", "cuda:0", "mps", "gpu", ""])
def test_missing_device_names_those_there_are(machine, word):
    machine()
    with pytest.raises(SettingError, match="out of auto, cpu on this machine"):
        choose_device(word)
    with pytest.raises(SettingError, match=r"device to be auto, cpu, .*, got device=7"):
        choose_device(7)


def test_precision(monkeypatch):
    assert choose_precision(CPU, None) == choose_precision(CUDA, False) == torch.float32
    assert choose_precision(CPU, True) == torch.bfloat16
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: (9, 0))
    assert choose_precision(CUDA, None) == torch.bfloat16
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: (7, 5))
    assert choose_precision(CUDA, None) == torch.float16


def test_layout():
    assert choose_layout(torch.device("mps"), None) == torch.contiguous_format
    assert choose_layout(CPU, False) == choose_layout(CUDA, False) == torch.contiguous_format
    assert choose_layout(CPU, None) == choose_layout(CUDA, None) == torch.channels_last
    assert choose_layout(torch.device("mps"), True) == torch.channels_last


def test_gray_pictures_give_the_same_numbers_in_either_layout():
    """As NAS-Bench-Digits was made with the one, and is trained with the other."""
    trainer = Trainer(digits(train=200, validation=100), epochs=1, device="cpu")
    for cell in CellSpace().sample(0, 3):
        losses = [
            replace(trainer, channels_last=last)(cell, 1).reports[0].train_loss
            for last in (False, True)
        ]
        assert losses[0] == pytest.approx(losses[1], rel=1e-4)


def test_release_memory_asks_the_device(monkeypatch):
    asked = []
    monkeypatch.setattr(torch.cuda, "empty_cache", lambda: asked.append("cuda"))
    monkeypatch.setattr(torch.mps, "empty_cache", lambda: asked.append("mps"))
    for device in (CPU, CUDA, torch.device("mps")):
        module.release_memory(device)
    assert asked == ["cuda", "mps"]


def test_threads_are_put_back():
    before = torch.get_num_threads()
    with cpu_threads(before + 1):
        assert torch.get_num_threads() == before + 1
    with cpu_threads(None):
        assert torch.get_num_threads() == before
    assert torch.get_num_threads() == before


@pytest.mark.skipif(
    "OpenMP" not in torch.__config__.parallel_info(), reason="another backend's number is global"
)
def test_the_number_of_threads_is_one_s_own():
    """A training in the background neither takes nor gives threads of the cells beside it."""
    before, inside, leave = torch.get_num_threads(), threading.Event(), threading.Event()

    def train():
        with cpu_threads(before + 1):
            seen.append(torch.get_num_threads())
            inside.set()
            assert leave.wait(20)
        seen.append(torch.get_num_threads())

    seen = []
    thread = threading.Thread(target=train)
    thread.start()
    assert inside.wait(20)
    assert torch.get_num_threads() == before
    leave.set()
    thread.join()
    assert torch.get_num_threads() == before
    assert seen == [before + 1, before]
