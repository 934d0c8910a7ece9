"""Operations of the user's own in the network of a genotype: what is built and counted."""

import pytest
import torch
from torch import nn

from nbnas.errors import ArchitectureError, SettingError
from nbnas.graphs.spaces.darts.genotype import Genotype
from nbnas.graphs.spaces.darts.graph import architecture_of
from nbnas.graphs.spaces.darts.space import DartsSpace
from nbnas.graphs.spaces.operation import Operation
from nbnas.training.networks.darts.operations import FactorizedReduce
from nbnas.training.networks.darts.skeleton import DartsSkeleton
from nbnas.training.networks.multiply_adds import count_multiply_adds, count_parameters
from nbnas.training.networks.network import build_network
from nbnas.training.networks.own import Own, check_operation


class Gate(nn.Module):
    """Lets each channel through by how much there is of all of them."""

    def __init__(self, channels):
        super().__init__()
        self.linear = nn.Linear(channels, channels)

    def forward(self, x):
        return x * torch.sigmoid(self.linear(x.mean((2, 3))))[:, :, None, None]


def strided(channels):
    return nn.Conv2d(channels, channels, 3, stride=2, padding=1)


GATE, MIX = Operation("gate", Gate), Operation("mix", nn.BatchNorm2d, strided)
SPACE = DartsSpace(("skip_connect", "dil_conv_3x3", GATE, MIX))
CELL = (("gate", 0), ("mix", 1), ("gate", 0), ("mix", 2), *(("skip_connect", 0), ("mix", 1)) * 2)
ALL = architecture_of(Genotype(CELL, CELL))
SKELETON = DartsSkeleton(4, 3, reductions=1)


def built(architecture, operations=SPACE.operations, shape=(3, 9, 9), seed=0):
    return build_network(
        architecture,
        image_shape=shape,
        classes=5,
        skeleton=SKELETON,
        operations=[one for one in operations if isinstance(one, Operation)],
        generator=torch.Generator().manual_seed(seed),
    )


def test_what_reads_the_inputs_of_a_reduction_cell_makes_steps_of_two_pixels():
    network = built(ALL)
    normal, reduce = (network.cells[i].operations for i in (0, 1))
    assert SKELETON.reducing == (1,)
    assert isinstance(normal["2"][0].copies[0], Gate)
    first, then = reduce["2"][0]
    assert isinstance(first, FactorizedReduce)
    assert isinstance(then.copies[0], Gate)
    assert isinstance(reduce["2"][1].copies[0], nn.Conv2d)  # what it said itself
    assert isinstance(reduce["3"][1].copies[0], nn.BatchNorm2d)  # reads a vertex
    assert network(torch.zeros(2, 3, 9, 9)).shape == (2, 5)  # an odd side, rounded up


def test_the_seed_decides_their_weights_and_nobody_elses():
    before = torch.get_rng_state()
    one, same, other = (built(ALL, seed=seed).state_dict() for seed in (1, 1, 2))
    assert all(torch.equal(value, same[name]) for name, value in one.items())
    gate = next(name for name in one if name.endswith("linear.weight"))
    assert not torch.equal(one[gate], other[gate])
    assert torch.equal(torch.get_rng_state(), before)


def test_sizes_are_those_of_the_network():
    for architecture in (ALL, *SPACE.sample(0, 2)):
        network = built(architecture)
        size = SKELETON.size(architecture, (3, 9, 9), 5, SPACE.operations)
        assert size.parameters == count_parameters(network)
        assert size.multiply_adds == count_multiply_adds(network, (3, 9, 9))


def test_an_operation_that_nobody_builds_is_said():
    with pytest.raises(ArchitectureError, match=r"out of none, .*; got gate, mix .*space\.oper"):
        built(ALL, operations=())
    with pytest.raises(ArchitectureError, match="got mix"):
        SKELETON.size(ALL, operations=(GATE,))


def test_an_operation_of_a_cell_that_has_a_name_of_darts_is_none_of_genotypes():
    mine = Operation("dil_conv_3x3", Gate)
    architecture = DartsSpace(("none", "dil_conv_3x3")).sample(0, 1)[0]
    network = built(architecture, operations=(mine,))
    assert not any(isinstance(module, Own) for module in network.modules())


@pytest.mark.parametrize(
    ("build", "said"),
    [
        (nn.BatchNorm2d, r"half the height and width, \(2, 4, 4, 5\), got \(2, 4, 7, 9\)"),
        (lambda c: nn.Linear(3, 3), "with strides to turn images"),
        (lambda c: nn.Sequential(nn.ReLU(inplace=True), strided(c)), "in place"),
    ],
)
def test_steps_of_two_pixels_are_checked(build, said):
    check_operation(MIX, 4, (7, 9))
    with pytest.raises(SettingError, match=said):
        check_operation(Operation("mix", nn.BatchNorm2d, build), 4, (7, 9))
