"""The network of a genotype against the published one, and where the paper says nothing."""

import pytest
import torch

from nbnas.graphs.spaces.darts.genotype import OPERATIONS, Genotype
from nbnas.graphs.spaces.darts.graph import architecture_of
from nbnas.graphs.spaces.darts.space import DartsSpace
from nbnas.training.networks.darts.skeleton import DartsSkeleton
from nbnas.training.networks.network import build_network

SPACE, NONZERO = DartsSpace(), DartsSpace(OPERATIONS[1:])


def built(architecture, skeleton, shape=(3, 8, 8)):
    generator = torch.Generator().manual_seed(0)
    return build_network(
        architecture, image_shape=shape, classes=10, skeleton=skeleton, generator=generator
    )


@pytest.mark.parametrize("seed", range(3))
def test_it_computes_what_the_published_network_computes(reference, seed):
    (architecture,) = NONZERO.sample(seed, 1)
    network, theirs = built(architecture, DartsSkeleton(4, 5)), reference(architecture, 4, 5)
    ours = network.state_dict().values()
    names = list(theirs.state_dict())
    theirs.load_state_dict(dict(zip(names, ours, strict=True)))
    images = torch.randn(4, 3, 8, 8, generator=torch.Generator().manual_seed(1))
    assert torch.allclose(network(images), theirs(images), atol=1e-5)


def test_vertices_of_nothing_give_nothing():
    """Vertex 2 is empty, and so is vertex 3, which pools it; what else reads them is left out."""
    empty = (("none", 0), ("none", 1))
    cell = (*empty, ("none", 0), ("max_pool_3x3", 2), ("sep_conv_3x3", 1), ("sep_conv_5x5", 2))
    cell = (*cell, ("skip_connect", 3), ("sep_conv_3x3", 4))
    network = built(architecture_of(Genotype(cell, cell)), DartsSkeleton(4, 3))
    features = network.stem(torch.randn(2, 3, 7, 5))
    normal, reduce = network.cells[0], network.cells[1]
    given = normal(features, features)
    assert given.shape == (2, 16, 7, 5)
    assert not given[:, :8].any()
    assert given[:, 8:].any()
    assert list(normal.preprocess) == ["1"]  # nothing that counts reads the other input
    assert reduce(features, given).shape == (2, 32, 4, 3)


def test_nothing_at_all_can_be_built_and_trained():
    cell = (("none", 0), ("none", 1)) * 4
    network = built(architecture_of(Genotype(cell, cell)), DartsSkeleton(2, 3))
    scores = network(torch.randn(3, 3, 8, 8))
    assert scores.shape == (3, 10)
    scores.sum().backward()
    assert network.head[-1].bias.grad is not None


@pytest.mark.parametrize("shape", [(1, 9, 7), (3, 1, 1), (2, 5, 12)])
def test_images_of_any_side_and_odd_channels_pass(shape):
    skeleton = DartsSkeleton(5, 4)
    for architecture in SPACE.sample(1, 2):
        network = built(architecture, skeleton, shape).eval()
        assert network(torch.randn(2, *shape)).shape == (2, 10)
