import math

import numpy as np
import pytest

import nbnas as nb
from nbnas.graphs.spaces.cell import cell
from nbnas.graphs.spaces.counts import counts
from nbnas.surrogate.sizes.sizes import sizes, sizes_of


def test_operations_of_a_cell_and_which_are_in_use():
    """0 → 1 by a convolution, 1 → 3 by another; 0 → 2 leads nowhere."""
    made = cell(["nor_conv_3x3", "nor_conv_3x3", "none", "none", "nor_conv_1x1", "none"])
    found = dict(sizes_of(made))
    assert (found["nor_conv_3x3"], found["nor_conv_3x3 in use"]) == (2, 1)
    assert (found["none"], found["nor_conv_1x1"], found["nor_conv_1x1 in use"]) == (3, 1, 1)


def test_operations_at_vertices():
    found = dict(sizes_of(nb.DagSpace().parse("maxpool3x3,conv3x3-bn-relu|0-1,1-2,2-3")))
    assert (found["maxpool3x3"], found["conv3x3-bn-relu"], found["link"]) == (1, 1, 3)


@pytest.mark.parametrize(
    "space", [nb.ChainSpace(4), nb.CnnSpace()], ids=lambda s: type(s).__name__
)
def test_whole_networks_by_kind_and_by_their_counts(space):
    network = space.sample(0, 1)[0]
    found, counted = dict(sizes_of(network)), counts(network, (3, 32, 32), 10)
    assert found["log multiply-adds"] == pytest.approx(math.log1p(counted.multiply_adds))
    assert found["log parameters"] == pytest.approx(math.log1p(counted.parameters))
    kinds = [label.partition(":")[0] for label in network.nodes]
    assert all(found[kind] == kinds.count(kind) for kind in kinds)


def test_recurrent_cells():
    made = nb.RecurrentSpace().sample(0, 1)[0]
    assert dict(sizes_of(made))["linear"] == made.nodes.count("linear")


def test_choices_by_the_logarithm_of_positive_numbers():
    space = nb.ChoiceSpace(width=(16, 32), rate=(0.0, 0.5), bias=(True, False), kind=("a", "b"))
    found = dict(sizes_of(space.parse("width=32 rate=0.0 bias=True kind=b")))
    assert found == {"log width": math.log(32), "rate=0.0": 1, "bias=True": 1, "kind=b": 1}


def test_a_table_of_sizes():
    some = nb.ChoiceSpace(width=(1, 8), kind=("a", "b")).sample(0, 9)
    table = sizes(some)
    assert table.names == ("kind=a", "kind=b", "log width")
    assert table.values.shape == (9, 3)
    np.testing.assert_array_equal(table.values[:, 2] > 0, [a["width"] == 8 for a in some])
    picked = table.of(("log width", "absent"))
    np.testing.assert_array_equal(picked, np.column_stack([table.values[:, 2], np.zeros(9)]))
    np.testing.assert_array_equal(table.beyond(("log width",)), np.ones(9))
    np.testing.assert_array_equal(table.beyond(table.names), np.zeros(9))


def test_no_architectures():
    assert sizes(()).values.shape == (0, 0)
    assert sizes(()).of(("a",)).shape == (0, 1)
