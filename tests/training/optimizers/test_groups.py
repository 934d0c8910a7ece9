import pytest
import torch
from torch import nn

from nbnas.graphs.spaces.recurrent.space import lstm
from nbnas.training.networks.recurrent import build_recurrent
from nbnas.training.optimizers.groups import (
    FACTOR,
    Steps,
    all_groups,
    hidden_matrices,
    set_learning_rate,
)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(7, 5)
        self.layers = nn.Sequential(nn.Conv2d(3, 10, 3), nn.BatchNorm2d(10), nn.Linear(4, 6))
        self.bias_of_all = nn.Parameter(torch.zeros(2, 3))
        self.scale = nn.Parameter(torch.ones(()))
        self.frozen = nn.Parameter(torch.zeros(2, 2), requires_grad=False)
        self.classifier = nn.Linear(6, 10)


def names(network, weights):
    known = {id(weight): name for name, weight in network.named_parameters()}
    return {known[id(weight)] for weight in weights}


def steps(**settings):
    return Steps(0.1, 0.9, 0.01, outputs=10, **settings)


def test_all_weights_are_in_one_group_in_their_order():
    network = Net()
    (group,) = all_groups(network, steps())
    assert [*map(id, group["params"])] == [*map(id, network.parameters())]
    assert group.keys() == {"params"}


def test_biases_and_normalisations_are_spared():
    network = Net()
    decayed, spared = all_groups(network, steps(decay_all=False))
    assert names(network, decayed["params"]) == {
        *("embedding.weight", "layers.0.weight", "layers.2.weight"),
        *("frozen", "classifier.weight"),
    }
    assert spared["weight_decay"] == 0
    assert "weight_decay" not in decayed
    both = [*decayed["params"], *spared["params"]]
    assert len(both) == len({*map(id, both)}) == len([*network.parameters()])


def test_without_spared_weights_there_is_one_group():
    assert len(all_groups(nn.Linear(3, 2, bias=False), steps(decay_all=False))) == 1
    assert len(all_groups(nn.BatchNorm2d(3), steps(decay_all=False))) == 1


def test_hidden_matrices_are_neither_input_nor_output():
    network = Net()
    matrices, (others,) = hidden_matrices(network, steps())
    assert names(network, matrices) == {"layers.0.weight", "layers.2.weight"}
    assert len(matrices) + len(others["params"]) == len([*network.parameters()])
    _, groups = hidden_matrices(network, steps(decay_all=False))
    assert [group.get("weight_decay") for group in groups] == [None, 0]


def test_of_a_language_model_only_its_cells_are_hidden():
    generator = torch.Generator().manual_seed(0)
    network = build_recurrent(
        lstm(), vocabulary=11, embedding=4, hidden=4, layers=2, generator=generator
    )
    matrices, _ = hidden_matrices(network, Steps(0.1, 0.9, 0.01, outputs=11))
    assert matrices
    assert all(name.startswith("cells.") for name in names(network, matrices))


def test_the_rate_of_every_group_is_set():
    a, b = (nn.Parameter(torch.ones(2)) for _ in range(2))
    optimizer = torch.optim.SGD([{"params": [a]}, {"params": [b], FACTOR: 0.25}], lr=1.0)
    set_learning_rate(optimizer, 0.1)
    assert [group["lr"] for group in optimizer.param_groups] == [0.1, pytest.approx(0.025)]
