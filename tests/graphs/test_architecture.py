import dataclasses
import json

import pytest

from nbnas.errors import ArchitectureError
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.canonical import functional_form
from nbnas.graphs.spaces.cell import CellSpace

EDGE = Architecture(("input", "output"), ((0, 1, "nor_conv_3x3"),), "one")


def test_is_frozen_and_hashable():
    with pytest.raises(dataclasses.FrozenInstanceError):
        EDGE.text = "two"
    assert EDGE in {EDGE}


def test_json_gives_the_same_architecture_back():
    for architecture in CellSpace().sample(0, 50):
        assert Architecture.from_json(architecture.to_json()) == architecture


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("{", "line 1 column 2"),
        ("[1]", "keys nodes, edges and text"),
        ('{"nodes": [1, 2], "edges": [], "text": ""}', "at nodes"),
        ('{"nodes": ["a", "b"], "edges": [[0, 1]], "text": ""}', r"edges\[0\]"),
        ('{"nodes": ["a", "b"], "edges": 3, "text": ""}', "at edges"),
        ('{"nodes": ["a", "b"], "edges": [], "text": 1}', "at text"),
        ('{"nodes": ["a", "b"], "edges": [[1, 0, "x"]], "text": ""}', "earlier to a later"),
        ('{"nodes": ["a", "b"], "edges": [[0, 2, "x"]], "text": ""}', "2 vertices"),
        ('{"nodes": ["a"], "edges": [], "text": ""}', "an input and an output"),
        (
            '{"nodes": ["a", "b"], "edges": [[0, 1, "x"], [0, 1, "y"]], "text": ""}',
            "none doubled",
        ),
    ],
)
def test_bad_json_says_where(text, where):
    with pytest.raises(ArchitectureError, match=where):
        Architecture.from_json(text)


def test_canonical_ignores_what_does_not_change_the_function():
    parse = CellSpace().parse
    by_one = parse("|nor_conv_3x3~0|+|none~0|skip_connect~1|+|none~0|none~1|skip_connect~2|")
    by_two = parse("|none~0|+|nor_conv_3x3~0|none~1|+|none~0|none~1|skip_connect~2|")
    assert by_one.canonical == by_two.canonical
    assert by_one.canonical != parse(str(by_one).replace("3x3", "1x1")).canonical


def test_canonical_classes_are_the_published_ones(nb201):
    """The partition into 6,466 classes is that of the column iso_class, class by class."""
    space = CellSpace()
    ours = [space.parse(text).canonical for text in nb201["arch_str"]]
    pairs = set(zip(ours, nb201["iso_class"], strict=True))
    assert len(set(ours)) == len(set(nb201["iso_class"])) == len(pairs) == 6466


def test_functional_form_joins_whole_published_classes():
    cells = list(CellSpace())
    pairs = {(a.canonical, functional_form(a)) for a in cells}
    assert len(pairs) == 6466
    assert len({form for _, form in pairs}) == 4930
    by_one = CellSpace().parse("|nor_conv_3x3~0|+|none~0|none~1|+|none~0|skip_connect~1|none~2|")
    by_two = CellSpace().parse("|none~0|+|nor_conv_3x3~0|none~1|+|none~0|none~1|skip_connect~2|")
    assert by_one.canonical != by_two.canonical
    assert functional_form(by_one) == functional_form(by_two) == "(0)@nor_conv_3x3"
    nothing = CellSpace().parse("|nor_conv_3x3~0|+|none~0|none~1|+|none~0|none~1|none~2|")
    assert functional_form(nothing) == ""


def test_json_is_one_plain_line():
    assert "\n" not in EDGE.to_json()
    assert json.loads(EDGE.to_json())["text"] == "one"
