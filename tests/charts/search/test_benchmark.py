"""Curves and comparisons of strategies: every unhappy record draws, and nothing misleads."""

import json
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from nbnas.charts import curves, paired, theme
from nbnas.charts.render import to_png, to_svg
from nbnas.charts.search.benchmark import LINES, color, dash
from nbnas.charts.search.vertical import Vertical, spread, vertical_of
from nbnas.search.benchmark.curves import BenchmarkCurves
from nbnas.search.benchmark.summaries import PairedDifferences, paired_difference
from nbnas.search.benchmark.unit import PERCENT

NAMES = ("bayes", "local-search", "evolution", "random", "tpe", "reinforce", "bananas", "<b>")


def said(chart):
    root = ET.fromstring(to_svg(chart))
    return " ".join(e.text or "" for e in root.iter("{http://www.w3.org/2000/svg}text"))


def band(start, stop, queries=30, width=0.2):
    middle = np.linspace(start, stop, queries)
    return middle, middle - width, middle + width


def made(bands, strategies=NAMES, **options):
    given = {"title": "Best so far", "axis": "valid (percent)", "band": "mean, band: interval"}
    given |= {"initial": 10, "seeds": dict.fromkeys(bands, 7)}
    return BenchmarkCurves(curves=bands, strategies=strategies, **given | options)


def data(chart):
    """The rows of every layer."""
    spec = chart.to_dict(validate=False)
    sets = [spec["datasets"][layer["data"]["name"]] for layer in spec["layer"] if "data" in layer]
    return [json.loads(each) if isinstance(each, str) else each for each in sets]


@pytest.mark.parametrize("count", [1, 2, 6, 8])
def test_every_line_is_named(count):
    bands = {name: band(88, 91 - i / 5) for i, name in enumerate(NAMES[:count])}
    text = said(curves(made(bands, limit=91.5, name="best of the table")))
    assert all(name in text for name in bands)
    assert "best of the table: 91.5" in text
    assert "7 seeds; mean, band: interval" in text
    assert "query (the first 10 know no values)" in text
    assert "<b>" not in to_svg(curves(made(bands)))


def test_nothing_finished_is_said():
    assert "no run is finished yet" in said(curves(made({})))


def test_one_seed_has_no_band():
    middle = np.linspace(88, 91, 15)
    none = np.full(15, np.nan)
    chart = curves(made({"bayes": (middle, none, none)}, seeds={"bayes": 1}))
    assert "band" not in said(chart)
    rows = next(layer for layer in data(chart) if len(layer) == 15)
    assert all(row["lower"] == row["upper"] == row["value"] for row in rows)


def test_one_query_and_equal_values_are_drawn():
    for queries in (1, 2, 12):
        flat = {"bayes": band(91, 91, queries, 0.0)}
        assert to_svg(curves(made(flat))).startswith("<svg")
        assert to_svg(curves(made(flat, log=True))).startswith("<svg")
    zero = {"bayes": band(0, 0, 12, 0.0)}
    assert "0: found in every seed" in said(curves(made(zero, log=True)))


def test_unequal_seeds_are_said():
    bands = {"bayes": band(88, 91), "random": band(88, 90)}
    assert "3 to 4 seeds" in said(curves(made(bands, seeds={"bayes": 3, "random": 4})))


def test_bands_begin_where_strategies_differ():
    rows = [layer for layer in data(curves(made({"bayes": band(88, 91)}))) if "lower" in layer[0]]
    assert min(row["query"] for row in rows[0]) == 11  # the layer of the band
    assert min(row["query"] for row in rows[1]) == 1  # the line


def test_zero_has_a_place_of_its_own_on_a_logarithmic_axis():
    falling = np.array([3.0, 1.0, 0.1, 0.0, 0.0])
    found = made({"bayes": (falling, falling - 0.2, falling + 0.2)}, log=True, initial=1)
    axis = vertical_of(found)
    assert 0 < axis.low < axis.zero < 0.1
    assert axis.place(0.0) == axis.place(-1.0) == axis.zero
    assert axis.place(0.5) == 0.5
    ticks = axis.axis("regret").to_dict()
    assert ticks["values"][0] == axis.zero
    assert all(t > 0.05 for t in ticks["values"][1:])
    text = said(curves(found))
    assert "0: found in every seed" in text
    assert " 0 " in text


def test_without_a_zero_there_is_no_such_place():
    found = made({"bayes": band(3, 0.01, width=0.02)}, log=True)
    axis = vertical_of(found)
    assert axis.zero is None
    assert axis.place(-0.01) == axis.low  # the end of a band that reaches 0 leaves the axis
    assert "0: found" not in said(curves(found))


def test_the_axis_holds_what_comes_after_the_random_queries():
    middle = np.concatenate([np.full(9, 60.0), np.linspace(90, 91, 21)])
    axis = vertical_of(made({"bayes": (middle, middle - 0.1, middle + 0.1)}, limit=91.6))
    assert 89 < axis.low < 90
    assert 91.6 < axis.high < 92
    whole = vertical_of(made({"bayes": band(0, 50)}, bounds=(0.0, 100.0)))
    assert (whole.low, whole.high) == (-2, 102)


def test_a_short_course_is_seen_whole_but_for_its_first_third():
    found = made({"bayes": band(88.0, 92.0, queries=12)}, initial=10)
    assert vertical_of(found).low < np.linspace(88.0, 92.0, 12)[4]


