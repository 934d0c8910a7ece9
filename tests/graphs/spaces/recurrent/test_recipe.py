import json

import pytest

from nbnas.errors import ArchitectureError
from nbnas.graphs.spaces.recurrent.space import RecurrentSpace

SPACE = RecurrentSpace()
BASE = {
    "f": {"op": "linear", "input": ["x", "h_prev_0"]},
    "h_new_0": {"op": "activation_tanh", "input": ["f"]},
}
RNN = json.dumps(BASE)


def node(op, *names):
    return {"op": op, "input": list(names)}


@pytest.mark.parametrize(
    ("recipe", "message"),
    [
        (BASE | {"f": node("conv", "x")}, r"node 'f': unknown operation 'conv'; allowed: linear"),
        (BASE | {"f": node("linear", "x", "y")}, "node 'f': unknown input 'y'"),
        (BASE | {"f": node("linear", "x", "h_prev_1")}, "node 'f': unknown input 'h_prev_1'"),
        (BASE | {"f": node("linear", "x", "x")}, "node 'f': expected different inputs, got 'x'"),
        (BASE | {"f": node("linear")}, "node 'f': linear takes 1 to 3 inputs, got 0"),
        (BASE | {"f": node("blend", "x", "h_prev_0")}, "node 'f': blend takes 3 inputs, got 2"),
        (BASE | {"h_new_0": node("activation_tanh", "x")}, "node 'h_new_0': .*cannot read x"),
        (BASE | {"f": node("linear", "x", "h_prev_0", "h_new_0")}, "'f': it reads its own result"),
        (BASE | {"g": node("linear", "g"), "h_new_0": node("linear", "f", "g")}, "g <- g"),
        (BASE | {"g": node("linear", "f")}, "node 'g': nobody reads it"),
        (BASE | {"f": node("linear", "x")}, "no node reads 'h_prev_0'"),
        (BASE | {"x": node("linear", "f")}, "node 'x': this is the name of an input"),
        (BASE | {"h_prev_7": node("linear", "f")}, "node 'h_prev_7': this is the name"),
        (BASE | {"h_new_2": node("linear", "f")}, "h_new_1 is missing"),
        ({"f": BASE["f"]}, "h_new_0 is missing"),
        ({}, "expected 2 to 24 nodes|h_new_0 is missing"),
        (BASE | {"f": "linear"}, r"node 'f': expected .*got 'linear'"),
        (BASE | {"f": node("linear", "x", 3)}, "node 'f': expected"),
        (BASE | {"f": node("linear", "x", "h_prev_0") | {"bias": 1}}, "node 'f': expected"),
        (BASE | {"f": {"op": 1, "input": ["x"]}}, "node 'f': expected"),
        ([BASE], "JSON object of nodes"),
        (None, "JSON object of nodes"),
    ],
)
def test_a_bad_recipe_says_where_and_what(recipe, message):
    with pytest.raises(ArchitectureError, match=message):
        SPACE.parse(json.dumps(recipe))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "expected the JSON of a recipe"),
        (RNN[:-1], "expected the JSON of a recipe.*column"),
        ("[" * 100_000, "expected the JSON of a recipe"),
        (RNN[:-1] + "," + RNN[1:], "expected different names, got 'f' twice"),
        ("<script>", "expected the JSON"),
    ],
)
def test_a_bad_text_says_where_and_what(text, message):
    with pytest.raises(ArchitectureError, match=message):
        SPACE.parse(text)


def test_a_circle_is_named_without_what_hangs_on_it():
    recipe = BASE | {
        "h_new_0": node("linear", "f", "d"),
        "d": node("activation_tanh", "b"),
        "b": node("activation_tanh", "c"),
        "c": node("activation_tanh", "b"),
    }
    with pytest.raises(ArchitectureError, match="'b': it reads its own result, b <- c <- b"):
        SPACE.parse(json.dumps(recipe))
