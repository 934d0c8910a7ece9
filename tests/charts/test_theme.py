import json
import math

import pytest

from nbnas.charts import theme
from nbnas.graphs.spaces.cell import OPERATIONS


def test_operations_differ_in_colour_and_in_dash():
    styles = theme.styles(OPERATIONS).values()
    assert len({style.color for style in styles}) == len(OPERATIONS)
    assert len({tuple(style.dash) for style in styles}) == len(OPERATIONS)
    assert len({style.name for style in styles}) == len(OPERATIONS)


def test_other_operations_get_styles_too():
    styles = theme.styles([f"op{i}" for i in range(6)])
    assert len({(s.color, tuple(s.dash)) for s in styles.values()}) == 6


def test_rows_are_json_without_nan():
    rows = theme.rows([{"a": math.nan, "b": math.inf, "c": 1.5}])
    assert json.loads(rows.values) == [{"a": None, "b": None, "c": 1.5}]


def contrast(one, two):
    def luminance(color):
        parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    high, low = sorted((luminance(one), luminance(two)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("color", [theme.BLUE, theme.VERMILLION, theme.GREEN])
def test_named_lines_are_readable_in_light_and_dark(color):
    assert contrast(color, "#ffffff") > 3
    assert contrast(theme.IN_THE_DARK[color], "#111111") > 4.5
