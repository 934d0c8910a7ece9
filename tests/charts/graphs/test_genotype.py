"""Genotypes as pictures: both cells, what does nothing faint, names where there is room."""

import json

import nbnas as nb
from nbnas.charts.graphs.architecture import architecture, gallery
from nbnas.charts.graphs.genotype import NAMED, cell_graph
from nbnas.charts.graphs.notation import flow, notation
from nbnas.charts.graphs.wording import edit_words
from nbnas.charts.render import to_svg

SPACE = nb.DartsSpace()
CELL = "[('sep_conv_3x3', 0), ('none', 1), ('max_pool_3x3', 1), ('skip_connect', 2)]"
CELL = f"{CELL[:-1]}, ('dil_conv_5x5', 0), ('none', 3), ('sep_conv_5x5', 1), ('none', 2)]"
EMPTY = str([("none", 0), ("none", 1)] * 2 + [("max_pool_3x3", 0), ("dil_conv_3x3", 2)] * 2)
BOTH = SPACE.parse(
    f"Genotype(normal={CELL}, normal_concat=range(2, 6), reduce={EMPTY}, "
    "reduce_concat=range(2, 6))"
)


def layer(chart, number):
    return json.loads(chart.layer[number].data.values)


def test_both_cells_are_drawn_with_names_where_there_is_room():
    chart = architecture(BOTH, width=580)
    texts = [row["text"] for row in layer(chart, 4)]
    assert {"normal cell", "reduction cell"} <= set(texts)
    assert texts.count("sep 3\N{MULTIPLICATION SIGN}3") == 1
    vertices = [row["text"] for row in layer(chart, 3)]
    assert len(vertices) == 12
    assert vertices[2:6] == ["2", "3", "4", "5"]
    narrow = architecture(BOTH, width=NAMED - 1)
    assert [row["text"] for row in layer(narrow, 4)] == ["reduction cell", "normal cell"]
    assert "dil conv 5\N{MULTIPLICATION SIGN}5" in to_svg(narrow)  # in its legend


def test_what_does_nothing_is_faint():
    """Of the reduction cell the pools read what it is given; the convolutions nothing."""
    opacity = {row["edge"]: row["opacity"] for row in layer(architecture(BOTH), 0)}
    assert len(opacity) == 16
    assert sum(value < 1 for value in opacity.values()) == 3 + 6
    assert flow(BOTH).startswith("7 of 16 operations carry data")


def test_notation_says_what_each_vertex_adds_up():
    first, second = notation(BOTH).split(" // ")
    assert first.startswith("sep 3\N{MULTIPLICATION SIGN}3(0)+\N{EN DASH}(1) | max(1)+skip(2)")
    assert second.count(" | ") == 3


def test_a_gallery_shows_settings_below():
    joint = nb.JointSpace(SPACE, rate=nb.Categorical(0.5, 0.25))
    drawn = to_svg(gallery(joint.sample(0, 3), columns=2))
    assert drawn.count("normal cell") == 3
    assert "rate=0." in drawn


def test_edits_are_said_in_the_words_of_the_picture():
    other = SPACE.parse(str(BOTH).replace("('sep_conv_3x3', 0)", "('avg_pool_3x3', 0)", 1))
    (place,) = nb.HammingDistance().explain(BOTH, other)
    assert edit_words(place, BOTH) == "normal k-2→2 differs"
    (edit,) = nb.EditDistance(approximate=True).explain(BOTH, other)
    assert edit_words(edit, BOTH) == (
        "normal k-2→2: sep conv 3\N{MULTIPLICATION SIGN}3 becomes avg pool"
    )


def test_a_cell_is_a_graph_with_two_inputs():
    graph = cell_graph((("none", 0), ("skip_connect", 1)) * 4)
    assert graph.nodes[:3] == ("input", "input", "sum")
    assert len(graph.edges) == 8
