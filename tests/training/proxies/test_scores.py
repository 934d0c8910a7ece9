import copy
import math

import numpy as np
import pytest
import torch
from scipy.spatial.distance import cdist
from torch import nn

from nbnas.graphs.architecture import Architecture
from nbnas.graphs.spaces.cell import CellSpace, cell
from nbnas.training.networks.cell import Cell
from nbnas.training.networks.weights import initialize
from nbnas.training.proxies.scores import (
    agreeing_codes,
    flops,
    grad_norm,
    jacov,
    log_pseudo_determinant,
    nwot,
    params,
    snip,
    synflow,
)

PROXIES = (nwot, jacov, synflow, snip, grad_norm, params, flops)
IGNORED = torch.tensor([0])
MIXED = ["nor_conv_3x3", "nor_conv_1x1", "avg_pool_3x3", "skip_connect", "none", "nor_conv_3x3"]


def linear(*rows):
    layer = nn.Linear(len(rows[0]), len(rows), bias=False)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor(rows))
    return layer


def as_images(*rows):
    return torch.tensor(rows, dtype=torch.float32)[:, None, None]


def test_nwot_of_two_neurons():
    network = nn.Sequential(nn.Flatten(), linear([1.0, 0.0], [0.0, 1.0]), nn.ReLU())
    images = as_images([1, 1], [1, -1], [-1, 1])
    matrix = np.array([[2, 1, 1], [1, 2, 0], [1, 0, 2]])  # how many of the two neurons agree
    expected = np.linalg.slogdet(matrix)[1]
    assert nwot(network, images, IGNORED) == pytest.approx(expected) == pytest.approx(math.log(4))


def test_nwot_adds_the_layers_up(noise):
    torch.manual_seed(0)
    network = nn.Sequential(
        nn.Flatten(), nn.Linear(9, 40), nn.ReLU(), nn.Linear(40, 30), nn.ReLU(inplace=True)
    )
    images = noise(8, 1, 3, 3)
    codes = np.concatenate(
        [(network[:k](images) > 0).numpy().reshape(8, -1) for k in (2, 4)], axis=1
    )
    matrix = 70 * (1 - cdist(codes, codes, "hamming"))
    assert nwot(network, images, IGNORED) == pytest.approx(np.linalg.slogdet(matrix)[1])


