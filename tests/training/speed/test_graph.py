"""Recorded steps give what steps as they are give. What records is a stand-in on the CPU."""

import itertools

import pytest
import torch
from recorder import RecordedCapture
from torch import nn
from torchvision.transforms import v2

import nbnas as nb
from nbnas.training.data.augment import CropAndFlip
from nbnas.training.speed import graph as module
from nbnas.training.speed import quickest, way


@pytest.fixture
def capture(monkeypatch):
    """Steps are recorded on the CPU, wherever the rule would have them recorded on CUDA."""
    made = RecordedCapture()
    monkeypatch.setattr(quickest, "capture_on", lambda device: made)
    monkeypatch.setattr(quickest, "way_of", lambda *_: way.Way(way.GRAPH, "a test"))
    return made


def curves(trainer, architecture, seed=1):
    reports = trainer.start(architecture, seed).run().reports
    return [(r.train_loss, r.train_accuracy, r.val_loss) for r in reports]


def assert_alike(recorded, plain):
    """They differ by no more than what comes of learning rates in float32."""
    for one, other in zip(recorded, plain, strict=True):
        assert one == pytest.approx(other, rel=1e-2)


RECIPES = [
    {},
    {"augment": CropAndFlip(1, cutout=3), "ema": 0.9, "clip": 0.5},
    {"optimizer": nb.AdamW(), "decay_all": False, "schedule": nb.Warmup(), "ema": 0.99},
    {"momentum": 0.0, "label_smoothing": 0.1, "patience": 3},
    {"augment": v2.RandomHorizontalFlip(), "mixed_precision": True},
]


@pytest.mark.parametrize("settings", RECIPES, ids=str)
def test_recorded_steps_are_the_steps_as_they_are(photographs, light, settings, capture):
    """The schedule, the average's decay and both sizes of a batch are those of each step."""
    recipe = {"epochs": 3, "batch_size": 12, "device": "cpu", **settings}
    trainer = nb.Trainer(photographs, **recipe)
    recorded = curves(trainer, light)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(quickest, "way_of", lambda *_: way.Way(way.EAGER, "a test"))
        plain = curves(trainer, light)
    sizes = {len(each) for each in torch.arange(110).tensor_split(10)}
    assert sizes == {11}
    assert capture.replays == 3 * 10 - module.AS_THEY_ARE
    assert_alike(recorded, plain)


def test_each_size_of_a_batch_is_recorded_by_itself(photographs, light, capture):
    trainer = nb.Trainer(photographs, epochs=2, batch_size=10, device="cpu")
    assert {len(each) for each in torch.arange(110).tensor_split(11)} == {10}
    curves(trainer, light)
    assert (capture.aside_calls, capture.replays) == (4, 19)
    capture.replays = capture.aside_calls = 0
    curves(nb.Trainer(photographs, epochs=3, batch_size=20, device="cpu"), light)  # 19 and 18
    assert (capture.aside_calls, capture.replays) == (8, 3 * 6 - 6)
    assert capture.closed == 1 + 2


def test_a_learning_rate_that_is_frozen_is_seen(photographs, light, capture, monkeypatch):
    """As it would be if it were a number, which the recording keeps, and no tensor."""
    monkeypatch.setattr(module, "_put_rates_on", lambda optimizer, device: None)
    trainer = nb.Trainer(photographs, epochs=2, batch_size=12, device="cpu")
    with pytest.warns(UserWarning, match=r"differs from the step as it is by \d+%"):
        recorded = curves(trainer, light)
    assert (capture.replays, capture.closed) == (1, 1)
    monkeypatch.setattr(quickest, "way_of", lambda *_: way.Way(way.EAGER, "a test"))
    assert_alike(recorded, curves(trainer, light))


class Dropping(nn.Module):
    """A network that draws from torch's own generator, and may look at a value."""

    def __init__(self, data, looks=False):
        super().__init__()
        self.looks, self.drawn = looks, []
        self.layers = nn.Sequential(nn.Flatten(), nn.Linear(192, 16), nn.Dropout(0.5))
        self.last = nn.Linear(16, data.classes)

    def forward(self, images):
        hidden = self.layers(images)
        if self.looks and hidden.sum() > 1e9:
            hidden = hidden * 0
        return self.last(hidden)


