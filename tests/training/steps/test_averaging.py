import io
from itertools import pairwise

import pytest
import torch
from torch import nn

from nbnas.graphs.spaces.cell import cell
from nbnas.graphs.spaces.recurrent.space import lstm
from nbnas.training.data.books import from_text
from nbnas.training.data.images import digits
from nbnas.training.steps.averaging import Averaging
from nbnas.training.trainer import Trainer

LIGHT = cell(["nor_conv_1x1", "none", "none", "skip_connect", "nor_conv_3x3", "none"])


def stepped(network, averaging, values):
    """The average after the only weight and the running mean had some values."""
    for value in values:
        with torch.no_grad():
            network[0].weight.fill_(value)
            network[0].running_mean.fill_(10 * value)
        averaging.update()
    return averaging.network[0].weight.item(), averaging.network[0].running_mean.item()


def test_it_is_the_moving_average_with_a_decay_that_rises():
    network = nn.Sequential(nn.BatchNorm2d(1))
    values = [1.0, 3.0, -2.0, 5.0, 0.5, 4.0]
    expected = values[0]
    for t, value in enumerate(values[1:], 1):
        decay = min(0.3, (1 + t) / (10 + t))
        expected = decay * expected + (1 - decay) * value
    found = stepped(network, Averaging(network, 0.3), values)
    assert found == (pytest.approx(expected), pytest.approx(10 * expected))


def test_a_constant_is_its_own_average_and_the_network_stays():
    network = nn.Sequential(nn.BatchNorm2d(1))
    averaging = Averaging(network, 0.9)
    assert stepped(network, averaging, [2.5] * 30) == (2.5, 25.0)
    assert averaging.network is not network
    assert network[0].weight.item() == 2.5


def test_without_a_decay_the_network_is_measured():
    network = nn.Linear(2, 2)
    averaging = Averaging(network, None)
    averaging.update()
    assert averaging.network is network
    assert averaging.state_dict() == {}
    averaging.load_state_dict({})


def test_it_goes_on_from_its_state():
    whole, first, second = (nn.Sequential(nn.BatchNorm2d(1)) for _ in range(3))
    expected = stepped(whole, Averaging(whole, 0.95), [1.0, 2.0, 3.0, 4.0])
    begun, kept = Averaging(first, 0.95), io.BytesIO()
    stepped(first, begun, [1.0, 2.0])
    torch.save(begun.state_dict(), kept)
    kept.seek(0)
    resumed = Averaging(second, 0.95)
    resumed.load_state_dict(torch.load(kept, weights_only=True))
    assert stepped(second, resumed, [3.0, 4.0]) == expected


@pytest.fixture(scope="module")
def data():
    return digits(train=120, validation=100)


def test_a_training_measures_and_keeps_the_average(data):
    settings = {"epochs": 2, "device": "cpu", "batch_size": 30}
    training = Trainer(data, **settings, ema=0.9).start(LIGHT, 3)
    evaluation = training.run()
    plain = Trainer(data, **settings).start(LIGHT, 3)
    other = plain.run()
    losses = [[r.train_loss for r in e.reports] for e in (evaluation, other)]
    assert losses[0] == losses[1]  # the steps are the same ones
    assert evaluation.reports[-1].val_loss != other.reports[-1].val_loss
    images, labels = data.val
    with torch.no_grad():
        right = training.network.eval()(images).argmax(1) == labels
    assert right.float().mean().item() == pytest.approx(evaluation.value)
    assert evaluation.parameters == other.parameters


def test_the_average_is_less_noisy_than_the_weights(data):
    """At a high rate that never falls the weights jump about; their average does not."""

    class Constant:
        def learning_rate(self, peak, step, steps):
            return peak

    def linear(architecture, data):
        return nn.Sequential(nn.Flatten(), nn.Linear(64, data.classes))

    settings = {"epochs": 12, "device": "cpu", "batch_size": 4, "network": linear}
    recipe = {**settings, "schedule": Constant(), "learning_rate": 0.5}
    curves = [
        [report.val_loss for report in Trainer(data, **recipe, ema=ema)(LIGHT, 1).reports[6:]]
        for ema in (None, 0.95)
    ]
    jumps = [sum(abs(a - b) for a, b in pairwise(curve)) for curve in curves]
    assert jumps[1] < 0.5 * jumps[0]
    assert sum(curves[1]) < 0.8 * sum(curves[0])


def test_text_is_averaged_too():
    text = from_text("to be or not to be, that is the question\n" * 30)
    settings = {"epochs": 2, "batch_size": 4, "channels": 8, "device": "cpu"}
    values = [Trainer(text, **settings, ema=ema)(lstm()).value for ema in (None, 0.8)]
    assert values[0] != values[1]
