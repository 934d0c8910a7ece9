"""Tables of what is wanted, and limits."""

import nbnas as nb
from nbnas import charts
from nbnas.charts.search.goals.wanted import goal_rows
from nbnas.widgets import bundle, view

LATENCY = nb.Measure("latency", "ms", maximize=False, lower=0)


def convolutions(architecture):
    return str(architecture).count("conv")


FEW = nb.MeasuredBy(convolutions, nb.Measure("convolutions", maximize=False, lower=0))
GOALS = nb.Goals(
    (nb.ACCURACY, LATENCY, FEW.measure),
    (FEW,),
    (nb.at_most(LATENCY, 5), nb.at_least(LATENCY, 1), nb.at_most("multiply_adds", 2e6)),
)


def test_each_measure_is_told_with_its_way_and_limits(said):
    rows = {row[0]: row[1:] for row in goal_rows(GOALS)}
    assert rows == {
        "validation accuracy (%)": ("higher", "by trainings", ""),
        "latency (ms)": ("lower", "by trainings", "at most 5.000 ms, at least 1.000 ms"),
        "convolutions": ("lower", "beforehand, by convolutions", ""),
        "multiply-adds": ("no goal", "by trainings", "at most 2,000,000"),
    }
    text = said(charts.goals(GOALS))
    assert "at most 2,000,000" in text
    assert "limit" not in said(charts.goals(nb.Goals((nb.ACCURACY, LATENCY)))).split()


def test_views_say_it_in_words():
    said = view(GOALS).summary
    assert said.startswith("Wanted: validation accuracy high, latency low and convolutions low,")
    assert said.endswith("known beforehand: convolutions.")
    assert "Told by trainings: validation accuracy, latency, multiply-adds" in said
    assert view(FEW).summary == (
        "Convolutions is told beforehand, by convolutions, without training; lower is better."
    )
    limit = view(nb.at_most("multiply_adds", 2e6)).summary
    assert limit == "Multiply-adds at most 2,000,000; what breaks it does not count."
    assert "never proposed" in view(nb.at_least(FEW, 2)).summary


def test_a_limit_shows_which_side_is_allowed(said):
    most, least = (said(charts.constraint(c)) for c in (nb.at_most(FEW, 2), nb.at_least(FEW, 2)))
    assert most.index("allowed") < most.index("excluded")
    assert least.index("excluded") < least.index("allowed")
    assert "2.000" in most


def test_each_is_a_picture_and_a_text_and_alive_a_widget(monkeypatch):
    for thing in (GOALS, FEW, nb.at_most("parameters", 1e5)):
        monkeypatch.setenv("NBNAS_DISPLAY", "static")
        assert set(bundle(thing)[0]) == {"image/png", "text/plain"}
        monkeypatch.setenv("NBNAS_DISPLAY", "live")
        assert len(bundle(thing)[0]) == 3


def test_names_are_escaped(attack):
    evil = nb.Measure(attack, attack, maximize=False)
    goals = nb.Goals((nb.ACCURACY, evil), (), (nb.at_most(evil, 2),))
    for chart in (charts.goals(goals), charts.constraint(goals.constraints[0])):
        assert "<script" not in charts.to_svg(chart)
