import dataclasses

import pytest
import torch
from torchvision.transforms import v2

import nbnas as nb
from nbnas.errors import ArchitectureError, SettingError
from nbnas.graphs.spaces.cell import cell
from nbnas.graphs.spaces.recurrent.space import lstm
from nbnas.training.data import resident
from nbnas.training.data.augment import CropAndFlip
from nbnas.training.device import Place
from nbnas.training.speed import explain as module
from nbnas.training.tasks import pictures

CELL = cell(["nor_conv_3x3", "none", "avg_pool_3x3", "skip_connect", "nor_conv_3x3", "none"])
DIGITS = nb.digits(200, 100)


@pytest.fixture
def on_cuda(monkeypatch):
    """Explanations as on a card with 80 GB, which nothing is computed on."""
    place = Place(torch.device("cuda:0"), torch.bfloat16, torch.channels_last)
    monkeypatch.setattr(module, "choose_place", lambda *_: place)
    monkeypatch.setattr(pictures, "room_on", lambda device: 8e9)
    return monkeypatch


def test_on_the_cpu_it_is_said_truthfully():
    found = nb.Trainer(DIGITS, device="cpu").explain_speed(CELL)
    assert (found.device, found.steps) == ("cpu", "eager")
    assert "this is cpu" in found["steps"].why
    assert found["precision"].chosen == "float32"
    assert found["layout"].chosen == "channels last"
    assert found["optimiser"].chosen == "SGD, fused"
    assert found["pictures"].chosen == "a batch at once"
    assert found["copied back"].chosen == "nothing"
    names = [each.name for each in found.choices]
    assert names[0] == "steps"
    assert len(set(names)) == len(names)


def test_nothing_is_trained_or_made(monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("a network was made")

    monkeypatch.setattr("nbnas.training.run.network_of", refuse)
    monkeypatch.setattr(torch.Tensor, "backward", refuse)
    nb.Trainer(DIGITS, device="cpu").explain_speed(CELL)


def test_threads_are_recommended_by_size_and_stay(monkeypatch):
    monkeypatch.setattr(module.psutil, "cpu_count", lambda logical: 8)
    small = nb.Trainer(DIGITS, device="cpu").explain_speed(CELL)["threads"]
    assert (small.chosen, small.quicker) == ("1", "")
    assert "few enough for one" in small.why
    many = nb.Trainer(DIGITS, device="cpu", threads=8).explain_speed(CELL)["threads"]
    assert (many.chosen, many.quicker) == ("8", "threads=1, most often")
    large = nb.Trainer(DIGITS, device="cpu", channels=64).explain_speed(CELL)["threads"]
    assert large.chosen == "1"
    assert large.quicker.startswith("threads=8 ")
    assert "last digits" in large.quicker
    free = nb.Trainer(DIGITS, device="cpu", channels=64, threads=None).explain_speed(CELL)
    assert free["threads"].chosen == "torch's own number"
    own = nb.Trainer(DIGITS, device="cpu", network=nb.baselines.plain).explain_speed(CELL)
    assert "not known" in own["threads"].why


def test_on_cuda(on_cuda):
    trainer = nb.Trainer(DIGITS, device="cpu", augment=CropAndFlip(), epochs=20)
    found = trainer.explain_speed(CELL)
    assert (found.device, found.steps) == ("cuda:0", "CUDA graph")
    assert found["precision"].chosen == "bfloat16"
    assert found["pictures"].chosen == "all of an epoch at once"
    assert found["pictures"].why == "chosen and augmented on cuda:0, in its free memory"
    assert found["copied back"].chosen == "once an epoch"
    assert "only sends" in found["threads"].why
    on_cuda.setattr(pictures, "room_on", lambda device: 0)
    assert "no room" in trainer.explain_speed(CELL)["pictures"].why


def test_what_is_slower_says_what_is_quicker(on_cuda):
    plain = torch.device("cuda:0")
    on_cuda.setattr(module, "choose_place", lambda *_: Place(plain))
    mix = {"mix": v2.MixUp(num_classes=10), "augment": v2.RandomHorizontalFlip()}
    found = nb.Trainer(DIGITS, device="cpu", **mix).explain_speed(CELL)
    assert found.steps == "eager"
    assert found["precision"].quicker == "mixed_precision=None"
    assert found["layout"].quicker == "channels_last=None"
    assert found["pictures"].quicker.startswith("augment=CropAndFlip()")
    mixed = nb.Trainer(DIGITS, device="cpu", mix=mix["mix"]).explain_speed(CELL)
    assert "mix draws" in mixed["pictures"].why


def test_on_mps(monkeypatch):
    monkeypatch.setattr(module, "choose_place", lambda *_: Place(torch.device("mps")))
    found = nb.Trainer(DIGITS, device="cpu").explain_speed(CELL)
    assert (found["layout"].quicker, found["optimiser"].why) == ("", "not fused on mps")


def test_other_optimizers():
    if not hasattr(torch.optim, "Muon"):
        pytest.skip("torch has no Muon")
    found = nb.Trainer(DIGITS, device="cpu", optimizer=nb.Muon()).explain_speed(CELL)
    assert found["optimiser"].quicker.startswith("SGD()")


def test_text(tmp_path):
    (tmp_path / "text.txt").write_text("a line of text\n" * 40)
    trainer = nb.Trainer(nb.from_text(tmp_path / "text.txt"), device="cpu")
    names = [each.name for each in trainer.explain_speed(lstm()).choices]
    assert "pictures" not in names
    with pytest.raises(ArchitectureError, match="recurrent cell"):
        trainer.explain_speed(CELL)


def test_choices_are_found_by_name():
    found = nb.Trainer(DIGITS, device="cpu").explain_speed(CELL)
    assert repr(found["steps"]) == "SpeedChoice(steps: eager)"
    assert repr(found).startswith("SpeedExplanation(cpu, steps: eager, precision: float32")
    with pytest.raises(SettingError, match=r"expected one of steps, .*; got 'speed'"):
        found["speed"]
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.device = "cuda"


@pytest.mark.parametrize("choices", [(), ("fast",), None])
def test_choices_are_checked(choices):
    with pytest.raises(SettingError, match="choices"):
        nb.SpeedExplanation(CELL, "cpu", choices)
    with pytest.raises(SettingError, match="why"):
        nb.SpeedChoice("steps", "eager", 3)


def test_the_share_of_the_memory_is_little():
    assert resident.READY <= 0.1  # eight trainings may share a card
