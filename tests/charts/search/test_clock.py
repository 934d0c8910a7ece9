"""The chart of a simulated clock: every line is told apart, and nothing misleads."""

import json
import xml.etree.ElementTree as ET

import pytest

from nbnas.charts import clock as draw
from nbnas.charts.render import to_png, to_svg
from nbnas.search.benchmark.file import Row
from nbnas.search.benchmark.results import BenchmarkResults
from nbnas.search.benchmark.unit import PERCENT


def said(chart):
    root = ET.fromstring(to_svg(chart))
    return " ".join(e.text or "" for e in root.iter("{http://www.w3.org/2000/svg}text"))


def run(name, seed, workers, best=92.0, queries=6):
    values = [min(best, 88.0 + q + seed / 2) for q in range(queries)]
    return tuple(
        Row(name, seed, q + 1, "x", v, v, None, 0.1, 3600.0 * (q + 1) / workers)
        for q, v in enumerate(values)
    )


def found(names=("bayes", "random"), numbers=(8, 1), seeds=3, **options):
    made = {f"{name} x {n}": n for n in numbers for name in names}
    pairs = [(name, seed) for name in made for seed in range(seeds)]
    runs = {(name, s): run(name, s, made[name], **options) for name, s in pairs}
    return BenchmarkResults(runs, tuple(made), 6, 2, 92.0, PERCENT, "valid", workers=made).clock


def points(chart):
    """The rows of the small signs, and of the large ones."""
    spec = chart.to_dict(validate=False)
    layers = [layer for layer in spec["layer"] if layer["mark"]["type"] == "point"]
    found = [spec["datasets"][layer["data"]["name"]] for layer in layers]
    return [json.loads(rows) if isinstance(rows, str) else rows for rows in found]


def dots(chart):
    return points(chart)[1]


def test_strategies_and_numbers_of_workers_are_named():
    text = said(draw(found()))
    for word in ("bayes", "random", "8 workers", "1 worker", "simulated hours", "3 seeds"):
        assert word in text
    assert "0: found in every seed" in text
    assert "half of the seeds" in text


def test_strategies_are_told_apart_without_colour():
    chart = draw(found(names=("bayes", "evolution", "random")))
    (shape,) = {
        json.dumps(layer["encoding"]["shape"]["scale"])
        for layer in chart.to_dict(validate=False)["layer"]
        if layer["mark"]["type"] == "point"
    }
    assert json.loads(shape)["domain"] == ["bayes", "evolution", "random"]
    assert len(set(json.loads(shape)["range"])) == 3
    signs = points(chart)[0]
    assert {row["name"] for row in signs} == set(found(("bayes", "evolution", "random")).times)
    lines = {name: set(times) for name, times in found().times.items()}
    for name, times in lines.items():
        assert all(
            min(times) <= r["time"] <= max(times)
            for r in points(draw(found()))[0]
            if r["name"] == name
        )


def test_dots_are_where_half_of_the_seeds_have_it():
    rows = {row["name"]: row["time"] for row in dots(draw(found()))}
    assert rows == pytest.approx(found().halves)
    assert dots(draw(found(best=91.0))) == []
    assert "0: found in every seed" not in said(draw(found(best=91.0)))


@pytest.mark.parametrize(
    "given",
    [{"seeds": 1}, {"names": ("<b>",)}, {"numbers": (16, 8, 4, 2, 1)}, {"best": 88.0}],
)
def test_every_record_draws(given):
    chart = draw(found(**given))
    assert "<b>" not in to_svg(chart)
    assert to_png(chart).startswith(b"\x89PNG")


def test_without_times_it_says_so():
    empty = BenchmarkResults({}, ("a",), 6, 2, 92.0, PERCENT, "valid").clock
    assert "the table knows no training times" in said(draw(empty))
