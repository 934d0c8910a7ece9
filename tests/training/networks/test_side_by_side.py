import pytest
import torch

from nbnas.errors import ArchitectureError
from nbnas.graphs.spaces.cell import CellSpace, cell
from nbnas.graphs.spaces.chain.space import ChainSpace
from nbnas.graphs.spaces.dag.space import DagSpace
from nbnas.training.networks.network import build_network, count_parameters
from nbnas.training.networks.side_by_side import side_by_side
from nbnas.training.networks.skeleton.skeleton import CellSkeleton

SHAPE, CLASSES, GROUPS = (2, 8, 8), 3, 3
EMPTY = cell(["none"] * 6)
CONVOLUTIONS = cell(["nor_conv_3x3"] * 6)
SKIPS = cell(["skip_connect"] * 6)
DEAD_ENDS = cell(["none", "nor_conv_3x3", "nor_conv_1x1", "none", "nor_conv_3x3", "none"])


def networks(architecture, groups=GROUPS, cells=1):
    return [
        build_network(
            architecture,
            image_shape=SHAPE,
            classes=CLASSES,
            channels=3,
            cells=cells,
            generator=torch.Generator().manual_seed(seed),
        )
        for seed in range(groups)
    ]


def images(groups=GROUPS, n=7):
    return torch.randn(n, groups, *SHAPE, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize(
    "architecture", [EMPTY, CONVOLUTIONS, SKIPS, *CellSpace().sample(0, 12)], ids=str
)
@pytest.mark.parametrize("training", [True, False])
def test_computes_what_each_network_computes(architecture, training):
    apart, x = networks(architecture, cells=2), images()
    together = side_by_side(*apart).train(training)
    scores = together(x.flatten(1, 2).contiguous(memory_format=torch.channels_last))
    assert scores.shape == (7, GROUPS, CLASSES)
    for group, network in enumerate(apart):
        expected = network.train(training)(x[:, group])
        torch.testing.assert_close(scores[:, group], expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("architecture", [EMPTY, CONVOLUTIONS, *CellSpace().sample(1, 4)], ids=str)
def test_has_the_gradients_of_each_network(architecture):
    apart, x = networks(architecture), images()
    together = side_by_side(*apart)
    assert count_parameters(together) == GROUPS * count_parameters(apart[0])
    together(x.flatten(1, 2)).square().sum().backward()
    total = 0.0
    for group, network in enumerate(apart):
        network(x[:, group]).square().sum().backward()
        total += squares(network)
    assert squares(together) == pytest.approx(total, rel=1e-3)


def squares(network):
    """The sum of the squares of all gradients; without a path some weights have none."""
    gradients = (w.grad for w in network.parameters() if w.grad is not None)
    return sum(float(gradient.double().square().sum()) for gradient in gradients)


@pytest.mark.parametrize("reduction", ["residual", "max"])
@pytest.mark.parametrize("prune", [True, False])
def test_networks_of_a_skeleton_are_computed_together(reduction, prune):
    skeleton = CellSkeleton(3, 1, 3, reduction, "conv-bn-relu", prune=prune)
    for architecture in (EMPTY, DEAD_ENDS, *CellSpace().sample(4, 3)):
        apart = [
            build_network(
                architecture,
                image_shape=SHAPE,
                classes=CLASSES,
                skeleton=skeleton,
                generator=torch.Generator().manual_seed(seed),
            )
            for seed in range(2)
        ]
        x = images(2)
        together = side_by_side(*apart)
        scores = together(x.flatten(1, 2))
        for group, network in enumerate(apart):
            expected = network(x[:, group])
            torch.testing.assert_close(scores[:, group], expected, rtol=1e-4, atol=1e-5)


def test_groups_do_not_meet():
    together = side_by_side(*networks(CONVOLUTIONS))
    x = images().requires_grad_()
    together(x.flatten(1, 2))[:, 1].sum().backward()
    assert x.grad[:, 1].abs().max() > 0
    assert x.grad[:, 0].abs().max() == x.grad[:, 2].abs().max() == 0


def test_weights_are_copies():
    apart = networks(CONVOLUTIONS)
    together = side_by_side(*apart)
    before = [w.clone() for w in apart[0].parameters()]
    with torch.no_grad():
        for weight in together.parameters():
            weight.zero_()
    assert all(torch.equal(a, b) for a, b in zip(before, apart[0].parameters(), strict=True))


@pytest.mark.parametrize("space", [DagSpace(), ChainSpace()], ids=repr)
def test_other_networks_are_refused(space):
    with pytest.raises(ArchitectureError, match="operations on their edges, got a"):
        side_by_side(*networks(space.sample(0, 1)[0]))
