import pytest

from nbnas.errors import ArchitectureError
from nbnas.graphs.spaces.layers import Layer


@pytest.mark.parametrize(
    ("label", "layer"),
    [
        ("pool", Layer("pool")),
        ("dense:128", Layer("dense", 128)),
        ("conv3x3:64", Layer("conv3x3", 64)),
        ("conv3x3:64:s2", Layer("conv3x3", 64, 2)),
        ("pool::s2", Layer("pool", None, 2)),
    ],
)
def test_reads_and_writes_labels(label, layer):
    assert Layer.parse(label) == layer
    assert str(layer) == label


@pytest.mark.parametrize(
    "label",
    ["", "Conv", "conv:", "conv:0", "conv:64:s1", "conv:64:2", "conv:-3", "<b>", "a:1:s2:3"],
)
def test_a_bad_label_is_shown(label):
    with pytest.raises(ArchitectureError, match=r"expected (a )?layer"):
        Layer.parse(label)
