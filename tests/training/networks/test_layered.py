import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from nbnas.errors import ArchitectureError, SettingError
from nbnas.graphs.architecture import LINK, Architecture
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.graphs.spaces.chain.space import ChainSpace
from nbnas.graphs.spaces.cnn.space import CnnSpace
from nbnas.graphs.spaces.shapes import shapes
from nbnas.training.networks.layered import build_layers, gather
from nbnas.training.networks.network import count_parameters

CHAINS = ChainSpace(depth=(1, 12), channels=4, units=6)
CNNS = CnnSpace(layers=(5, 20), units=(2, 8), image_size=13)
CASES = [
    *((a, (1, 8, 8)) for a in CHAINS.sample(0, 12)),
    *((a, (3, 13, 13)) for a in CNNS.sample(0, 15)),
]


def build(architecture, image_shape, classes=10, seed=0):
    return build_layers(
        architecture,
        image_shape=image_shape,
        classes=classes,
        generator=torch.Generator().manual_seed(seed),
    )


def images(image_shape, n=3):
    return torch.randn(n, *image_shape, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize(("architecture", "image_shape"), CASES, ids=lambda case: str(case)[:40])
def test_sampled_networks_learn_and_have_the_counted_shapes(architecture, image_shape):
    network = build(architecture, image_shape)
    batch = images(image_shape)
    scores = network(batch)
    assert scores.shape == (3, 10)
    functional.cross_entropy(scores, torch.tensor([0, 1, 2])).backward()
    assert all(w.grad is not None and bool(w.grad.isfinite().all()) for w in network.parameters())
    counted = shapes(architecture, image_shape, 10)[:-1]
    assert [tuple(x.shape[1:]) for x in network.values(batch)] == list(counted)


def test_a_chain_is_what_torch_makes_of_the_same_layers():
    a = ChainSpace(depth=5).parse("conv3x3-pool-relu-dense-relu")
    expected = nn.Sequential(
        *(nn.Conv2d(1, 16, 3, padding=1, bias=False), nn.BatchNorm2d(16), nn.MaxPool2d(2)),
        *(nn.ReLU(), nn.Flatten(), nn.Linear(256, 64), nn.ReLU(), nn.Linear(64, 10)),
    )
    network = build(a, (1, 8, 8))
    assert count_parameters(network) == count_parameters(expected)
    expected.load_state_dict(
        dict(zip(expected.state_dict(), network.state_dict().values(), strict=True))
    )
    batch = images((1, 8, 8))
    torch.testing.assert_close(network(batch), expected(batch))


def test_a_free_cnn_joins_channels_and_averages_its_ends():
    text = "conv3x3:4 max-pool::s2 conv5x5:6:s2@1 fc:7@2,3 softmax conv7x7:5@2,3 softmax"
    network = build(CnnSpace(units=(1, 9), image_size=7).parse(text), (2, 7, 7), classes=3).eval()
    batch = images((2, 7, 7))
    conv3, pool, conv5, fc, end, conv7, other = network.layers
    first = conv3(batch)
    joined = torch.cat([pool(first), conv5(first)], dim=1)
    assert joined.shape == (3, 10, 4, 4)
    expected = (end(fc(joined.flatten(1))) + other(conv7(joined).flatten(1))) / 2
    torch.testing.assert_close(network(batch), expected)
    assert isinstance(conv3[-1], nn.ReLU)
    assert isinstance(fc[-1], nn.ReLU)


def test_odd_sides_are_rounded_up_and_averages_leave_out_what_is_not_there():
    layers = CnnSpace(layers=(3, 5)).parse("avg-pool::s2 fc:8 softmax")
    pooled = build(layers, (1, 3, 3)).values(torch.arange(9.0).reshape(1, 1, 3, 3))[1]
    assert pooled.tolist() == [[[[2.0, 3.5], [6.5, 8.0]]]]


def test_images_of_different_sides_meet_at_the_smallest():
    nodes = ("image", "max-pool::s2", "conv3x3:4", "output")
    edges = ((0, 1, LINK), (0, 2, LINK), (1, 2, LINK), (2, 3, LINK))
    network = build(Architecture(nodes, edges, "any graph"), (1, 8, 6))
    assert network(images((1, 8, 6))).shape == (3, 10)
    large, small = torch.ones(2, 1, 8, 6), torch.zeros(2, 3, 4, 3)
    assert gather([large, small], flat=False).shape == (2, 4, 4, 3)
    assert gather([large, torch.zeros(2, 5)], flat=False).shape == (2, 53)


def test_the_seed_decides_the_weights_and_nothing_else_is_touched():
    architecture = CNNS.sample(3, 1)[0]
    before = torch.random.get_rng_state()
    one, same, other = (build(architecture, (3, 13, 13), seed=seed) for seed in (0, 0, 1))
    assert torch.equal(before, torch.random.get_rng_state())
    for a, b in zip(one.state_dict().values(), same.state_dict().values(), strict=True):
        assert torch.equal(a, b)
    weights = [next(network.parameters()) for network in (one, other)]
    assert not torch.equal(*weights)


@pytest.mark.parametrize(
    ("architecture", "image_shape", "message"),
    [
        (CHAINS.parse("pool-pool-pool"), (1, 4, 4), r"vertex 3 \(pool::s2\): .*at least 2 x 2"),
        (CHAINS.parse("pool-pool-pool"), (1, 8, 4), r"vertex 3 \(pool::s2\): .*at least 2 x 2"),
        (CellSpace().sample(0, 1)[0], (1, 8, 8), "from 'image' to 'output', got one from 'input'"),
        (Architecture(("image", "x", "output"), ((0, 1, LINK), (1, 2, LINK)), ""), (1, 8, 8), "x"),
    ],
)
def test_an_impossible_network_says_where(architecture, image_shape, message):
    with pytest.raises(ArchitectureError, match=message):
        build(architecture, image_shape)


def test_refuses_no_class():
    with pytest.raises(SettingError, match="classes=0"):
        build(CASES[0][0], (1, 8, 8), classes=0)


def test_a_chain_learns_from_its_gradient(rng):
    """Noise that carries its class in one pixel is soon told apart."""
    network = build(ChainSpace(depth=4).parse("conv3x3-relu-pool-dense"), (1, 8, 8), classes=2)
    labels = torch.from_numpy(rng.integers(2, size=64))
    batch = torch.from_numpy(rng.normal(size=(64, 1, 8, 8)).astype(np.float32))
    batch[:, 0, 3, 3] += 4 * labels
    optimizer = torch.optim.Adam(network.parameters(), lr=0.01)
    losses = []
    for _ in range(60):
        losses.append(functional.cross_entropy(network(batch), labels))
        optimizer.zero_grad()
        losses[-1].backward()
        optimizer.step()
    assert losses[-1] < 0.3 * losses[0]
