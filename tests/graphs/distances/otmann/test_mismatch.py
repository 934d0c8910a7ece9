import math

import pytest

from nbnas.errors import ArchitectureError, SettingError
from nbnas.graphs.distances.otmann.mismatch import MismatchTable
from nbnas.graphs.spaces.cell import OPERATIONS
from nbnas.graphs.spaces.dag.space import DagSpace
from nbnas.graphs.spaces.recurrent.space import RecurrentSpace


def test_the_default_table():
    table = MismatchTable.default()
    assert table.obeys_triangle
    assert table.cost("conv3x3", "conv5x5") == pytest.approx(0.2)
    assert table.cost("conv7x7", "conv3x3") == pytest.approx(0.2 * math.sqrt(2))
    assert table.cost("max-pool", "avg-pool") == 0.25
    assert table.cost("fc", "dense") == 0
    assert table.cost("conv3x3", "fc") == math.inf
    assert {table.cost(kind, kind) for kind in table.kinds} == {0}


def test_the_default_table_knows_the_operations_of_cells():
    table = MismatchTable.default()
    labels = {label for a in (*DagSpace(4), *RecurrentSpace().sample(0, 50)) for label in a.nodes}
    table.codes({*OPERATIONS, *labels} - {"none", "h_prev_0", "h_prev_1", "h_prev_2"})
    assert table.cost("nor_conv_1x1", "nor_conv_3x3") == pytest.approx(0.2)
    assert table.cost("conv1x1-bn-relu", "conv3x3-bn-relu") == table.cost("conv1x1", "conv3x3")
    assert table.cost("nor_conv_3x3", "conv5x5") == table.cost("conv3x3", "conv5x5")
    assert table.cost("avg_pool_3x3", "maxpool3x3") == table.cost("avg-pool", "max-pool")
    assert table.cost("activation_tanh", "activation_sigm") == 0.25
    assert table.cost("elementwise_sum", "elementwise_prod") == 0.25
    assert table.cost("blend", "elementwise_sum") == 0.5
    for other in ("nor_conv_3x3", "avg_pool_3x3", "input"):
        assert table.cost("skip_connect", other) == math.inf


def test_a_table_is_extended_in_either_order_and_the_old_one_stays():
    table = MismatchTable.default()
    longer = table.extended({("pool", "tanh"): 0.5, ("avg-pool", "max-pool"): 0.1})
    assert longer.cost("tanh", "pool") == 0.5
    assert longer.cost("max-pool", "avg-pool") == 0.1
    assert longer.cost("tanh", "relu") == math.inf
    assert table.cost("max-pool", "avg-pool") == 0.25
    assert "tanh" not in table.kinds


@pytest.mark.parametrize(
    ("costs", "message"),
    [
        ({("a", "b"): -1}, r"costs\[\('a', 'b'\)\] to be a number from 0, got .*=-1"),
        ({("a", "a"): 1}, "at least 0, symmetric and 0 on the diagonal"),
        ({("a", "b"): math.nan}, "to be a number from 0, got .*=nan"),
    ],
)
def test_bad_costs_are_errors(costs, message):
    with pytest.raises(SettingError, match=message):
        MismatchTable.default().extended(costs)


@pytest.mark.parametrize(
    ("kinds", "costs"),
    [(("a", "a"), ((0, 0), (0, 0))), (("a",), ()), (("a", "b"), ((0,), (0, 0))), ((), ())],
)
def test_a_table_of_another_form_is_an_error(kinds, costs):
    with pytest.raises(SettingError, match="square table"):
        MismatchTable(kinds, costs)


def test_an_unknown_kind_is_an_error():
    with pytest.raises(ArchitectureError, match=r"got 'gelu'; add it .*\('gelu', 'relu'\): 0\.5"):
        MismatchTable.default().cost("relu", "gelu")


def test_the_null_layer_costs_one_and_nothing_costs_more_than_two():
    table = MismatchTable.default().extended({("pool", "relu"): 5.0}).clipped()
    assert table.max() == 2
    assert table[-1, :-1].tolist() == table[:-1, -1].tolist() == [1.0] * (len(table) - 1)
    assert table[-1, -1] == 0


def test_a_table_shows_itself():
    table = MismatchTable(("a",), ((0.0,),))
    assert repr(table) == "MismatchTable(kinds=('a',), costs=((0.0,),))"
    assert repr(MismatchTable.default()) == "MismatchTable.default()"
