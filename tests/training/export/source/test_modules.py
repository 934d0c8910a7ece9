import pytest
import torch
from torch import nn

from nbnas.training.export.source.modules import for_all_widths, in_terms_of, leaves, written

LAYERS = [
    nn.Conv2d(3, 8, 3),
    nn.Conv2d(4, 8, (3, 5), stride=2, padding=(1, 2), groups=2, bias=False),
    nn.Conv2d(3, 8, 3, padding="same", dilation=2, padding_mode="reflect"),
    nn.BatchNorm2d(8, eps=1e-3, affine=False),
    nn.GroupNorm(2, 8, affine=False),
    nn.LayerNorm((8, 8)),
    nn.Linear(8, 10, bias=False),
    nn.AvgPool2d(3, 1, 1, count_include_pad=False),
    nn.MaxPool2d(2, ceil_mode=True),
    nn.AdaptiveAvgPool2d((2, None)),
    nn.Dropout(0.3),
    nn.GELU("tanh"),
    nn.LeakyReLU(0.2, inplace=True),
    nn.Hardswish(),
    nn.Flatten(),
    nn.Identity(),
    nn.Upsample(scale_factor=2.0, mode="bilinear"),
    nn.ConvTranspose2d(4, 4, 2, stride=2, output_padding=1),
    nn.Sequential(nn.Linear(3, 4), nn.Sequential(nn.ReLU(), nn.Linear(4, 2))),
]


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: type(layer).__name__)
def test_the_call_makes_an_equal_module(layer):
    made = eval(str(written(layer)), {"nn": nn})
    assert repr(made) == repr(layer)
    plain = (int, float, bool, str, tuple, type(None))
    told = {k: v for k, v in vars(layer).items() if isinstance(v, plain)}
    assert {k: vars(made)[k] for k in told} == told
    made.load_state_dict(layer.state_dict(), strict=True)


class Mine(nn.Module):
    def forward(self, x):
        return x


class Linear(nn.Linear):  # the name of a layer of torch, but not that layer
    pass


def hooked():
    layer = nn.Linear(2, 2)
    layer.register_forward_hook(lambda *_: None)
    return layer


def named():
    found = nn.Sequential()
    found.add_module("first", nn.Linear(2, 2))
    return found


@pytest.mark.parametrize(
    "module",
    [
        Mine(),
        Linear(2, 2),
        hooked(),
        named(),
        nn.Sequential(nn.ReLU(), Mine()),
        nn.LSTM(2, 2),
        nn.utils.parametrizations.weight_norm(nn.Linear(2, 2)),
        nn.ModuleList([nn.ReLU()]),
    ],
    ids=lambda module: type(module).__name__,
)
def test_what_arguments_do_not_decide_is_not_written(module):
    assert written(module) is None


def test_leaves_are_in_order():
    relu, linear = nn.ReLU(), nn.Linear(2, 2)
    tree = [nn.Sequential(relu, nn.Identity(), nn.Sequential(linear))]
    assert list(leaves(tree)) == [relu, linear]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("3", "3", "3"),
        ("8", "16", "channels"),
        ("16", "32", "2 * channels"),
        ("4", "8", "channels // 2"),
        ("groups=8", "groups=16", "groups=channels"),
        ("8", "24", None),
        ("12", "24", None),
        ("groups=8", "groups=8", "groups=8"),
    ],
)
def test_widths_become_a_name(one, other, expected):
    assert in_terms_of(8, one, other) == expected


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        (("8",), "8"),
        (("8", "16", "32"), "channels"),
        (("3", "3", "3"), "3"),
        (("8", "16", "16"), None),
        (("8", "16", "24"), None),
        (("4", "8", "16", "32"), "channels // 2"),
    ],
)
def test_the_widths_of_all_stages_become_a_name(codes, expected):
    assert for_all_widths(8, codes) == expected


def test_two_widths_become_one_call():
    pair = [written(nn.Sequential(nn.Conv2d(c, 2 * c, 3, groups=c))) for c in (6, 12)]
    code = str(in_terms_of(6, *pair))
    assert code == "nn.Sequential(nn.Conv2d(channels, 2 * channels, 3, groups=channels))"
    for channels in (6, 12):
        made = eval(code, {"nn": nn, "channels": channels})
        assert made(torch.zeros(1, channels, 4, 4)).shape == (1, 2 * channels, 2, 2)
