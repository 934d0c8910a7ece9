import pytest
import torch
from torch import nn

from nbnas.errors import ArchitectureError, SettingError
from nbnas.graphs.architecture import LINK, Architecture
from nbnas.graphs.spaces.cell import CellSpace, cell
from nbnas.graphs.spaces.chain.space import ChainSpace
from nbnas.graphs.spaces.choice.space import ChoiceSpace
from nbnas.graphs.spaces.cnn.space import CnnSpace
from nbnas.graphs.spaces.dag.space import DagSpace
from nbnas.graphs.spaces.recurrent.space import RecurrentSpace
from nbnas.training.data.images import digits
from nbnas.training.networks.network import (
    check_operations,
    count_multiply_adds,
    count_parameters,
    reads_text,
)
from nbnas.training.trainer import Trainer


def test_unknown_operation_lists_the_words(build):
    strange = Architecture(("input", "output"), ((0, 1, "conv_5x5"),), "strange")
    with pytest.raises(ArchitectureError, match=r"none.*nor_conv_1x1.*avg_pool_3x3.*conv_5x5"):
        build(strange)
    with pytest.raises(SettingError, match="channels=0"):
        build(cell(["none"] * 6), channels=0)


def test_weights_come_from_the_generator_alone(build):
    before = torch.random.get_rng_state()
    a, b, c = (build(cell(["nor_conv_3x3"] * 6), seed).state_dict() for seed in (7, 7, 8))
    assert torch.equal(before, torch.random.get_rng_state())
    assert all(torch.equal(a[key], b[key]) for key in a)
    assert not all(torch.equal(a[key], c[key]) for key in a)
    assert all(torch.isfinite(value).all() for value in a.values())


def test_initial_weights_have_the_documented_spread(build):
    network = build(cell(["nor_conv_3x3"] * 6), channels=32)
    conv = network[1].operations[0][1]
    assert conv.weight.std().item() == pytest.approx((2 / (9 * 32)) ** 0.5, rel=0.03)
    assert network[-1].weight.abs().max().item() <= 1 / 64**0.5
    norm = network[1].operations[0][2]
    assert norm.weight.unique().tolist() == norm.running_var.unique().tolist() == [1.0]
    assert norm.bias.abs().max() == norm.running_mean.abs().max() == 0


def test_counts_against_a_hand_count(build):
    network = build(cell(["nor_conv_1x1", *["none"] * 3, "nor_conv_3x3", "none"]))
    # stem 1->8, per stage one 1x1 and one 3x3, reduction 1x1 8->16, classifier 16->10
    weights = 72 + 64 + 576 + 128 + 256 + 2304
    norms = 2 * (8 + 2 * 8 + 16 + 2 * 16 + 16)
    assert count_parameters(network) == weights + norms + 16 * 10 + 10
    expected = 64 * (72 + 64 + 576) + 16 * (128 + 256 + 2304) + 160
    before = {key: value.clone() for key, value in network.state_dict().items()}
    assert count_multiply_adds(network, (1, 8, 8)) == expected
    assert network.training
    assert all(torch.equal(before[key], value) for key, value in network.state_dict().items())
    assert not any(module._forward_hooks for module in network.modules())


def test_only_known_modules_have_weights(build):
    network = build(cell(["nor_conv_3x3"] * 6))
    owners = {type(m) for m in network.modules() if list(m.parameters(recurse=False))}
    assert owners == {nn.Conv2d, nn.Linear, nn.BatchNorm2d}


def test_a_dag_cell_trains():
    cell = DagSpace().parse("conv3x3-bn-relu,maxpool3x3,conv1x1-bn-relu|0-1,0-2,1-3,2-3,1-4,3-4")
    data = digits()
    first = Trainer(data, epochs=1, device="cpu")(cell, seed=1)
    assert first.status == "completed"
    assert first.value == Trainer(data, epochs=1, device="cpu")(cell, seed=1).value
    assert Trainer(data, epochs=6, device="cpu")(cell, seed=1).value > 0.9


def test_unknown_operation_of_a_vertex_lists_the_words(build):
    strange = Architecture(("input", "conv", "output"), ((0, 1, LINK), (1, 2, LINK)), "strange")
    with pytest.raises(ArchitectureError, match=r"conv3x3-bn-relu.*maxpool3x3; got conv in"):
        build(strange)
    mixed = Architecture(("input", "sum", "output"), ((0, 1, LINK), (1, 2, "none")), "mixed")
    with pytest.raises(ArchitectureError, match=r"none.*avg_pool_3x3; got link in"):
        build(mixed)


def test_whole_networks_are_built_as_they_are(build, chain):
    a, b = (build(chain("conv3x3:4", "relu", "dense:16"), seed, channels=3) for seed in (1, 1))
    scores = a(torch.randn(2, 1, 8, 8, generator=torch.Generator().manual_seed(0)))
    assert scores.shape == (2, 10)
    assert all(torch.equal(x, y) for x, y in zip(a.parameters(), b.parameters(), strict=True))


def test_whole_networks_are_checked_before_they_are_built(chain):
    check_operations(chain("conv3x3:4", "pool"))
    with pytest.raises(ArchitectureError, match="'Conv 3'"):
        check_operations(chain("Conv 3"))
    with pytest.raises(ArchitectureError, match=r"conv3x3, .*dense.*got attention in"):
        check_operations(chain("attention:4"))
    wrong = Architecture(("image", "output"), ((0, 1, "skip_connect"),), "wrong")
    with pytest.raises(ArchitectureError, match="out of link; got skip_connect"):
        check_operations(wrong)


SPACES = (
    CellSpace(),
    DagSpace(),
    ChainSpace(),
    CnnSpace(layers=(5, 12), units=(4, 16), image_size=8),
    RecurrentSpace(),
)


@pytest.mark.parametrize("space", SPACES, ids=lambda space: type(space).__name__)
def test_what_every_space_samples_is_built_and_learns(
    space, build, scores_of, step_lowers_the_loss
):
    for seed, architecture in enumerate(space.sample(2, 8)):
        source = torch.Generator().manual_seed(seed)
        if reads_text(architecture):
            network = build(architecture, seed, None)
            x = torch.randint(10, (7, 3), generator=source)
            y = x.roll(-1, 0)
        else:
            network = build(architecture, seed)
            x, y = torch.randn(6, 1, 8, 8, generator=source), torch.arange(6)
        assert scores_of(network, x).shape == (*y.shape, 10)
        assert step_lowers_the_loss(network, x, y, rate=0.001)


def test_choices_need_who_builds_a_network_of_them():
    (choices,) = ChoiceSpace(width=(16, 32)).sample(0, 1)
    with pytest.raises(ArchitectureError, match=r"choices, 'width=.*network=build"):
        check_operations(choices)
