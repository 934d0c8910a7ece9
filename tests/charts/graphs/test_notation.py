import pytest

import nbnas as nb
from nbnas.charts import notation
from nbnas.charts.graphs.equation import MOST, equations
from nbnas.errors import ArchitectureError
from nbnas.graphs.spaces.recurrent.space import gru, lstm, rnn


def test_known_cells_are_their_equations():
    assert notation(rnn()) == "tanh L(x, h)"
    assert notation(gru()) == "\u03c3 L(x, h) ? h : tanh(L(x) + L(h)\u00b7\u03c3 L(x, h))"
    ends = "h1 = h1\u00b7\u03c3 L(x, h) + \u03c3 L(x, h)\u00b7tanh L(x, h)"
    assert notation(lstm()) == f"\u03c3 L(x, h)\u00b7tanh(h1\u2032); {ends}"


def test_every_cell_has_equations_that_are_not_endless():
    for cell in nb.RecurrentSpace().sample(3, 200):
        said = equations(cell)
        assert 0 < len(said) <= 3 * (MOST + 5)
        assert "x" in said
        assert "\u2026" in said or said.count("(") == said.count(")")
    with pytest.raises(ArchitectureError):
        equations(nb.CellSpace().sample(0, 1)[0])


def test_sums_within_products_and_blends_are_in_parentheses():
    text = (
        '{"a":{"op":"linear","input":["x","h_prev_0"]},"b":{"op":"linear","input":["x"]},'
        '"c":{"op":"elementwise_sum","input":["a","b"]},'
        '"d":{"op":"elementwise_prod","input":["c","b"]},'
        '"h_new_0":{"op":"blend","input":["d","c","a"]}}'
    )
    cell = nb.RecurrentSpace().parse(text)
    added = "(L(x, h) + L(x))"
    said = notation(cell).replace("L(x) + L(x, h)", "L(x, h) + L(x)")
    gate, rest = said.split(" ? ")
    assert sorted(gate.split("\u00b7")) == [added, "L(x)"]
    assert rest == f"{added} : L(x, h)"


def test_operations_at_vertices_say_what_they_read():
    space = nb.ChainSpace(depth=3)
    assert notation(space.parse("conv3x3-pool-relu")) == "conv3x3 16 | pool /2 | relu"
    assert notation(nb.DagSpace().parse("conv3x3-bn-relu,maxpool3x3|0-1,0-2,1-2,1-3,2-3")) == (
        "conv3x3-bn-relu | maxpool3x3(0, 1) | output(1, 2)"
    )
