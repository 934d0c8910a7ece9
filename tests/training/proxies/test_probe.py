import copy

import pytest
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from nbnas.training.proxies.probe import probing, state_of, weight_gradients


def small():
    """A network with everything that has a mode of its own, with running moments far from any."""
    torch.manual_seed(0)
    network = nn.Sequential(
        nn.Conv2d(1, 3, 3, padding=1),
        nn.BatchNorm2d(3),
        nn.Dropout(0.5),
        nn.Sequential(nn.ReLU(), nn.Flatten()),
        nn.Linear(48, 5),
    )
    network[1].running_mean.fill_(7.0)
    network[1].running_var.fill_(0.1)
    return network


@pytest.fixture
def images():
    return torch.randn(6, 1, 4, 4, generator=torch.Generator().manual_seed(1))


def test_batches_are_normalized_by_their_own_moments(images):
    network = small()
    before = copy.deepcopy(network.state_dict())
    with probing(network), torch.no_grad():
        scores, again = network(images), network(images)
    x = network[0](images)
    mean, var = x.mean((0, 2, 3), keepdim=True), x.var((0, 2, 3), correction=0, keepdim=True)
    expected = network[4](((x - mean) / (var + 1e-5).sqrt()).relu().flatten(1))
    torch.testing.assert_close(scores, expected)
    assert torch.equal(scores, again)
    assert all(torch.equal(before[name], value) for name, value in network.state_dict().items())


def test_without_normalizing_batches_pass(images):
    network = small()
    with probing(network, normalizing=False):
        scores = network(images)
    torch.testing.assert_close(scores, network[4](network[0](images).relu().flatten(1)))


def test_every_module_is_put_back_after_an_error():
    network = small()
    network[3].eval()
    modes = [module.training for module in network.modules()]
    with pytest.raises(RuntimeError), probing(network):
        network(torch.zeros(2, 9, 4, 4))
    assert [module.training for module in network.modules()] == modes
    x = torch.zeros(2, 3, 4, 4)
    running = nn.functional.batch_norm(x, torch.ones(3), torch.ones(3))
    torch.testing.assert_close(running, torch.full_like(x, -1 / (1 + 1e-5) ** 0.5))


def test_gradients_are_those_of_a_backward_pass(images):
    labels = torch.tensor([0, 1, 2, 3, 4, 0])
    network = small()
    twin = copy.deepcopy(network)
    network.requires_grad_(False)
    with torch.no_grad(), probing(network):
        found = weight_gradients(
            network, state_of(network), images, lambda scores: cross_entropy(scores, labels)
        )
    twin[2].eval()
    torch.autograd.backward(cross_entropy(twin(images), labels))
    assert len(found) == 2
    for (weight, gradient), layer, own in zip(
        found, (twin[0], twin[4]), (network[0], network[4]), strict=True
    ):
        assert torch.equal(weight, layer.weight)
        torch.testing.assert_close(gradient, layer.weight.grad)
        assert own.weight.grad is None
        assert not own.weight.requires_grad


def test_what_stands_in_place_of_the_weights_counts():
    network = nn.Linear(2, 1)
    state = {"weight": torch.tensor([[2.0, 3.0]]), "bias": torch.zeros(1)}
    seen = []
    x = torch.ones(1, 2)
    ((weight, gradient),) = weight_gradients(
        network, state, x, lambda scores: seen.append(scores.item()) or scores.square().sum()
    )
    assert seen == [5.0]
    assert weight.tolist() == [[2, 3]]
    assert gradient.tolist() == [[10, 10]]
    assert not state["weight"].requires_grad


def test_weights_that_are_shared_count_once():
    network = nn.Sequential(nn.Linear(2, 2, bias=False), nn.Linear(2, 2, bias=False))
    network[1].weight = network[0].weight
    with torch.no_grad():
        network[0].weight.copy_(2 * torch.eye(2))
    ((_, gradient),) = weight_gradients(network, state_of(network), torch.ones(1, 2), torch.sum)
    assert gradient.tolist() == [[4, 4], [4, 4]]


def test_a_total_that_depends_on_no_weight_has_no_gradients():
    network = nn.Sequential(nn.Flatten(), nn.ReLU())
    assert weight_gradients(network, {}, torch.ones(2, 3), torch.sum) == []
    assert weight_gradients(network, {}, torch.ones(2, 3, requires_grad=True), torch.sum) == []
    layer = nn.Linear(2, 2)
    assert weight_gradients(layer, state_of(layer), torch.ones(1, 2), torch.zeros_like) == []
