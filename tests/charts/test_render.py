import io
import itertools
import re

import altair as alt
import pytest
import vl_convert

from nbnas import charts
from nbnas.charts import render, theme


def test_svg_takes_the_colours_of_its_page(cells):
    svg = charts.to_svg(charts.architecture(cells[0]))
    assert theme.INK not in svg
    assert theme.PAPER not in svg
    assert "var(--jp-ui-font-color1" in svg
    assert "max-width:100%" in svg


def test_pictures_on_one_page_share_no_identifiers(make_predictions):
    ours = make_predictions([0.9, 0.91], [0.9, 0.91])
    others = make_predictions([0.8, 0.81], [0.8, 0.81])
    found = [
        set(re.findall(r'\bid="([^"]+)"', charts.to_svg(charts.leave_one_out(each))))
        for each in (ours, others)
    ]
    assert found[0]
    assert not found[0] & found[1]


def test_identifiers_are_still_found(make_predictions):
    svg = charts.to_svg(charts.leave_one_out(make_predictions([0.9, 0.91], [0.9, 0.91])))
    used = set(re.findall(r"url\(#([^)]+)\)", svg))
    assert used
    assert used <= set(re.findall(r'\bid="([^"]+)"', svg))


def test_headings_are_the_titles_without_marks_and_ticks():
    above = alt.Chart(alt.InlineData([{"x": 1}]), title=theme.title("A <b> & c", "one\ntwo."))
    svg = charts.to_svg(alt.vconcat(above.mark_point(), above.properties(title="D").mark_point()))
    assert render.headings(svg) == "A &lt;b&gt; &amp; c. one two. D"
    assert render.headings("<svg></svg>") == ""


def test_svg_needs_no_internet(cells):
    svg = charts.to_svg(charts.gallery(cells))
    assert not re.search(r"(?:href|src|url\()[=\"'(]*https?:", svg)


def test_png_is_white_and_of_the_charts_size(cells):
    chart = charts.architecture(cells[0])
    once, twice = (charts.to_png(chart, scale) for scale in (1, 2))
    width, height = render.png_size(once)
    assert render.png_size(twice) == (2 * width, 2 * height)
    assert once.startswith(b"\x89PNG")


def test_charts_compose(cells):
    both = charts.architecture(cells[0]) | charts.architecture(cells[1])
    assert charts.to_svg(both).count("<svg") == 1


def test_compression_keeps_every_pixel(cells):
    pillow = pytest.importorskip("PIL.Image")
    chart = charts.architecture(cells[0])
    specification = render._specification(chart) | {"background": "white"}
    raw = vl_convert.vegalite_to_png(specification, vl_version=render.VEGA_LITE, scale=2)
    packed = charts.to_png(chart)
    assert len(packed) < 0.6 * len(raw)
    one, two = (pillow.open(io.BytesIO(png)) for png in (raw, packed))
    assert one.size == two.size
    assert one.tobytes() == two.tobytes()


def test_long_numbers_along_an_axis_do_not_touch():
    x = alt.X("x:Q", scale=theme.scale((0, 0.0041)), axis=alt.Axis(tickCount=5))
    chart = alt.Chart(theme.rows([{"x": 0.001}]), width=172).mark_point().encode(x=x)
    texts = re.findall(
        r'<text text-anchor="(\w+)" transform="translate\(([\d.]+),[^>]*? opacity="1" '
        r'textLength="([\d.]+)"[^>]*>0\.\d+<',
        charts.to_svg(chart),
    )
    boxes = []
    for anchor, middle, length in texts:
        begin = float(middle) - float(length) * {"start": 0, "middle": 0.5, "end": 1}[anchor]
        boxes.append((begin, begin + float(length)))
    assert len(boxes) >= 2
    for (_, end), (begin, _) in itertools.pairwise(boxes):
        assert begin - end >= 8
