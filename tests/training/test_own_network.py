"""Trainer(network=build): any network for any architecture, and its faults as failed trials."""

import pytest
import torch
from torch import nn

from nbnas.errors import SettingError, TrainingError
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.graphs.spaces.chain.space import ChainSpace
from nbnas.graphs.spaces.operation import Operation
from nbnas.graphs.spaces.recurrent.space import RecurrentSpace
from nbnas.records import Claim, Origin
from nbnas.search.trial import evaluate
from nbnas.training.data.images import digits
from nbnas.training.networks.network import count_multiply_adds
from nbnas.training.repeated import RepeatedTrainer
from nbnas.training.trainer import Trainer

CELL = CellSpace().sample(0, 1)[0]
WIDTH = 24


def perceptron(architecture, data):
    channels, height, width = data.image_shape
    return nn.Sequential(
        nn.Flatten(),
        nn.Linear(channels * height * width, WIDTH),
        nn.ReLU(),
        nn.Dropout(0.3),
        nn.Linear(WIDTH, data.classes),
    )


@pytest.fixture(scope="module")
def data():
    return digits(train=200, validation=100)


def trainer(data, build=perceptron, **settings):
    return Trainer(data, epochs=2, device="cpu", network=build, **settings)


def figures(evaluation):
    return [(r.train_loss, r.val_loss) for r in evaluation.reports]


@pytest.mark.parametrize("space", [CellSpace(), ChainSpace(3), RecurrentSpace()], ids=repr)
def test_it_is_trained_for_architectures_of_every_space(data, space):
    found = trainer(data)(space.sample(1, 1)[0], seed=1)
    assert found.value > 0.2
    assert found.parameters == 64 * WIDTH + WIDTH + WIDTH * 10 + 10
    assert found.multiply_adds == 64 * WIDTH + WIDTH * 10


def test_the_seed_decides_weights_and_dropout(data):
    before = torch.get_rng_state()
    first, again, other = (trainer(data)(CELL, seed) for seed in (1, 1, 2))
    assert figures(first) == figures(again)
    assert figures(first) != figures(other)
    assert torch.equal(before, torch.get_rng_state())


def test_trainings_that_take_turns_do_not_disturb_each_other(data):
    alone = trainer(data)(CELL, 1)
    one, two = (trainer(data).start(CELL, seed) for seed in (1, 2))
    for _ in zip(one, two, strict=True):
        torch.rand(3)
    assert figures(one.run()) == figures(alone)


def test_it_sees_the_architecture(data):
    seen = []

    def watching(architecture, data):
        seen.append((architecture, data))
        return perceptron(architecture, data)

    trainer(data, watching).start(CELL).run()
    assert seen == [(CELL, data)]


def misspelt(architecture, data):
    width = {"width": 8}["widht"]
    return nn.Linear(width, data.classes)


class Falls(nn.Module):
    """Fails in the midst of a training only."""

    def __init__(self):
        super().__init__()
        self.inner = perceptron(None, digits(120, 100))

    def forward(self, images):
        if self.training:
            raise RuntimeError("out of luck")
        return self.inner(images)


@pytest.mark.parametrize(
    ("build", "said"),
    [
        (misspelt, r"test_own_network\.py, line \d+, in misspelt: `width = .*` raised KeyError"),
        (lambda a, d: nn.Linear(64, 10), r"images \(2, 1, 8, 8\) into scores \(2, 10\), but"),
        (
            lambda a, d: nn.Sequential(nn.Flatten(), nn.Linear(64, 9)),
            r"scores \(2, 10\), got \(2, 9\)",
        ),
        (lambda a, d: nn.Flatten(), "weights to train"),
        (lambda a, d: 5, r"torch\.nn\.Module, got 5"),
        (lambda a, d: Falls(), r"in forward: `raise RuntimeError.*` raised RuntimeError: out of"),
    ],
)
def test_faults_are_failed_trials_with_the_line(data, build, said):
    settings = {"live": lambda training: None, "goes_on": lambda: True}
    found = evaluate(trainer(data, build), Claim(Origin(0, 0), CELL, 0), **settings)
    assert found.status == "failed"
    with pytest.raises(TrainingError, match=said) as raised:
        trainer(data, build)(CELL)
    assert found.error.startswith("TrainingError: expected")
    assert found.error == f"TrainingError: {raised.value}"[:2000]


@pytest.mark.parametrize(
    "build", [5, "build", lambda architecture: None, perceptron(None, digits(120, 100))]
)
def test_what_cannot_build_is_refused_at_once(data, build):
    if isinstance(build, nn.Module):
        build = build.forward  # takes images, which is one argument
    with pytest.raises(SettingError, match=r"a function \(architecture, data\)"):
        trainer(data, build)


def test_a_study_remembers_it_by_its_source(data):
    plain = Trainer(data, epochs=2).fingerprint()
    assert not {"network", "operations"} & set(plain)
    told = trainer(data).fingerprint()
    assert told["network"].startswith("perceptron ")
    assert told == trainer(data).fingerprint() != trainer(data, misspelt).fingerprint()
    assert "network=perceptron" in repr(trainer(data))


def test_built_in_names_among_the_operations_change_nothing(data):
    gelu = Operation("gelu", lambda channels: nn.GELU())
    space = CellSpace(("none", "nor_conv_1x1", gelu))
    told = Trainer(data, operations=space.operations)
    assert told.operations == (gelu,)
    assert Trainer(data).for_space(space) == told == told.for_space(space)
    bare = Trainer(data)
    assert bare.for_space(CellSpace()) is bare
    with pytest.raises(SettingError, match="got gelu twice"):
        told.for_space(CellSpace(("none", Operation("gelu", lambda channels: nn.ReLU()))))


def test_it_is_not_trained_side_by_side(data):
    with pytest.raises(SettingError, match="network to be None"):
        RepeatedTrainer(trainer(data))


def test_own_operations_are_trained_side_by_side(data):
    wave = Operation("wave", lambda c: nn.Sequential(nn.Conv2d(c, c, 3, padding=1), nn.SiLU()))
    space = CellSpace(("none", "skip_connect", wave), vertices=3)
    one = Trainer(data, epochs=1, device="cpu")
    together = RepeatedTrainer(one, seeds=(1, 2)).for_space(space)
    architecture = space.parse("|wave~0|+|wave~0|wave~1|")
    alone = [one.for_space(space)(architecture, seed) for seed in (1, 2)]
    found = together(architecture)
    mean = sum(each.reports[0].train_loss for each in alone) / 2
    assert found.reports[0].train_loss == pytest.approx(mean, rel=1e-3)
    assert found.parameters == alone[0].parameters


def test_transposed_and_one_dimensional_convolutions_count():
    up = nn.Sequential(nn.ConvTranspose2d(8, 4, 3, stride=2, padding=1, bias=False))
    assert count_multiply_adds(up, (8, 8, 8)) == 64 * 8 * 9 * 4
