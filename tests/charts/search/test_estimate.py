import pytest

import nbnas as nb
from nbnas import charts
from nbnas.widgets import bundle, view

TIMED = nb.TimeEstimate(30, each=(30.0, 50.0), source="timed steps", seconds=2.0)


def test_the_trials_that_tell_and_their_mean_are_drawn(said):
    text = said(charts.estimate(TIMED))
    assert "30 trials of about 40 s: 20 min" in text
    assert "by a few steps of 2 random architectures, which took 2 s" in text
    assert "mean 40 s" in text
    assert "seconds of one trial" in text


@pytest.mark.parametrize(
    ("longest", "unit"), [(90.0, "seconds"), (900.0, "minutes"), (9e5, "hours")]
)
def test_the_axis_has_a_unit_for_a_person(longest, unit, said):
    text = said(charts.estimate(nb.TimeEstimate(3, 1, (longest / 2, longest), "finished trials")))
    assert f"{unit} of one trial" in text
    assert "by the 2 trials so far" in text
    assert "e+" not in text


def test_looks_are_rings_and_told_apart(said):
    mixed = {"each": (5.0, 5.0, 40.0), "costs": (0.1, 0.1, 1.0), "lengths": (2, 2, None)}
    text = said(charts.estimate(nb.TimeEstimate(30, 3, source="finished trials", **mixed)))
    assert "by 2 looks at 2 epochs of 5 s, 1 full training of 40 s so far" in text
    assert "mean since the first full training 40 s" in text
    assert "(rings are looks)" in text
    paid = nb.TimeEstimate(0, 3, cost=9.0, spent=1.2, source="finished trials", **mixed)
    assert "as much as a full training: 42 s" in said(charts.estimate(paid))
    looks = {name: values[:2] for name, values in mixed.items()}
    text = said(
        charts.estimate(nb.TimeEstimate(9, 2, source="finished trials", looks=True, **looks))
    )
    assert "a full training: 50 s" in text


def test_where_nothing_is_known_it_says_why(said):
    unknown = nb.TimeEstimate(30, reason="their values are looked up in a table, at once")
    text = said(charts.estimate(unknown))
    assert "30 trials" in text
    assert "looked up in a table" in text
    assert "no time of a trial is known" in text
    assert "nothing is left to train" in said(charts.estimate(nb.TimeEstimate(3, 3)))
    assert "mean 0 s" in said(charts.estimate(nb.TimeEstimate(3, each=(0.0,))))


def test_view_says_what_comes_on_top(monkeypatch):
    seen = view(TIMED)
    assert seen.summary.startswith("30 trials of about 40 s: 20 min. Told by a few steps of 2")
    assert seen.summary.endswith("comes on top.")
    assert view(nb.TimeEstimate(3, reason="a table knows")).summary == "3 trials: a table knows."
    monkeypatch.setenv("NBNAS_DISPLAY", "static")
    assert set(bundle(TIMED)[0]) == {"image/png", "text/plain"}
    monkeypatch.setenv("NBNAS_DISPLAY", "live")
    assert len(bundle(TIMED)[0]) == 3
