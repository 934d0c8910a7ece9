import numpy as np
import pytest
import torch
from torch import nn

from nbnas.surrogate.ensemble.perceptron import PIECE, Perceptrons, trained, untrained

MEMBERS, SIZES = 3, (4, 8, 6)
SETTINGS = {"epochs": 40, "learning_rate": 0.02, "weight_decay": 0.3}


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.fixture
def start():
    return untrained(MEMBERS, SIZES, generator())


@pytest.fixture
def data():
    x = torch.rand(20, 4, generator=generator(1), dtype=torch.float64)
    share = torch.rand(MEMBERS, 20, generator=generator(2), dtype=torch.float64).round()
    return x, torch.sin(3 * x).sum(dim=1), share


def plain(networks, member):
    """One of the networks in torch's own words."""
    layers = []
    for weight, bias in zip(networks.weights, networks.biases, strict=True):
        layer = nn.Linear(*weight.shape[1:], dtype=torch.float64)
        layer.weight.data, layer.bias.data = weight[member].T.clone(), bias[member, 0].clone()
        layers += [layer, nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def picked(networks, members):
    weights, biases = networks.weights, networks.biases
    return Perceptrons(tuple(w[members] for w in weights), tuple(b[members] for b in biases))


@pytest.mark.parametrize("member", range(MEMBERS))
def test_outputs_and_training_equal_a_plain_loop_over_one_network(start, data, member):
    x, z, share = data
    model = plain(start, member)
    assert torch.allclose(start(x)[member], model(x)[:, 0], atol=1e-12)
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.02, weight_decay=0.3)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda epoch: 1 - epoch / 40)
    for _ in range(40):
        optimizer.zero_grad()
        (share[member] * (model(x)[:, 0] - z) ** 2).mean().backward()
        optimizer.step()
        schedule.step()
    found = trained(start, x, z, share, **SETTINGS)
    assert torch.allclose(found(x)[member], model(x)[:, 0], atol=1e-9)


def test_training_lowers_the_loss_and_leaves_the_start_alone(start, data):
    x, z, share = data
    before = start(x)
    found = trained(start, x, z, torch.ones_like(share), **SETTINGS | {"epochs": 300})
    assert torch.equal(start(x), before)
    assert (((found(x) - z) ** 2).mean(dim=1) < 0.05 * ((before - z) ** 2).mean(dim=1)).all()
    assert not found(x).requires_grad


def test_networks_do_not_touch_each_other(start, data):
    x, z, share = data
    together = trained(start, x, z, share, **SETTINGS)(x)[2:]
    alone = trained(picked(start, slice(2, 3)), x, z, share[2:], **SETTINGS)(x)
    assert torch.allclose(together, alone, atol=1e-9)


def test_an_example_without_a_share_does_not_count(start, data):
    x, z, share = data
    share[1, 5], wrong = 0.0, z.clone()
    share[0, 5], wrong[5] = 1.0, 100.0
    right, misled = (trained(start, x, target, share, **SETTINGS)(x) for target in (z, wrong))
    assert torch.equal(right[1], misled[1])
    assert not torch.allclose(right[0], misled[0])


def test_many_inputs_are_put_through_in_pieces(start):
    x = torch.rand(2 * PIECE + 7, 4, generator=generator(), dtype=torch.float64)
    assert torch.allclose(start.predict(x), start(x), atol=1e-12)
    assert start.predict(x[:0]).shape == (MEMBERS, 0)


def test_initial_weights_have_the_variance_of_he_et_al():
    networks = untrained(4, (100, 200), generator())
    assert networks.weights[0].shape == (4, 100, 200)
    assert networks.weights[0].std().item() == pytest.approx(np.sqrt(2 / 100), rel=0.02)
    assert networks.weights[1].std().item() == pytest.approx(np.sqrt(1 / 200), rel=0.1)
    assert {p.dtype for p in (*networks.weights, *networks.biases)} == {torch.float64}
    assert not torch.equal(networks.weights[0][0], networks.weights[0][1])


def test_changes_its_precision(start, data):
    single = start.to(torch.float32)
    assert single(data[0].float()).dtype == torch.float32
    assert torch.allclose(single.to(torch.float64)(data[0]), start(data[0]), atol=1e-5)


def test_inputs_may_be_none_at_all():
    networks = untrained(2, (0, 3), generator())
    assert torch.isfinite(networks(torch.empty(5, 0, dtype=torch.float64))).all()
