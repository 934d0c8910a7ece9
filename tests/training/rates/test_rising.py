import math

import pytest
import torch
from torch import nn

from nbnas.errors import ArchitectureError, SettingError, TrainingError
from nbnas.graphs.spaces.cell import cell
from nbnas.graphs.spaces.recurrent.space import lstm
from nbnas.training.data.books import from_text
from nbnas.training.data.images import digits
from nbnas.training.optimizers.optimizer import AdamW
from nbnas.training.rates.rising import rates_between
from nbnas.training.trainer import Trainer

CELL = cell(["nor_conv_3x3", "none", "skip_connect", "none", "none", "nor_conv_3x3"])


@pytest.fixture(scope="module")
def data():
    return digits(train=300, validation=300)


def trainer(data, **settings):
    return Trainer(data, **{"device": "cpu", "batch_size": 30, "channels": 4, **settings})


@pytest.fixture(scope="module")
def found(data):
    return trainer(data).find_learning_rate(CELL, seed=1, steps=60)


def test_rates_rise_by_a_factor():
    assert rates_between(0.01, 1.0, 3) == pytest.approx((0.01, 0.1, 1.0))


def test_it_begins_at_chance_and_finds_a_rate_that_trains(data, found):
    assert found.losses[0] == pytest.approx(math.log(10), abs=0.6)
    assert found.rates[0] == pytest.approx(2e-4)
    assert found.rates[-1] <= 10 * (1 + 1e-9)
    assert len(found.rates) == len(found.losses) <= 60
    assert 0.02 < found.suggestion < 1.5
    assert found.learning_rate == 0.2
    right = {
        rate: trainer(data, epochs=3, learning_rate=rate)(CELL, 2).value
        for rate in (found.suggestion, found.suggestion / 100)
    }
    assert right[found.suggestion] > 0.4 > right[found.suggestion / 100]


def test_the_first_losses_are_those_of_a_training(data):
    """At a rate that changes nothing, an epoch's mean loss is that of the initial weights."""
    tiny = {"lowest": 1e-12, "highest": 2e-12, "steps": 20}
    losses = trainer(data).find_learning_rate(CELL, seed=1, **tiny).losses[:10]
    still = trainer(data, epochs=1, learning_rate=1e-12).start(CELL, 1)
    assert sum(losses) / 10 == pytest.approx(next(iter(still)).train_loss, rel=1e-5)


def test_it_is_repeatable_and_leaves_torchs_own_state_alone(data, found):
    before = torch.random.get_rng_state()
    again = trainer(data).find_learning_rate(CELL, seed=1, steps=60)
    assert torch.equal(before, torch.random.get_rng_state())
    assert (again.losses, again.suggestion) == (found.losses, found.suggestion)
    assert trainer(data).find_learning_rate(CELL, seed=2, steps=60).losses != found.losses


def test_schedule_and_epochs_play_no_part(data, found):
    other = trainer(data, epochs=2, ema=0.9, patience=1).find_learning_rate(CELL, 1, steps=60)
    assert other.losses == found.losses


def test_it_ends_where_the_loss_diverges(data):
    found = trainer(data).find_learning_rate(CELL, highest=1e4, steps=100)
    assert len(found.rates) < 100
    assert found.lowest < 10


def test_rates_belong_to_the_optimizer(data):
    found = trainer(data, optimizer=AdamW()).find_learning_rate(CELL, steps=40)
    assert found.rates[0] == pytest.approx(AdamW().usual(text=False)["learning_rate"] / 1000)
    assert 1e-3 < found.suggestion < 0.5


def test_on_text_hidden_states_are_carried():
    text = from_text("to be or not to be, that is the question\n" * 40)
    found = Trainer(text, batch_size=4, sequence=16, channels=16, device="cpu").find_learning_rate(
        lstm(), steps=60
    )
    assert 1e-4 < found.suggestion < 0.5
    assert min(found.smoothed) < found.losses[0] - 0.3


def test_a_network_of_ones_own(data):
    def build(architecture, data):
        return nn.Sequential(nn.Flatten(), nn.Linear(64, data.classes))

    found = trainer(data, network=build).find_learning_rate(CELL, steps=30)
    assert found.suggestion > 0


def test_what_fails_in_it_is_told_with_its_line(data):
    class Broken(nn.Sequential):
        def forward(self, images):
            if self.training:
                raise ValueError("no forward pass")
            return super().forward(images)

    def build(architecture, data):
        return Broken(nn.Flatten(), nn.Linear(64, data.classes))

    with pytest.raises(TrainingError, match=r"to be trained, but .*line \d+.*no forward pass"):
        trainer(data, network=build).find_learning_rate(CELL)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"steps": 5}, "steps to be a whole number from 20"),
        ({"lowest": 0}, "lowest to be a finite number above 0"),
        ({"lowest": 1.0, "highest": 0.5}, "highest to be a finite number above 1"),
        ({"seed": -1}, "seed to be a whole number"),
    ],
)
def test_wrong_ranges_are_refused(data, settings, expected):
    with pytest.raises(SettingError, match=expected):
        trainer(data).find_learning_rate(CELL, **settings)


def test_losses_that_are_no_numbers_from_the_start(data):
    with pytest.raises(TrainingError, match=r"finite losses for at least 10 steps, got"):
        trainer(data).find_learning_rate(CELL, lowest=1e5, highest=1e9)


def test_an_architecture_that_does_not_suit(data):
    with pytest.raises(ArchitectureError, match="reads images"):
        trainer(data).find_learning_rate(lstm())
