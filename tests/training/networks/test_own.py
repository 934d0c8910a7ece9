"""Operations of a user's own: built with the seed, checked, counted, and alone in their copies."""

import pytest
import torch
from torch import nn

from nbnas.errors import ArchitectureError, SettingError
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.graphs.spaces.operation import Operation
from nbnas.training.networks.cell import Cell
from nbnas.training.networks.network import build_network, count_multiply_adds, count_parameters
from nbnas.training.networks.own import Own, check_operation
from nbnas.training.networks.side_by_side import side_by_side
from nbnas.training.networks.size import Setting, network_size


def depthwise(channels):
    return nn.Conv2d(channels, channels, 5, padding=2, groups=channels)


class Attention(nn.Module):
    """Every pixel looks at every other one."""

    def __init__(self, channels):
        super().__init__()
        self.inner = nn.MultiheadAttention(channels, 1, batch_first=True)

    def forward(self, images):
        pixels = images.flatten(2).transpose(1, 2)
        return self.inner(pixels, pixels, pixels)[0].transpose(1, 2).view_as(images)


DW = Operation("dw_conv_5x5", depthwise)
SPACE = CellSpace(("none", "skip_connect", "nor_conv_3x3", DW), vertices=3)
FAN = SPACE.parse("|dw_conv_5x5~0|+|dw_conv_5x5~0|skip_connect~1|")
SIZES = {"image_shape": (1, 8, 8), "classes": 10, "channels": 4}


def built(architecture, seed=0, operations=(DW,)):
    generator = torch.Generator().manual_seed(seed)
    return build_network(architecture, **SIZES, operations=operations, generator=generator)


def state(network):
    return torch.cat([value.flatten().float() for value in network.state_dict().values()])


def test_a_cell_adds_what_its_operations_bring():
    cell, images = Cell(FAN, 4, {"dw_conv_5x5": DW}), torch.randn(2, 4, 8, 8)
    first, second = cell.operations[0].copies  # two edges, each with weights of its own
    assert not torch.equal(first.weight, second.weight)
    torch.testing.assert_close(cell(images), second(images) + first(images))


def test_the_seed_decides_their_weights_and_torch_goes_on_as_before():
    before = torch.get_rng_state()
    assert torch.equal(state(built(FAN, 1)), state(built(FAN, 1)))
    assert not torch.equal(state(built(FAN, 1)), state(built(FAN, 2)))
    assert torch.equal(before, torch.get_rng_state())


def test_they_begin_as_they_make_themselves():
    def constant(channels):
        module = depthwise(channels)
        nn.init.constant_(module.weight, 0.25)
        return module

    network = built(FAN, operations=(Operation("dw_conv_5x5", constant),))
    found = [m.weight for m in network.modules() if isinstance(m, nn.Conv2d) and m.groups > 1]
    assert len(found) == 4
    assert all((weight == 0.25).all() for weight in found)


def test_cells_without_them_are_as_ever():
    plain = SPACE.parse("|nor_conv_3x3~0|+|skip_connect~0|nor_conv_3x3~1|")
    assert torch.equal(state(built(plain)), state(built(plain, operations=())))


def test_counts_are_those_by_hand():
    through = SPACE.parse("|dw_conv_5x5~0|+|none~0|skip_connect~1|")
    none = SPACE.parse("|skip_connect~0|+|none~0|skip_connect~1|")
    own, bare = built(through), built(none)
    weights = (4 + 8) * (25 + 1)
    assert count_parameters(own) - count_parameters(bare) == weights
    image = SIZES["image_shape"]
    counted = count_multiply_adds(own, image) - count_multiply_adds(bare, image)
    assert counted == 25 * (4 * 64 + 8 * 16)
    setting = Setting(channels=4, operations=SPACE.operations)
    size = network_size(through, setting)
    assert size.parameters == count_parameters(own)
    assert size.multiply_adds == count_multiply_adds(own, image)


def test_products_of_matrices_count_in_layers_that_nobody_knows():
    attention = Operation("attention", Attention)
    cells = CellSpace(("none", "skip_connect", attention), vertices=2)
    seen, bare = (
        built(cells.parse(f"|{word}~0|"), operations=(attention,))
        for word in ("attention", "skip_connect")
    )
    image = SIZES["image_shape"]
    counted = count_multiply_adds(seen, image) - count_multiply_adds(bare, image)
    by_hand = sum(4 * n * c * c + 2 * n * n * c for n, c in ((64, 4), (16, 8)))
    assert counted == by_hand
    assert seen.training


def test_side_by_side_they_compute_what_each_computes():
    networks = [built(FAN, seed).eval() for seed in (1, 2, 3)]
    images = torch.randn(2, 3, 1, 8, 8)
    joined = side_by_side(*networks).eval()(images.flatten(1, 2))
    for group, network in enumerate(networks):
        torch.testing.assert_close(joined[:, group], network(images[:, group]))


def mine(build):
    return Operation("mine", build)


def undefined(channels):
    return nn.Conv2d(channels, chanels, 3)  # noqa: F821


@pytest.mark.parametrize(
    ("build", "said"),
    [
        (lambda c: nn.Conv2d(c, c, 5), r"comes in, \(2, 4, 8, 8\), got \(2, 4, 4, 4\)"),
        (lambda c: nn.Conv2d(c, 2 * c, 1), r"\(2, 4, 8, 8\), got \(2, 8, 8, 8\)"),
        (lambda c: nn.ReLU(inplace=True), "in place; give its first layer inplace=False"),
        (lambda c: nn.Conv2d(c + 1, c, 1), r"\(2, 4, 8, 8\) into images of that shape, but"),
        (lambda c: 3, r"expected a torch\.nn\.Module, got 3"),
        (lambda: nn.ReLU(), "takes 0 positional arguments"),
        (
            undefined,
            r"test_own\.py, line \d+, in undefined: `return nn\.Conv2d\(channels, chanels",
        ),
    ],
)
def test_wrong_ones_are_refused_with_the_reason(build, said):
    with pytest.raises(SettingError, match=said):
        check_operation(mine(build), 4, (8, 8))


def test_right_ones_are_let_through():
    for build in (depthwise, Attention, lambda c: nn.GELU(), lambda c: nn.Dropout(0.5)):
        before = torch.get_rng_state()
        check_operation(mine(build), 4, (8, 8))
        assert torch.equal(before, torch.get_rng_state())


def test_an_unknown_one_is_an_error_that_says_what_to_do():
    with pytest.raises(ArchitectureError, match=r"operations=space\.operations"):
        built(FAN, operations=())


def test_one_copy_gives_what_it_gives():
    own = Own(depthwise, 3)
    images = torch.randn(2, 3, 5, 5)
    assert torch.equal(own(images), own.copies[0](images))
    assert Own(depthwise, 3, copies=4)(images).shape == (2, 12, 5, 5)
