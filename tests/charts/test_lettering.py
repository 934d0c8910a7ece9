import re

import altair as alt
import pytest

from nbnas import charts
from nbnas.charts import lettering, theme

PADDING = 16
LINES = (
    "The 8 best of 15,625 candidates: what the model knows of each",
    "Each trial predicted from all others; 0.13 percentage points ± 4.2 %",
    "► 1\N{MULTIPLICATION SIGN}1 | skip+pool, length-scale \N{SCRIPT SMALL L} ≤ 2.5, σ² and β → …",
)


def drawn(text, size, weight):
    """How wide vl-convert takes a text for, from the width of a picture that holds only it."""
    heading = alt.TitleParams(text, fontSize=size, fontWeight=weight, limit=5000)
    chart = alt.Chart(theme.rows([{}]), width=10, height=10, title=heading).mark_point(opacity=0)
    return float(re.search(r'<svg[^>]*\bwidth="([\d.]+)"', charts.to_svg(chart))[1]) - PADDING


@pytest.mark.parametrize("text", LINES)
@pytest.mark.parametrize(("size", "weight"), [(12, "normal"), (14, 600)])
def test_widths_are_those_that_the_layout_was_made_for(text, size, weight):
    expected = drawn(text, size, weight)
    found = lettering.width(text, size, bold=weight == 600)
    assert found == pytest.approx(expected, rel=0.015)


def test_every_text_has_its_width(make_predictions, cells):
    for chart in (
        charts.leave_one_out(make_predictions([0.9, 0.91], [0.9, 0.91])),
        charts.gallery(cells),
    ):
        svg = charts.to_svg(chart)
        texts = re.findall(r"<text\b[^>]*>[^<]+</text>|<tspan\b[^>]*>[^<]+</tspan>", svg)
        assert len(texts) > 4
        assert all('lengthAdjust="spacingAndGlyphs"' in text for text in texts)
        assert svg.count("Liberation Sans") == 1


def test_lines_of_one_text_have_widths_of_their_own():
    line = alt.TitleParams(["one", "one and two"], fontSize=20)
    svg = charts.to_svg(alt.Chart(theme.rows([{}]), title=line).mark_point())
    first, second = (float(x) for x in re.findall(r'<tspan[^>]*textLength="([\d.]+)"', svg))
    assert first == pytest.approx(lettering.width("one", 20, bold=True), abs=0.1)
    assert second > 2.5 * first
    assert not re.search(r"<text[^>]*textLength", svg)


def test_escaped_text_counts_as_what_is_seen():
    svg = '<svg ><text font-size="10px">a &lt; b &amp; c</text><text>no size</text></svg>'
    found = re.findall(r'textLength="([\d.]+)"', lettering.fixed(svg))
    assert [float(x) for x in found] == pytest.approx([lettering.width("a < b & c", 10)], abs=0.06)


def test_letters_that_are_not_in_the_table_have_a_width():
    assert lettering.width("神经", 10) == 20
    assert lettering.width("e\u0301", 10) == lettering.width("e", 10)
    assert lettering.width("", 10) == 0
    assert 0 < lettering.width("\U0001d6fc", 10) <= 10