@pytest.mark.parametrize("axis", [Vertical(0.01, 10, True), Vertical(-3, 5)])
def test_places_on_the_axis_go_there_and_back(axis):
    for share in (0, 0.3, 1):
        assert axis.share(axis.at(share)) == pytest.approx(share, abs=1e-12)


def test_names_keep_their_order_and_their_distance():
    rng = np.random.default_rng(0)
    for _ in range(50):
        places = {f"s{i}": float(v) for i, v in enumerate(rng.uniform(0, 1, size=8) ** 4)}
        moved = spread(places, 0.05)
        order = sorted(places, key=lambda s: -places[s])
        heights = [moved[s] for s in order]
        assert (-np.diff(heights) >= 0.05 - 1e-9).all()
        assert min(heights) >= 0
        assert max(heights) <= 1 + 1e-9
    assert spread({"a": 0.9, "b": 0.2}, 0.05) == {"a": 0.9, "b": 0.2}


def test_colour_and_dash_belong_to_the_place_and_no_two_are_the_same():
    many = [f"s{i}" for i in range(20)]
    colors, dashes = (f(many).to_dict()["scale"]["range"] for f in (color, dash))
    assert len({(c, tuple(d)) for c, d in zip(colors, dashes, strict=True)}) == 20
    assert color(many[:3]).to_dict()["scale"]["range"] == list(LINES[:3])
    assert theme.INK not in LINES


def differences(*means, seeds=8):
    rng = np.random.default_rng(0)
    found = []
    for name, mean in zip(NAMES[1:], means, strict=False):
        for budget in (20, 50):
            first = 90 + mean + 0.1 * rng.standard_normal(seeds)
            found.append(
                paired_difference(("bayes", name), first, np.full(seeds, 90.0), budget, PERCENT)
            )
    return PairedDifferences(NAMES, tuple(found))


def test_differences_have_a_panel_for_each_budget():
    text = said(paired(differences(0.2, -0.1, 1.0)))
    assert "after 20 queries" in text
    assert "after 50 queries" in text
    assert "right of 0 bayes is better" in text
    assert "better 8, worse 0" in text
    assert "too few" not in text
    assert text.count("local-search") == 1  # rows are named once


def test_few_seeds_are_said_to_be_few():
    assert "4 seeds: too few to tell" in said(paired(differences(0.2, seeds=4)))
    assert "1 seed: too few to tell" in said(paired(differences(0.2, seeds=1)))


def test_no_difference_is_drawn_too():
    same = paired_difference(("bayes", "tpe"), np.ones(8), np.ones(8), 20, PERCENT)
    assert "better 0, equal 8, worse 0" in said(paired(PairedDifferences(NAMES, (same,))))
    assert "nothing to compare" in said(paired(PairedDifferences(NAMES, ())))


def test_all_fit_a_screen():
    from nbnas.charts.render import png_size

    bands = {name: band(88, 91 - i / 5) for i, name in enumerate(NAMES)}
    for chart in (curves(made(bands)), paired(differences(*[0.1] * 7))):
        width, height = png_size(to_png(chart, scale=1))
        assert width <= 1200
        assert height <= 700


def by_cost(bands, **options):
    """Curves of 30 points up to a cost of 15."""
    places = np.linspace(0.5, 15, 30)
    counted = {"counted": "cost, in full trainings", "places": places, "initial": 0}
    return made(bands, **counted | options)


def test_curves_by_cost_begin_where_all_seeds_have_a_training():
    middle, lower, upper = band(88, 91)
    for each in (middle, lower, upper):
        each[:8] = np.nan
    chart = curves(by_cost({"bayes": (middle, lower, upper), "random": band(85, 90)}))
    text = said(chart)
    assert "cost, in full trainings" in text
    assert "query" not in text
    assert "know no values" not in text
    first = {name: min(r["query"] for r in rows) for name, rows in lines(chart).items()}
    assert first == {"bayes": 4.5, "random": 0.5}
    assert max(r["query"] for r in lines(chart)["bayes"]) == 15
    assert all(np.isfinite(r["value"]) for rows in lines(chart).values() for r in rows)
    marks = [layer["mark"] for layer in chart.to_dict(validate=False)["layer"]]
    assert {m["interpolate"] for m in marks if "interpolate" in m} == {"step-after"}


def lines(chart):
    """The rows of the longest data set, by strategy."""
    rows = max(data(chart), key=len)
    return {s: [r for r in rows if r["strategy"] == s] for s in {r["strategy"] for r in rows}}


def test_a_strategy_without_a_full_training_has_no_line():
    nothing = tuple(np.full(30, np.nan) for _ in range(3))
    text = said(curves(by_cost({"bayes": band(88, 91), "random": nothing})))
    assert "bayes" in text
    assert "random" not in text
    assert "no run has a full training yet" in said(curves(by_cost({"random": nothing})))
    assert to_png(curves(by_cost({"random": nothing}, log=True))).startswith(b"\x89PNG")


def test_differences_at_a_cost_say_so():
    differences = paired_difference(
        ("a", "b"), np.array([91.0, 91.5]), np.array([90.0, 90.2]), 10, PERCENT, paid=True
    )
    assert "at cost 10" in said(paired(PairedDifferences(("a", "b"), (differences,))))
