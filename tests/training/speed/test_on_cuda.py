"""Recorded and compiled steps on a CUDA device. Without one, all of this is skipped."""

import gc

import numpy as np
import pytest
import torch
from torch import nn

import nbnas as nb
from nbnas.graphs.spaces.cell import cell
from nbnas.training.data.augment import CropAndFlip
from nbnas.training.speed import graph, quickest
from nbnas.training.speed.graph import StepGraph

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device")

POOLED = cell(
    ["avg_pool_3x3", "nor_conv_3x3", "avg_pool_3x3", "none", "skip_connect", "nor_conv_1x1"]
)


@pytest.fixture
def made(monkeypatch):
    """The recorded steps of a test, as they are made."""
    graphs = []

    def step_graph(*given):
        graphs.append(StepGraph(*given))
        return graphs[-1]

    monkeypatch.setattr(quickest, "StepGraph", step_graph)
    return graphs


@pytest.fixture(scope="module")
def photographs():
    images = np.random.default_rng(0).integers(256, size=(1_300, 3, 16, 16)).astype(np.uint8)
    return nb.from_arrays("noise", images, np.arange(1_300) % 10, train=1_000, validation=200)


def curves(trainer, seed=1):
    reports = trainer.start(POOLED, seed).run().reports
    return [(r.train_loss, r.val_loss) for r in reports]


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"ema": 0.9, "clip": 1.0, "patience": 4},
        {"optimizer": nb.AdamW(), "decay_all": False, "schedule": nb.Warmup()},
        {"augment": CropAndFlip(2, cutout=4), "label_smoothing": 0.1},
    ],
    ids=str,
)
def test_recorded_is_as_it_is_within_rounding(photographs, settings, made, monkeypatch):
    """In float32, at a rate so small that rounding does not grow; 1,000 pictures in 63 and 62."""
    monkeypatch.setattr(torch.backends.cudnn, "allow_tf32", False)
    recipe = {"epochs": 4, "learning_rate": 1e-3, "mixed_precision": False, "device": "cuda"}
    recorded = curves(nb.Trainer(photographs, **recipe | settings))
    assert (len(made), made[0].reason) == (1, "")
    assert made[0]._recorded == {}  # closed
    plain = curves(nb.Trainer(photographs, **recipe | settings, cuda_graphs=False))
    assert len(made) == 1
    for one, other in zip(recorded, plain, strict=True):
        assert one == pytest.approx(other, rel=1e-3)


def test_steps_are_replayed(photographs, made, monkeypatch):
    counted = []
    replay = graph._Recorded.replay
    monkeypatch.setattr(
        graph._Recorded, "replay", lambda self, batch: counted.append(1) or replay(self, batch)
    )
    curves(nb.Trainer(photographs, epochs=5, device="cuda"))
    sizes = {len(each) for each in torch.arange(1_000).tensor_split(16)}
    assert len(counted) == 5 * 16 - graph.AS_THEY_ARE * len(sizes)


def test_mixed_precision_learns_as_well(made):
    found = nb.Trainer(nb.digits(), epochs=12, device="cuda")(POOLED)
    assert (len(made), made[0].reason) == (1, "")
    assert found.value > 0.8


def allocated():
    gc.collect()
    torch.cuda.synchronize()
    return torch.cuda.memory_allocated()


def test_memory_is_given_back(made):
    trainer = nb.Trainer(nb.digits(), epochs=8, device="cuda")
    trainer(POOLED)  # the libraries' own workspaces and the images stay
    made.clear()
    before = allocated()
    trainer(POOLED)
    assert len(made) == 1
    made.clear()
    stopped = trainer.start(POOLED)
    next(iter(stopped))
    stopped.stop()
    made.clear()
    del stopped
    assert allocated() - before < 2**20


def test_a_training_goes_on_from_its_checkpoint(made, tmp_path):
    """Its weights are loaded before the steps are recorded anew."""
    trainer = nb.Trainer(nb.digits(), epochs=8, device="cuda", ema=0.9)
    first = trainer.start(POOLED, 1).keep(tmp_path / "trial")
    rounds = iter(first)
    next(rounds), next(rounds)
    first.checkpoint()
    second = trainer.start(POOLED, 1).keep(tmp_path / "trial")
    assert next(iter(second)).epoch == 3
    losses = [[r.train_loss for r in each.run().reports] for each in (first, second)]
    assert losses[0] == pytest.approx(losses[1], rel=1e-2)
    assert [each.reason for each in made] == ["", ""]


class Own(nn.Module):
    """A network of a user's own, with dropout, that may look at a value."""

    def __init__(self, looks):
        super().__init__()
        self.looks = looks
        self.layers = nn.Sequential(nn.Flatten(), nn.Linear(64, 32), nn.Dropout(0.5))
        self.last = nn.Linear(32, 10)

    def forward(self, images):
        hidden = self.layers(images)
        if self.looks and hidden.sum() > 1e9:
            hidden = hidden * 0
        return self.last(hidden)


def test_what_is_dropped_differs_at_each_replay(made, monkeypatch):
    """The rate is next to nothing, so that only what is dropped changes the loss of a batch."""
    losses, replay = [], graph._Recorded.replay

    def watched(self, batch):
        first = tuple(each[:64] for each in batch)
        answer = replay(self, tuple(each.clone() for each in (self.batch if losses else first)))
        losses.append(answer.loss.item())
        return answer

    monkeypatch.setattr(graph._Recorded, "replay", watched)
    recipe = {"epochs": 4, "learning_rate": 1e-9, "device": "cuda", "cuda_graphs": True}
    nb.Trainer(nb.digits(640, 100), network=lambda a, d: Own(looks=False), **recipe)(POOLED)
    assert len(set(losses)) > 0.9 * len(losses) > 20


def test_what_looks_at_a_value_is_computed_as_it_is(made):
    recipe = {"epochs": 4, "device": "cuda", "cuda_graphs": True}
    trainer = nb.Trainer(nb.digits(640, 100), network=lambda a, d: Own(looks=True), **recipe)
    with pytest.warns(UserWarning, match="recorded as a CUDA graph"):
        found = trainer(POOLED)
    assert found.status == "completed"
    assert made[0].reason
    again = nb.Trainer(nb.digits(), epochs=8, device="cuda")(POOLED)  # nothing is left broken
    assert again.value > 0.5
    assert made[1].reason == ""


def test_an_epoch_is_made_ready_at_once_and_is_the_same(photographs, monkeypatch):
    from nbnas.training.tasks.pictures import PictureTask

    recipe = {"epochs": 2, "mixed_precision": False, "learning_rate": 1e-3, "device": "cuda"}
    trainer = nb.Trainer(photographs, augment=CropAndFlip(2, cutout=3), **recipe)
    together = curves(trainer)
    monkeypatch.setattr(PictureTask, "batches_at_once", lambda self, batches: 1)
    for one, other in zip(together, curves(trainer), strict=True):
        assert one == pytest.approx(other, rel=1e-3)


def test_what_is_explained_is_what_is_done(made):
    trainer = nb.Trainer(nb.digits(), epochs=8, device="cuda")
    assert trainer.explain_speed(POOLED).steps == "CUDA graph"
    trainer(POOLED)
    assert len(made) == 1


@pytest.mark.slow
def test_a_compiled_network_learns():
    trainer = nb.Trainer(nb.digits(), epochs=12, device="cuda", compile=True)
    assert trainer.explain_speed(POOLED).steps == "compiled"
    assert trainer(POOLED).value > 0.8
