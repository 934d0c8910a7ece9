"""What architectures of choices look like: every name and value, escaped, in both themes."""

import pytest

from nbnas.charts import architecture, explanation, gallery, notation, to_svg
from nbnas.charts.graphs.choices import MOST, options, terse
from nbnas.charts.lab.page import name_of
from nbnas.charts.theme import BLUE, ORANGE, SKY
from nbnas.graphs.distances.distance import explain
from nbnas.graphs.distances.hamming import HammingDistance
from nbnas.graphs.distances.rank import RankDistance
from nbnas.graphs.spaces.choice.options import Choice
from nbnas.graphs.spaces.choice.space import ChoiceSpace

SPACE = ChoiceSpace(
    depth=(2, 3, 4), rate=tuple(range(1, 21)), activation=("relu", "gelu"), bias=(True, False)
)
FIRST = SPACE.parse("depth=2 rate=7 activation=relu bias=True")
SECOND = SPACE.parse("depth=4 rate=7 activation=gelu bias=True")


def test_one_shows_what_it_chooses(said):
    words = said(architecture(FIRST)).split()
    assert {*SPACE.names, "2", "7", "relu", "True"} <= set(words)
    assert words[:2] == ["4", "choices"] or words[-2:] == ["4", "choices"]


def test_several_stand_side_by_side(said):
    words = said(gallery((FIRST, SECOND), heading="two")).split()
    assert {*SPACE.names, "relu", "gelu", "2", "4", "two"} <= set(words)
    assert words.count("depth") == 1
    assert words.count("7") == 2


def test_a_space_shows_its_options(said):
    words = said(options(SPACE, (FIRST, SECOND), heading="two of them"))
    assert "depth <" in words
    assert "activation <" not in words
    assert f"{20 - MOST + 1} more" in words
    assert "2 of them ordered" in words


def test_later_options_of_an_order_are_darker():
    svg = to_svg(gallery(tuple(ChoiceSpace(width=(8, 16, 32)))))
    found = [float(part.split('"')[0]) for part in svg.split('fill-opacity="')[1:]]
    assert found == sorted(found)
    assert len(set(found)) == 3
    assert f"var(--nbnas-{BLUE[1:]}, {BLUE})" in svg


def test_what_differs_is_said_with_both_values(said):
    for distance in (HammingDistance(), RankDistance(SPACE)):
        words = said(explanation(explain(distance, FIRST, SECOND)))
        assert "2 differences" in words
        assert "depth: 2 becomes 4" in words
        assert "activation: relu becomes gelu" in words
    assert "(1 apart)" in words
    assert "2 apart in all" in words
    assert "they are equal" in said(explanation(explain(HammingDistance(), FIRST, FIRST)))


def test_two_options_have_two_colours():
    svg = to_svg(explanation(explain(RankDistance(SPACE), FIRST, SECOND)))
    assert ORANGE in svg
    assert SKY in svg


def test_what_is_of_two_spaces_is_shown_apart(said):
    other = ChoiceSpace(rate=(1, 2), bias=(True, False)).sample(0, 1)[0]
    assert "differences" in said(explanation(explain(HammingDistance(), FIRST, other)))


def test_short_names():
    assert notation(FIRST) == name_of(FIRST) == str(FIRST)
    assert terse(FIRST) == "2 7 relu bias=True"


def test_texts_are_escaped(attack):
    space = ChoiceSpace(word=Choice((attack, "plain")))
    for chart in (architecture(space.sample(0, 1)[0]), options(space, tuple(space), heading="")):
        svg = to_svg(chart)
        assert "<script" not in svg


@pytest.mark.parametrize("space", [SPACE, ChoiceSpace(only=(None,))], ids=["many", "one"])
def test_views_are_total(space):
    from nbnas.widgets.graphs.architecture import architecture as look_at
    from nbnas.widgets.graphs.distance import distance
    from nbnas.widgets.graphs.space import _Controls
    from nbnas.widgets.graphs.space import space as look

    assert f"{space.size} architectures. Choices: " in look(space).summary
    assert "up to who builds it" in look_at(space.sample(0, 1)[0]).summary
    assert to_svg(distance(RankDistance(space)).chart).startswith("<svg")
    controls = _Controls(space)
    controls.open.value = last = controls.open.options[-1][1]
    assert last == min(space.size, 8)
    assert f"Sample {last} of ChoiceSpace" in controls.draw().summary
