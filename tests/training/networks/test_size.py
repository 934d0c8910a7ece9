import pytest
import torch

from nbnas.errors import ArchitectureError
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.graphs.spaces.chain.space import ChainSpace
from nbnas.graphs.spaces.cnn.space import CnnSpace
from nbnas.graphs.spaces.dag.space import DagSpace
from nbnas.graphs.spaces.recurrent.space import RecurrentSpace, lstm
from nbnas.training.networks.network import build_network, count_multiply_adds, count_parameters
from nbnas.training.networks.size import Setting, network_size


def built(architecture, setting, shape):
    return build_network(
        architecture,
        image_shape=shape,
        classes=setting.classes,
        channels=setting.channels,
        cells=setting.cells,
        generator=torch.Generator(),
    )


@pytest.mark.parametrize(
    ("space", "shape"),
    [
        (CellSpace(), (1, 8, 8)),
        (DagSpace(), (3, 16, 16)),
        (ChainSpace(), (1, 8, 8)),
        (CnnSpace(layers=(5, 10), units=(8, 32)), (3, 32, 32)),
    ],
)
def test_counts_are_those_of_the_network_that_is_built(space, shape):
    setting = Setting(shape, classes=7, channels=4, cells=2)
    for architecture in space.sample(3, 3):
        network = built(architecture, setting, shape)
        size = network_size(architecture, setting)
        assert size.parameters == count_parameters(network)
        assert size.multiply_adds == count_multiply_adds(network, shape)


def test_recurrent_cells_have_weights_only():
    setting = Setting(classes=65, channels=16, cells=2)
    for cell in (lstm(), *RecurrentSpace().sample(0, 1)):
        size = network_size(cell, setting)
        assert size.parameters == count_parameters(built(cell, setting, None))
        assert size.multiply_adds is None


def test_the_generator_of_torch_is_left_alone():
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    network_size(CellSpace().sample(0, 1)[0])
    assert torch.equal(torch.rand(3), expected)


def test_an_unknown_operation_is_named():
    with pytest.raises(ArchitectureError, match="tanh"):
        network_size(Architecture(("input", "output"), ((0, 1, "tanh"),), "pair"))
