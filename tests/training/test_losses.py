"""A loss that is no number: where it was, whenever it is looked for."""

import math

import pytest
import torch
from torch import nn

from nbnas.errors import TrainingError
from nbnas.graphs.spaces.cell import cell
from nbnas.records import EpochReport
from nbnas.training import losses as module
from nbnas.training.data.images import digits
from nbnas.training.losses import TOGETHER, Losses
from nbnas.training.trainer import Trainer

CELL, DATA = cell(["skip_connect"] * 6), digits(300, 100)


def made(bad, value, steps=250, batches=40, look=TOGETHER):
    losses = Losses(8, batches, lambda step: step / 1000, 0.3)
    for step in range(steps):
        if losses.add(torch.tensor(value if step == bad else 1.0)) or step % look == 0:
            losses.check(step + 1)
    losses.check(steps)


@pytest.mark.parametrize("bad", [0, 1, 99, 100, 101, 249])
@pytest.mark.parametrize(
    ("value", "said"), [(math.nan, "nan"), (math.inf, "inf"), (-math.inf, "-inf")]
)
@pytest.mark.parametrize("look", [1, 7, 1000])
def test_it_is_said_at_which_step(bad, value, said, look):
    with pytest.raises(TrainingError) as raised:
        made(bad, value, look=look)
    epoch, step = divmod(bad, 40)
    assert str(raised.value) == (
        f"expected a finite loss, got {said} at step {step + 1} of 40 in epoch {epoch + 1} of 8; "
        f"lower learning_rate, which is 0.3 and was {bad / 1000:.3g} at that step, or "
        "lengthen the schedule's warm-up"
    )


def test_numbers_are_all_right():
    made(0, 1e38)
    Losses(1, 1, float, 0.1).check(0)


@pytest.mark.parametrize("field", ["train_loss", "val_loss"])
def test_an_epoch_as_a_whole(field):
    losses = Losses(8, 40, float, 0.3)
    losses.check_report(EpochReport(2, 8, 0.5, 0.5, 0.5, 0.5, 0.07))
    bad = EpochReport(2, 8, **{"train_loss": 0.5, "val_loss": 0.5, field: math.inf})
    with pytest.raises(TrainingError, match=r"after epoch 2 of 8; .*which is 0\.3"):
        losses.check_report(bad)


class Turns(nn.Module):
    """Gives scores that are no numbers from some step on."""

    def __init__(self, step):
        super().__init__()
        self.step, self.linear = step, nn.Linear(64, 10)

    def forward(self, images):
        self.step -= self.training
        scores = self.linear(images.flatten(1))
        return scores * math.nan if self.step < 0 else scores


@pytest.mark.parametrize(
    ("step", "where"), [(0, "step 1 of 5 in epoch 1"), (7, "step 3 of 5 in epoch 2")]
)
def test_the_trial_fails_at_its_epoch(step, where):
    trainer = Trainer(DATA, epochs=9, device="cpu", network=lambda a, d: Turns(step))
    training = trainer.start(CELL, 1)
    rate = trainer.schedule.learning_rate(0.2, step, 45)
    with pytest.raises(
        TrainingError, match=rf"got nan at {where} of 9; .* was {rate:.3g} at that"
    ):
        training.run()
    assert len(training.reports) == step // 5
    assert training.network is None


def test_a_long_epoch_is_not_trained_to_its_end(monkeypatch):
    monkeypatch.setattr(module, "TOGETHER", 3)
    network = Turns(4)
    trainer = Trainer(DATA, batch_size=10, device="cpu", network=lambda a, d: network)
    with pytest.raises(TrainingError, match="got nan at step 5 of 30 in epoch 1 of 12"):
        trainer(CELL, 1)
    assert network.step == 4 - 6  # two steps of three
