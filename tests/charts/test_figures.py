"""Charts become files that suit a paper: of the right size, on white, with letters to be read."""

import json
import re

import altair as alt
import numpy as np
import pytest
from PIL import Image

import nbnas as nb
from nbnas.charts import theme
from nbnas.charts.chart import Figure
from nbnas.charts.figures import figure_of, inches_of
from nbnas.errors import SettingError

CELL = nb.CellSpace().sample(0, 1)[0]


@pytest.fixture(scope="module")
def seen():
    cells = nb.CellSpace().sample(0, 6)
    return nb.Observations(tuple(nb.Evaluation(a, 0.1 * n) for n, a in enumerate(cells)))


@pytest.fixture(scope="module")
def wide(seen):
    """Two panels beside each other, one of them a drawing."""
    return theme.beside(nb.charts.trace(seen), nb.charts.architecture(CELL))


@pytest.mark.parametrize(("width", "pixels"), [("single", 1004), ("double", 2055), (5, 1500)])
def test_a_png_has_the_width_of_the_paper(wide, width, pixels, tmp_path):
    wide.save(tmp_path / "a.png", width=width)
    with Image.open(tmp_path / "a.png") as picture:
        assert picture.width == pytest.approx(pixels, abs=2)
        assert picture.info["dpi"][0] == pytest.approx(300, abs=0.1)
        assert picture.convert("RGB").getpixel((0, 0)) == (255, 255, 255)


def test_letters_can_be_read_in_a_column(wide, tmp_path):
    wide.save(tmp_path / "a.svg", width="single")
    svg = (tmp_path / "a.svg").read_text()
    width = float(re.search(r'width="([\d.]+)pt"', svg)[1])
    pixels = float(re.search(r'viewBox="0 0 ([\d.]+)', svg)[1])
    letters = [float(size) for size in re.findall(r'font-size="([\d.]+)px', svg)]
    assert width == pytest.approx(85 / 25.4 * 72, abs=0.1)
    assert min(letters) * width / pixels > 6


def test_a_pdf_has_the_width_of_the_paper(seen, tmp_path):
    nb.charts.trace(seen).save(tmp_path / "a.pdf", width="8 cm")
    box = re.search(rb"MediaBox ?\[ ?0 0 ([\d.]+)", (tmp_path / "a.pdf").read_bytes())
    assert float(box[1]) == pytest.approx(8 / 2.54 * 72, abs=1)


def test_json_and_html_need_nothing_else(wide, tmp_path):
    wide.save(tmp_path / "a.json", title=False)
    wide.save(tmp_path / "new" / "a.html")
    assert json.loads((tmp_path / "a.json").read_text())["background"] == "white"
    assert 'src="http' not in (tmp_path / "new" / "a.html").read_text()


def test_the_title_can_be_left_to_the_caption(seen, tmp_path):
    chart = nb.charts.trace(seen)
    chart.save(tmp_path / "a.svg")
    chart.save(tmp_path / "b.svg", title=False, width="single")
    shown = ["The search so far" in (tmp_path / name).read_text() for name in ("a.svg", "b.svg")]
    assert shown == [True, False]


def test_a_drawing_that_is_too_wide_is_said(tmp_path):
    drawing = nb.charts.architecture(CELL, width=900)
    with pytest.warns(UserWarning, match="smallest letters of this figure have"):
        drawing.save(tmp_path / "a.svg", width="single")


def test_altair_goes_on_with_it(wide):
    chart = wide.to_altair()
    assert type(chart) is alt.HConcatChart
    assert (
        chart.configure_axis(labelFontSize=20).to_dict()["config"]["axis"]["labelFontSize"] == 20
    )


@pytest.mark.parametrize("width", ["wide", "3 px", "", 0, -1, np.nan, "0 cm", None])
def test_wrong_widths_are_refused(width):
    with pytest.raises((SettingError, TypeError)):
        inches_of(width)


@pytest.mark.parametrize("name", ["a", "a.jpg", "a.tiff", ".png"])
def test_other_endings_are_refused(seen, name, tmp_path):
    with pytest.raises(SettingError, match=r"\.pdf, \.svg, \.png"):
        nb.charts.trace(seen).save(tmp_path / name)


def test_what_has_no_picture_is_said():
    with pytest.raises(SettingError, match="can draw"):
        nb.figure(3)
    assert isinstance(nb.figure(CELL), Figure)


def test_a_chart_of_another_kind_is_said(wide):
    facets = alt.Chart(theme.rows([{"a": 1}])).mark_point().facet("a:N")
    with pytest.raises(SettingError, match=r"Chart, .*, got FacetChart"):
        figure_of(facets)
    with pytest.raises(SettingError, match="expected path"):
        wide.save("~nobody of that name/a.pdf")
