import json

import pytest

import nbnas as nb
from nbnas import charts
from nbnas.charts.render import to_svg


def test_settings_are_a_table_of_texts(said, attack):
    chart = charts.settings(("a", "b"), [("one", "two"), ("three", attack)], heading="All")
    text = said(chart)
    assert all(word in text for word in ("All", "a", "b", "one", "two", "three"))
    assert "<script" not in to_svg(chart)


def test_an_empty_table_has_its_names(said):
    assert "setting" in said(charts.settings(("setting",), [], heading="Nothing"))


@pytest.mark.parametrize(
    "schedule", [nb.OneCycle(), nb.Cosine(), nb.LinearDecay(), nb.Warmup(nb.LinearDecay(), 0.1)]
)
def test_a_schedule_is_drawn_from_its_own_rates(schedule, said):
    chart = charts.schedule(schedule)
    assert repr(schedule) in said(chart)
    rows = rows_of(chart)
    assert max(row["rate"] for row in rows) == pytest.approx(1, abs=0.01)
    assert rows[100]["rate"] == schedule.learning_rate(1.0, 100, 400)


def rows_of(chart):
    return json.loads(chart.data.values)
