import pytest
import torch
from torch import nn
from torch.nn.functional import avg_pool2d

from nbnas.errors import ArchitectureError, SettingError
from nbnas.graphs.spaces.cell import CellSpace, cell
from nbnas.graphs.spaces.chain.space import ChainSpace
from nbnas.graphs.spaces.dag.space import DagSpace
from nbnas.graphs.spaces.operation import Operation
from nbnas.graphs.spaces.recurrent.space import lstm
from nbnas.training.networks.cell import Cell
from nbnas.training.networks.multiply_adds import Classifier
from nbnas.training.networks.network import build_network
from nbnas.training.networks.skeleton.build import check_fit
from nbnas.training.networks.skeleton.parts import Residual, reduction_of
from nbnas.training.networks.skeleton.plan import Plan, small_plan
from nbnas.training.networks.split_cell import SplitCell

SHAPE = (3, 9, 11)
SKIP = cell(["skip_connect"] * 6)


def test_every_network_gives_scores_and_learns(
    skeleton, architectures, planned, step_lowers_the_loss
):
    source = torch.Generator().manual_seed(1)
    x, y = torch.randn(4, *SHAPE, generator=source), torch.arange(4)
    for architecture in architectures:
        network = planned(architecture, skeleton)
        assert network(x).shape == (4, 4)
        assert step_lowers_the_loss(network, x, y, rate=0.001)


def test_weights_come_from_the_generator_alone(skeleton, architectures, planned):
    before = torch.random.get_rng_state()
    for architecture in architectures[:2]:
        a, b, c = (planned(architecture, skeleton, seed=s).state_dict() for s in (1, 1, 2))
        assert all(torch.equal(a[name], b[name]) for name in a)
        assert not all(torch.equal(a[name], c[name]) for name in a)
    assert torch.equal(before, torch.random.get_rng_state())


def test_the_small_skeleton_is_what_channels_and_cells_make(planned):
    for architecture in CellSpace().sample(4, 5):
        generator = torch.Generator().manual_seed(3)
        usual = build_network(
            architecture, image_shape=SHAPE, classes=4, channels=6, cells=2, generator=generator
        )
        given = planned(architecture, small_plan(6, 2), seed=3)
        assert type(usual[-1]) is nn.Linear
        assert type(given[-1]) is Classifier
        names = zip(usual.state_dict().items(), given.state_dict().items(), strict=True)
        assert all(one == other and torch.equal(a, b) for (one, a), (other, b) in names)


def test_the_stages_of_nas_bench_201(planned):
    network = planned(SKIP, Plan(prune=False), (3, 32, 32))
    kinds = [type(part).__name__ for part in network]
    stage = ["Cell"] * 5
    assert kinds[:18] == ["Sequential", *stage, "Residual", *stage, "Residual", *stage]
    assert [cell.channels for cell in network if isinstance(cell, Cell)] == [
        *([16] * 5 + [32] * 5 + [64] * 5)
    ]
    assert [type(m) for m in network[18]] == [nn.BatchNorm2d, nn.ReLU]


def test_a_residual_block_is_that_of_the_benchmark():
    block = reduction_of("residual", 4, widen=True).eval()
    x = torch.randn(2, 4, 8, 8, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        first = torch.conv2d(x.relu(), block.body[1].weight, stride=2, padding=1)
        second = block.body[2](first).relu()
        body = block.body[5](torch.conv2d(second, block.body[4].weight, padding=1))
        shortcut = torch.conv2d(avg_pool2d(x, 2), block.shortcut[1].weight)
        torch.testing.assert_close(block(x), body + shortcut)


def test_cells_that_split_their_channels_widen_them(planned):
    plan = Plan(8, 2, 3, "max", vertices="concatenate")
    network = planned(DagSpace().parse("conv3x3-bn-relu|0-1,1-2"), plan)
    cells = [part for part in network if isinstance(part, SplitCell)]
    assert [(c.inputs, c.channels) for c in cells] == [
        *((8, 8), (8, 8), (8, 16), (16, 16), (16, 32), (32, 32))
    ]
    edges = planned(SKIP, plan)  # cannot, so that a convolution does
    assert [len(edges[i]) for i in (3, 6)] == [4, 4]
    residual = planned(DagSpace().parse("|0-1"), Plan(8, 1, 2, vertices="concatenate"))
    assert [type(part) for part in residual[1:4]] == [SplitCell, Residual, SplitCell]
    assert residual[3].inputs == 16


@pytest.mark.parametrize(
    ("architecture", "what"),
    [(ChainSpace().sample(0, 1)[0], "whole network"), (lstm(), "recurrent cell")],
    ids=["chain", "recurrent"],
)
def test_only_cells_for_images_are_repeated(architecture, what, planned):
    with pytest.raises(ArchitectureError, match=f"got the {what}.*leave the skeleton out"):
        planned(architecture, Plan())


def test_an_operation_has_to_fit_all_stages():
    halves_at_last = Operation("odd", lambda c: nn.MaxPool2d(2 if c == 16 else 1))
    check_fit(Plan(4, 1, 2), (halves_at_last,), SHAPE)
    with pytest.raises(SettingError, match=r"\(2, 16, 3, 3\), got \(2, 16, 1, 1\)"):
        check_fit(Plan(4, 1, 3), (halves_at_last,), SHAPE)
