import dataclasses
import pickle

import pytest
import torch
from torch import nn

from nbnas.errors import SettingError
from nbnas.training.optimizers.groups import FACTOR, Steps
from nbnas.training.optimizers.optimizer import SGD, AdamW, Muon

needs_muon = pytest.mark.skipif(not hasattr(torch.optim, "Muon"), reason="torch has no Muon")
STEPS = Steps(0.1, 0.9, 0.01, outputs=3)


def network():
    return nn.Sequential(nn.Conv2d(2, 4, 3), nn.BatchNorm2d(4), nn.Flatten(), nn.Linear(4, 3))


def test_sgd_is_what_the_recipe_says():
    made = SGD().build(network(), STEPS)
    assert isinstance(made, torch.optim.SGD)
    (group,) = made.param_groups
    said = [group[name] for name in ("lr", "momentum", "weight_decay", "nesterov")]
    assert said == [0.1, 0.9, 0.01, True]
    assert not SGD(nesterov=False).build(network(), STEPS).param_groups[0]["nesterov"]
    still = dataclasses.replace(STEPS, momentum=0.0)
    assert not SGD().build(network(), still).param_groups[0]["nesterov"]


def test_adamw_is_what_the_recipe_says():
    made = AdamW(0.99).build(network(), dataclasses.replace(STEPS, decay_all=False))
    assert isinstance(made, torch.optim.AdamW)
    decayed, spared = made.param_groups
    assert decayed["betas"] == spared["betas"] == (0.9, 0.99)
    assert (decayed["weight_decay"], spared["weight_decay"]) == (0.01, 0)


@needs_muon
def test_muon_has_the_matrices_and_adamw_the_rest():
    made = Muon(rest=0.5).build(network(), STEPS)
    matrices, rest = made.param_groups
    assert [weight.ndim for weight in matrices["params"]] == [4]
    assert len(rest["params"]) == 5
    assert rest[FACTOR] == 0.5
    assert rest["lr"] == pytest.approx(0.05)


@needs_muon
def test_a_network_without_a_matrix_is_all_of_adamw():
    made = Muon(rest=0.5).build(nn.Sequential(nn.BatchNorm2d(3), nn.Linear(4, 3)), STEPS)
    assert isinstance(made, torch.optim.AdamW)
    (rest,) = made.param_groups
    assert (len(rest["params"]), rest[FACTOR]) == (4, 0.5)


def test_where_torch_has_no_muon_it_is_said(monkeypatch):
    monkeypatch.delattr(torch.optim, "Muon", raising=False)
    with pytest.raises(SettingError, match=r"expected torch 2\.9 or newer .*, got torch .*AdamW"):
        Muon()


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        (SGD, "yes", "nesterov to be True or False"),
        (AdamW, 1.0, "beta to be a finite number from 0 to below 1"),
        (Muon, 0, "rest to be a finite number above 0"),
    ],
)
def test_wrong_values_are_refused(kind, value, expected):
    with pytest.raises(SettingError, match=expected):
        kind(value)


def test_they_are_frozen_values():
    assert AdamW() == AdamW(0.999) != AdamW(0.99)
    assert hash(SGD()) == hash(SGD())
    assert pickle.loads(pickle.dumps(AdamW(0.9))) == AdamW(0.9)


@pytest.mark.parametrize("text", [False, True])
def test_each_has_rates_of_its_own_by_default(text):
    for optimizer in (SGD(), AdamW()):
        assert {"learning_rate", "weight_decay"} == {*optimizer.usual(text=text)}
