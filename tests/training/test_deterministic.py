"""Computing so that one device gives the same numbers each time."""

import threading

import pytest
import torch

from nbnas.errors import SettingError
from nbnas.graphs.spaces.cell import cell
from nbnas.training import device as module
from nbnas.training.data.images import digits
from nbnas.training.device import deterministic
from nbnas.training.trainer import Trainer

CPU, CUDA = torch.device("cpu"), torch.device("cuda:0")
CELL = cell(["nor_conv_1x1", "none", "none", "skip_connect", "nor_conv_3x3", "avg_pool_3x3"])


def switches():
    return (
        torch.are_deterministic_algorithms_enabled(),
        torch.backends.cudnn.deterministic,
        torch.backends.cudnn.benchmark,
    )


def test_torchs_switches_are_set_within_and_as_before_afterwards():
    torch.backends.cudnn.benchmark = True
    try:
        before = switches()
        with deterministic(CPU), deterministic(CPU):
            assert switches() == (True, True, False)
            assert not torch.is_deterministic_algorithms_warn_only_enabled()
        assert switches() == before == (False, False, True)
    finally:
        torch.backends.cudnn.benchmark = False


def test_the_last_of_several_threads_sets_them_back():
    inside, leave = threading.Event(), threading.Event()

    def other():
        with deterministic(CPU):
            inside.set()
            leave.wait(20)

    thread = threading.Thread(target=other)
    with deterministic(CPU):
        thread.start()
        assert inside.wait(20)
    assert switches()[0]
    leave.set()
    thread.join(20)
    assert not switches()[0]


def test_a_training_has_them_and_nobody_beside_it():
    seen = []
    trainer = Trainer(
        digits(200, 100),
        epochs=2,
        device="cpu",
        deterministic=True,
        augment=lambda image: seen.append(switches()) or image,
    )
    for _ in trainer.start(CELL, 1):
        assert not switches()[0]
    assert set(seen) == {(True, True, False)}


def test_on_the_cpu_the_numbers_are_the_same():
    one, other = (
        Trainer(digits(200, 100), epochs=2, device="cpu", deterministic=each)(CELL, 1)
        for each in (True, False)
    )
    assert one.measured == other.measured
    assert [r.train_loss for r in one.reports] == [r.train_loss for r in other.reports]


def test_it_is_too_late_on_cuda_once_something_was_computed(monkeypatch):
    """As torch raises it where the variable was not set in time; simulated, without a GPU."""

    def refuse(*_):
        raise RuntimeError("Deterministic behavior was enabled ... CUBLAS_WORKSPACE_CONFIG=:16:8")

    monkeypatch.setattr(module.torch, "ones", lambda *_, **__: None)
    monkeypatch.setattr(module.torch, "mm", refuse)
    monkeypatch.delenv("CUBLAS_WORKSPACE_CONFIG", raising=False)
    with pytest.raises(SettingError, match="restart it, or set the environment variable CUBLAS"):
        deterministic(CUDA).__enter__()
    assert module.os.environ.pop("CUBLAS_WORKSPACE_CONFIG") == ":4096:8"
    assert not switches()[0]


@pytest.mark.parametrize("wrong", [1, None, "yes"])
def test_it_is_true_or_false(wrong):
    with pytest.raises(SettingError, match="deterministic"):
        Trainer(digits(200, 100), deterministic=wrong)
