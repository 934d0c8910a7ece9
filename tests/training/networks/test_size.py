import pytest
import torch
from torch import nn

from nbnas.errors import ArchitectureError
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.graphs.spaces.chain.space import ChainSpace
from nbnas.graphs.spaces.cnn.space import CnnSpace
from nbnas.graphs.spaces.dag.space import DagSpace
from nbnas.graphs.spaces.recurrent.space import RecurrentSpace, gru, lstm
from nbnas.training.networks.multiply_adds import token_multiply_adds
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


def test_counts_of_recurrent_cells_are_for_a_token():
    setting = Setting(classes=65, channels=16, cells=2)
    for cell in (lstm(), *RecurrentSpace().sample(0, 1)):
        size, network = network_size(cell, setting), built(cell, setting, None)
        assert size.parameters == count_parameters(network)
        assert size.multiply_adds == token_multiply_adds(network)
    gates, decoder = 4 * 16 * (16 + 16), 16 * 65  # of a layer of an LSTM, and of all
    assert network_size(lstm(), setting).multiply_adds == 2 * gates + decoder
    assert network_size(gru(), setting).multiply_adds == 2 * 3 * 16 * (16 + 16) + decoder


def test_a_decoder_that_shares_the_embedding_is_used_nevertheless():
    network = nn.Sequential(nn.Embedding(65, 16), nn.LSTM(16, 16), nn.Linear(16, 65))
    separate = token_multiply_adds(network)
    network[2].weight = network[0].weight
    assert token_multiply_adds(network) == separate == 4 * 16 * (16 + 16) + 16 * 65


def test_the_generator_of_torch_is_left_alone():
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    network_size(CellSpace().sample(0, 1)[0])
    assert torch.equal(torch.rand(3), expected)


def test_an_unknown_operation_is_named():
    with pytest.raises(ArchitectureError, match="tanh"):
        network_size(Architecture(("input", "output"), ((0, 1, "tanh"),), "pair"))