def test_a_relu_that_operations_share_counts_for_each(noise):
    edges = ((0, 1, "nor_conv_3x3"), (0, 2, "nor_conv_3x3"), (1, 2, "nor_conv_1x1"))
    shared = Cell(Architecture(("input", "sum", "output"), edges, "shared"), 4)
    initialize(shared, torch.Generator().manual_seed(0))
    wide, narrow = (operation[1].weight for operation in shared.operations)

    class EdgeByEdge(nn.Module):
        def __init__(self):
            super().__init__()
            self.edges = nn.ModuleList(
                nn.Sequential(nn.ReLU(), nn.Conv2d(4, 4, k, padding=k // 2, bias=False))
                for k in (3, 3, 1)
            )
            self.norm = nn.BatchNorm2d(4)
            weights = (*wide.split(4), narrow)
            for (_, convolution), weight in zip(self.edges, weights, strict=True):
                convolution.weight = nn.Parameter(weight.detach())

        def forward(self, x):
            first, second, third = self.edges
            return self.norm(second(x)) + self.norm(third(self.norm(first(x))))

    images = noise(10, 4, 5, 5)
    expected = nwot(EdgeByEdge(), images, IGNORED)
    assert nwot(shared, images, IGNORED) == pytest.approx(expected)


def test_images_that_no_relu_tells_apart(build, batch):
    network = nn.Sequential(nn.Flatten(), linear([1.0, 0.0], [0.0, 1.0]), nn.ReLU())
    assert nwot(network, as_images([1, 1], [2, 3]), IGNORED) == pytest.approx(math.log(4))
    assert nwot(network[:2], as_images([1, 1], [1, -1]), IGNORED) == 0
    assert nwot(build(cell(["none"] * 6)), *batch()) == pytest.approx(math.log(12 * 8 * 4 * 4))


def test_pseudo_determinants_of_whole_numbers_are_whole_numbers():
    rng = np.random.default_rng(0)
    for rank in (1, 2, 3):
        codes = rng.integers(2, size=(rank, 7))[rng.integers(rank, size=6)]
        matrix = agreeing_codes(torch.tensor(codes))
        product = math.exp(log_pseudo_determinant(matrix))
        assert product == pytest.approx(round(product), rel=1e-9)
        assert product >= 1
        expected = 7 * (1 - cdist(codes, codes, "hamming"))
        np.testing.assert_allclose(matrix.numpy(), expected)


def test_synflow_of_a_linear_chain(noise):
    first = linear([1.0, -2.0], [-3.0, 4.0], [0.5, 0.0])
    second = linear([-1.0, 2.0, -4.0])
    network = nn.Sequential(nn.Flatten(), first, second)
    flow = 1 * 3 + 2 * 7 + 4 * 0.5  # absolute weights of the second times row sums of the first
    expected = math.log1p(2 * flow)  # each layer's share is the whole flow
    assert synflow(network, noise(3, 1, 1, 2), IGNORED) == pytest.approx(expected)


def test_synflow_sees_neither_signs_nor_normalization(noise, build, batch):
    network = build(cell(MIXED))
    expected = synflow(network, *batch())
    with torch.no_grad():
        for weight in network.parameters():
            weight.mul_(noise(*weight.shape).sign())
        for module in network.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.weight.fill_(3)
                module.running_mean.fill_(3)
    assert synflow(network, *batch()) == pytest.approx(expected, rel=1e-12)


def test_synflow_against_a_backward_pass_of_a_stripped_network(build, batch):
    network = build(cell(MIXED))
    stripped = copy.deepcopy(network).double()
    layers = [m for m in stripped.modules() if isinstance(m, nn.Conv2d | nn.Linear)]
    for module in stripped.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.forward = lambda x: x
    with torch.no_grad():
        for weight in stripped.parameters():
            weight.abs_()
    torch.autograd.backward(stripped(torch.ones(1, 1, 8, 8, dtype=torch.float64)).sum())
    expected = sum((m.weight * m.weight.grad).sum().item() for m in layers)
    assert synflow(network, *batch()) == pytest.approx(math.log1p(expected), rel=1e-9)


def test_a_flow_too_large_for_a_number():
    network = nn.Sequential(nn.Flatten(), *(linear([1e38]) for _ in range(9)))
    largest = math.log(np.finfo(np.float64).max)
    assert synflow(network, as_images([1.0]), IGNORED) == pytest.approx(largest)


def test_snip_and_gradient_norm_of_a_softmax_regression():
    weights = np.array([[0.5, -1.0], [2.0, 0.0], [-0.3, 0.7]], dtype=np.float32)
    network = nn.Sequential(nn.Flatten(), linear(*weights.tolist()))
    x, y = (
        np.array([[1.0, 2], [-1, 0.5], [0, 3], [2, 2]], dtype=np.float32),
        np.array([0, 2, 1, 1]),
    )
    exponential = np.exp(x @ weights.T)
    error = exponential / exponential.sum(1, keepdims=True) - np.eye(3)[y]
    gradient = error.T @ x / 4
    images, labels = as_images(*x.tolist()), torch.tensor(y)
    sensitivity = math.log1p(np.abs(weights * gradient).sum())
    assert snip(network, images, labels) == pytest.approx(sensitivity, rel=1e-5)
    steepness = math.log1p(np.linalg.norm(gradient))
    assert grad_norm(network, images, labels) == pytest.approx(steepness, rel=1e-5)


def test_counts_by_hand(noise):
    images, labels = noise(2, 3, 4, 4), torch.tensor([0, 1])
    network = nn.Sequential(
        nn.Conv2d(3, 5, 3, stride=2, padding=1), nn.BatchNorm2d(5), nn.Flatten(), nn.Linear(20, 2)
    )
    assert params(network, images, labels) == 135 + 5 + 2 * 5 + 40 + 2
    assert flops(network, images, labels) == 4 * 135 + 40
    pooled = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.BatchNorm2d(3), nn.Conv2d(3, 7, 1))
    assert flops(pooled, images, labels) == 21


@pytest.mark.parametrize("proxy", PROXIES)
def test_everything_is_left_as_it_was(proxy, build, batch):
    network = build(cell(MIXED)).train()
    network[1].eval()
    torch.autograd.backward(network(batch()[0]).sum())
    state, grads = (
        copy.deepcopy(network.state_dict()),
        [w.grad.clone() for w in network.parameters()],
    )
    modes, random = [m.training for m in network.modules()], torch.random.get_rng_state()
    images, labels = batch()
    with torch.no_grad():
        first = proxy(network, images, labels)
    assert first == proxy(network, images, labels)
    assert torch.equal(images, batch()[0])
    assert not images.requires_grad
    assert all(torch.equal(state[name], value) for name, value in network.state_dict().items())
    assert all(torch.equal(g, w.grad) for g, w in zip(grads, network.parameters(), strict=True))
    assert [module.training for module in network.modules()] == modes
    assert torch.equal(random, torch.random.get_rng_state())


@pytest.mark.parametrize("proxy", [nwot, jacov, synflow, snip, grad_norm, flops])
def test_everything_is_left_as_it_was_after_an_error(proxy, batch):
    class Failing(nn.Module):
        def forward(self, x):
            raise RuntimeError("out of order")

    network = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.Dropout(), Failing())
    state = copy.deepcopy(network.state_dict())
    with pytest.raises(RuntimeError, match="out of order"):
        proxy(network, *batch())
    assert all(torch.equal(state[name], value) for name, value in network.state_dict().items())
    assert all(m.training and not m._forward_hooks for m in network.modules())
    assert not any(m._forward_pre_hooks for m in network.modules())


@pytest.mark.parametrize("proxy", PROXIES)
@pytest.mark.parametrize("fault", ["no weights", "no path", "constant", "nan", "infinite", "huge"])
def test_every_network_has_a_finite_score(proxy, fault, build, batch):
    network = build(cell(["none" if fault == "no path" else "nor_conv_3x3"] * 6))
    if fault == "no weights":
        network = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())
    value = {"constant": 0.0, "nan": math.nan, "infinite": math.inf, "huge": 3e38}.get(fault)
    if value is not None:
        with torch.no_grad():
            network[-1].weight.fill_(value)
    images, labels = batch()
    assert math.isfinite(proxy(network, images, 0 * labels))


@pytest.mark.parametrize("proxy", PROXIES)
def test_a_dead_cell_has_the_lowest_score(proxy, build, batch):
    dead = proxy(build(cell(["none"] * 6)), *batch())
    others = [proxy(build(a), *batch()) for a in CellSpace().sample(1, 15)]
    assert dead <= min(others)
    assert dead < max(others)