def test_what_is_dropped_differs_at_each_replay(photographs, light, capture):
    """The rates fall to 0 and the batch is one, so that only what is dropped changes the loss."""
    step, batch = step_of(photographs, light, capture, lambda a, d: Dropping(d))
    losses = [step(batch, None, 0.0).loss.item() for _ in range(12)]
    assert len(set(losses[module.AS_THEY_ARE :])) == 12 - module.AS_THEY_ARE


def step_of(data, architecture, capture, network=None, **settings):
    """A recorded step, and a batch."""
    from nbnas.training.device import Place
    from nbnas.training.memory.pieces import Pieces
    from nbnas.training.run import network_of
    from nbnas.training.speed.step import Step
    from nbnas.training.steps.averaging import Averaging
    from nbnas.training.steps.optimizer import optimizer_of
    from nbnas.training.tasks.of_recipe import task_of

    recipe = nb.Trainer(data, batch_size=16, device="cpu", network=network, **settings)
    rng, place = torch.Generator().manual_seed(0), Place()
    task, made = task_of(recipe, place, rng), network_of(recipe, architecture, rng)
    scaler = torch.amp.GradScaler("cpu", enabled=False)
    averaging = Averaging(made, recipe.ema)
    step = Step(Pieces(task, made, scaler, place), optimizer_of(recipe, made), averaging)
    batch = next(task.batches(task.parts(final=False)[0]))
    return module.StepGraph(step, capture, place.device), batch


def test_a_network_that_looks_at_a_value_is_computed_as_it_is(photographs, light, capture):
    recipe = {"epochs": 2, "batch_size": 12, "device": "cpu"}
    trainer = nb.Trainer(photographs, network=lambda a, d: Dropping(d, looks=True), **recipe)
    with pytest.warns(UserWarning, match="recorded as a CUDA graph.*not permitted.*cuda_graphs"):
        recorded = curves(trainer, light)
    plain = nb.Trainer(photographs, network=lambda a, d: Dropping(d), **recipe)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(quickest, "way_of", lambda *_: way.Way(way.EAGER, "a test"))
        assert_alike(recorded, curves(plain, light))
    assert (capture.replays, capture.aside_calls) == (0, module.AS_THEY_ARE)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (torch.cuda.OutOfMemoryError("CUDA out of memory"), "the memory is too little"),
        (ValueError("a  strange\nthing"), "ValueError: a strange thing"),
    ],
)
def test_a_failure_is_said_once(photographs, light, fault, said):
    step, batch = step_of(photographs, light, RecordedCapture(fault), ema=0.9)
    with pytest.warns(UserWarning, match=said) as warned:
        losses = [step(batch, None, 0.1).loss.item() for _ in range(8)]
    assert len(warned) == 1
    assert said in step.reason
    assert len(set(losses)) == 8  # it goes on


def test_it_ends_where_a_batch_is_read_in_pieces(photographs, light):
    capture = RecordedCapture()
    step, batch = step_of(photographs, light, capture)
    for _ in range(6):
        step(batch, None, 0.01)
    assert capture.replays == 3
    step._step.pieces.training = 2
    for _ in range(2):
        step(batch, None, 0.01)
    assert (capture.replays, capture.closed) == (3, 1)
    assert "pieces of a batch" in step.reason


def test_only_some_sizes_are_recorded(photographs, light):
    capture = RecordedCapture()
    step, (x, y) = step_of(photographs, light, capture)
    for n, _ in itertools.product(range(4, 12), range(5)):
        step((x[:n], y[:n]), None, 0.01)
    assert capture.replays == module.SIZES * 2
    step.close()
    assert capture.closed == module.SIZES
    assert all(each.grad is None for each in step._step.pieces.network.parameters())


def test_a_training_goes_on_from_a_checkpoint(photographs, light, capture, tmp_path):
    trainer = nb.Trainer(photographs, epochs=3, batch_size=12, device="cpu", ema=0.9)
    whole = curves(trainer, light)
    first = trainer.start(light, 1).keep(tmp_path / "trial")
    next(iter(first))
    first.checkpoint()
    second = trainer.start(light, 1).keep(tmp_path / "trial")
    assert next(iter(second)).epoch == 2
    found = [(r.train_loss, r.train_accuracy, r.val_loss) for r in second.run().reports]
    assert_alike(found, whole)
