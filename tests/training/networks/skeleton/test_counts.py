import pytest
import torch
from torch import nn

from nbnas.graphs.spaces.cell import CellSpace, cell
from nbnas.graphs.spaces.operation import Operation
from nbnas.training.networks.multiply_adds import count_multiply_adds, count_parameters
from nbnas.training.networks.skeleton.counts import frame_size
from nbnas.training.networks.skeleton.plan import Plan
from nbnas.training.networks.skeleton.skeleton import CellSkeleton


@pytest.mark.parametrize("shape", [(3, 9, 11), (1, 16, 16)])
def test_sizes_are_those_of_the_network_that_is_built(
    shape, skeleton, architectures, planned, operations
):
    for architecture in architectures:
        network = planned(architecture, skeleton, shape)
        size = skeleton.size(architecture, shape, 4, operations)
        assert size.parameters == count_parameters(network)
        assert size.multiply_adds == count_multiply_adds(network, shape)


def test_an_operation_without_layers_of_torch_is_counted_by_its_products(planned):
    class Mixing(nn.Module):
        def __init__(self, channels):
            super().__init__()
            self.weight = nn.Parameter(torch.eye(channels))

        def forward(self, images):
            return torch.einsum("ij,njhw->nihw", self.weight, images)

    operations = ("none", "nor_conv_1x1", Operation("mixing", Mixing))
    skeleton = CellSkeleton(4, 2, 2)
    space = CellSpace(operations, vertices=3)
    architecture = space.parse("|mixing~0|+|mixing~0|nor_conv_1x1~1|")
    network = planned(architecture, skeleton, operations=operations)
    size = skeleton.size(architecture, (3, 9, 11), 4, operations)
    assert size.parameters == count_parameters(network)
    assert size.multiply_adds == count_multiply_adds(network, (3, 9, 11))


def test_the_frame_is_what_a_cell_of_nothing_costs(planned):
    plan = Plan(prune=False)
    frame = frame_size(plan, (3, 32, 32), 10)
    assert (frame.parameters, frame.multiply_adds) == (73_306, 7_783_050)  # as published
    empty = planned(cell(["none"] * 6), plan, (3, 32, 32), classes=10)
    assert count_parameters(empty) == frame.parameters


def test_the_generator_of_torch_is_left_alone(skeleton, architectures, operations):
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    skeleton.size(architectures[0], operations=operations)
    assert torch.equal(torch.rand(3), expected)
