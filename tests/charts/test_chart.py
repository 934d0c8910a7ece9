"""Charts are put together as altair puts its own, and stay what they were."""

import altair as alt
import pytest

from nbnas.charts import chart as ours
from nbnas.charts import theme

DATA = theme.rows([{"x": 1, "y": 2, "side": "a"}, {"x": 2, "y": 3, "side": "b"}])


def composed(kind):
    """Charts within charts, some of them twice, with what altair lifts out of its parts."""
    base = kind.Chart(DATA, width=90, height=60).encode(x="x:Q", y="y:Q")
    points = base.mark_point()
    chosen = points.add_params(alt.selection_point(name="chosen"))
    words = base.mark_text(dx=4).encode(text="side:N").properties(data=theme.rows([{"side": "c"}]))
    layers = kind.LayerChart(layer=[chosen, words, points], title="both")
    row = kind.HConcatChart(hconcat=[layers, words, points]).resolve_scale(color="independent")
    whole = kind.VConcatChart(
        vconcat=[row, kind.ConcatChart(concat=[points, words, points], columns=2)]
    )
    return whole, (points, chosen, words, layers, row)


def test_they_compose_as_those_of_altair():
    (found, found_parts), (expected, expected_parts) = composed(ours), composed(alt)
    assert found.to_dict() == expected.to_dict()
    for part, other in zip(found_parts, expected_parts, strict=True):
        assert part.to_dict() == other.to_dict(), "putting it into another one changed it"


@pytest.mark.parametrize("deep", [True, False, ["encoding"]])
def test_a_copy_is_one_of_its_own(deep):
    chart = ours.Chart(DATA, width=90).encode(x="x:Q")
    copy = chart.copy(deep)
    copy.width, copy.title = 50, "another"
    assert (chart.width, chart.title) == (90, alt.Undefined)
    assert isinstance(copy, ours.Chart)


def test_a_halo_lies_behind_words_that_stay():
    words = ours.Chart(DATA).mark_text(dx=4)
    behind = theme.halo(words)
    assert (behind.mark.stroke, behind.mark.strokeWidth, behind.mark.dx) == (theme.PAPER, 4, 4)
    assert words.mark.stroke is alt.Undefined
