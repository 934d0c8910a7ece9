"""Pictures of several goals: the front, what it dominates, limits, beliefs, hypervolume."""

import json

import numpy as np
import pytest

import nbnas as nb
from nbnas import charts
from nbnas.charts import theme
from nbnas.charts.graphs.wording import TIMES
from nbnas.charts.lettering import width
from nbnas.charts.search.goals.hypervolume import volume_rows
from nbnas.charts.search.goals.plane import better, pairs_of, unit_of, volume_title
from nbnas.charts.search.goals.rows import BREAKS, DOMINATED, MEMBER, drawn
from nbnas.errors import ObservationError, SettingError
from nbnas.records import Candidate, Observations, Proposal
from nbnas.records.proposal import Prediction

LATENCY = nb.Measure("latency", "ms", maximize=False, lower=0)
ENERGY = nb.Measure("energy", "mJ", maximize=False, lower=0)
PLACES = [(0.90, 5.0), (0.80, 2.0), (0.85, 6.0), (0.88, 3.0)]  # the third is dominated


def kinds(found):
    return {row["trial"]: row["kind"] for row in found.points}


def test_trials_are_told_apart_and_failed_ones_and_looks_are_left_out(make, look):
    seen = look(make([*PLACES, None], nb.at_most("latency", 5.5)))
    assert kinds(drawn(seen)) == {1: MEMBER, 2: MEMBER, 3: BREAKS, 4: MEMBER}
    assert kinds(drawn(make(PLACES))) == {1: MEMBER, 2: MEMBER, 3: DOMINATED, 4: MEMBER}


def test_the_line_goes_along_the_front_from_one_poor_end_to_the_other(make):
    found = drawn(make(PLACES))
    line = [(row["x"], row["y"]) for row in found.steps]
    (left, right), (bottom, _) = found.plane.x, found.plane.y
    assert line == [
        *((2.0, bottom), (2.0, 0.80)),
        *((3.0, 0.80), (3.0, 0.88)),
        *((5.0, 0.88), (5.0, 0.90)),
        (right, 0.90),
    ]
    assert left < 2.0


def test_where_both_are_maximised_the_line_goes_the_other_way(make):
    speed = nb.Measure("latency", "1/s")
    found = drawn(make(PLACES, measures=(nb.ACCURACY, speed)))
    line = [(row["x"], row["y"]) for row in found.steps]
    (left, _), (bottom, _) = found.plane.x, found.plane.y
    assert line == [(6.0, bottom), (6.0, 0.85), (5.0, 0.85), (5.0, 0.90), (left, 0.90)]
    assert better((speed, nb.ACCURACY)) == "upper right"
    assert better((LATENCY, ENERGY)) == "lower left"


def test_the_shaded_area_is_the_hypervolume(make):
    seen = make(PLACES, reference=(0.795, 6.1))
    found = drawn(seen)
    shaded = sum(abs((r["x2"] - r["x"]) * (r["y2"] - r["y"])) for r in found.area)
    assert shaded == pytest.approx(seen.hypervolumes[-1])
    assert [(row["x"], row["y"]) for row in found.reference] == [(6.1, 0.795)]
    assert drawn(make(PLACES, reference=(0.1, 30.0))).reference == []  # it lies outside


def test_what_dominates_nothing_is_not_shaded(make):
    found = drawn(make(PLACES, reference=(0.95, 1.0)))
    assert found.area == []
    assert len(found.steps) == 7


def test_limits_exclude_a_part_of_the_plane_with_their_unit(make, said):
    seen = make(PLACES, nb.at_most("latency", 5.5), nb.at_least(nb.ACCURACY, 0.82))
    latency, accuracy = drawn(seen).limits
    found = drawn(seen)
    assert (latency["across"], latency["from"], latency["to"]) == (True, 5.5, found.plane.x[1])
    assert (accuracy["across"], accuracy["from"], accuracy["to"]) == (
        *(False, 0.82, found.plane.y[0]),
    )
    text = said(charts.front(seen))
    assert "at most 5.500 ms" in text
    assert "at least 82.00 %" in text
    assert "2 break a limit (crosses)" in text
    assert drawn(make(PLACES, nb.at_most("parameters", 5.0))).limits == []


def test_what_is_too_poor_for_an_axis_points_there(make):
    far = [(0.90 - i / 200, 5.0 - i / 5) for i in range(9)]
    found = drawn(make([*far, (0.1, 1.0), (0.8, 90.0)]))
    shapes = {row["trial"]: row["shape"] for row in found.points}
    assert (shapes[1], shapes[10], shapes[11]) == ("circle", "triangle-down", "triangle-right")
    assert found.key == ["2 triangles: beyond an axis."]
    assert drawn(make(PLACES)).key == []


def test_the_picture_says_where_it_stands_and_in_which_units(make, said):
    seen = make(PLACES)
    text = said(charts.front(seen))
    assert "4 trials, 3 on the front; hypervolume" in text
    assert f"% {TIMES} ms" in text
    assert "upper left" in text
    assert "latency (ms)" in text
    value = 100 * seen.hypervolumes[-1]
    assert f"{value:.4g}"[:4] in said(charts.hypervolume(seen))
    assert f"hypervolume (% {TIMES} ms)" in said(charts.hypervolume(seen))


def test_a_long_unit_of_hypervolume_is_told_in_lines_that_fit(make):
    seen = make([(0.9, 5.0, 10.0)], measures=(nb.ACCURACY, LATENCY, nb.MULTIPLY_ADDS))
    for height in (300, 120):
        title = volume_title(seen.goals, height)
        lines = [title] if isinstance(title, str) else title
        assert " ".join(lines) == f"hypervolume ({unit_of(seen.goals)})"
        assert max(width(line, theme.SMALL, bold=True) for line in lines) <= height
    assert len(lines) > 1
    assert volume_title(make(PLACES).goals, 200) == f"hypervolume (% {TIMES} ms)"


def test_a_search_is_as_good_as_its_observations(make):
    class Like:
        observations = make(PLACES)

    given, taken = charts.front(Like()).to_dict(), charts.front(Like.observations).to_dict()
    assert json.dumps(given, sort_keys=True) == json.dumps(taken, sort_keys=True)
    with pytest.raises(ObservationError, match="expected observations"):
        charts.front("search")


def test_more_goals_are_drawn_pair_by_pair_or_as_chosen(make, said):
    places = [(0.9, 5.0, 10.0), (0.8, 2.0, 12.0), (0.85, 6.0, 9.0)]
    seen = make(places, measures=(nb.ACCURACY, LATENCY, ENERGY))
    assert pairs_of(seen.goals) == (
        *((LATENCY, nb.ACCURACY), (ENERGY, nb.ACCURACY)),
        (ENERGY, LATENCY),
    )
    whole = charts.front(seen, width=900)
    assert len(whole.to_dict()["hconcat"]) == 3
    assert "The line is the front of the two goals alone" in said(whole)
    assert set(kinds(drawn(seen)).values()) == {MEMBER}  # the third only for its energy
    assert len(drawn(seen).steps) == 5  # of latency and accuracy alone
    one = charts.front(seen, pair=(ENERGY, LATENCY))
    assert "hconcat" not in one.to_dict()
    assert "energy (mJ)" in said(one)


@pytest.mark.parametrize(
    ("pair", "said"),
    [
        ((LATENCY, LATENCY), "two different goals"),
        ((LATENCY,), "two different goals"),
        ((ENERGY, LATENCY), "of validation accuracy, latency as pair"),
        (("latency", LATENCY), "Measure"),
    ],
)
def test_a_pair_that_is_none_is_refused(make, pair, said):
    with pytest.raises(SettingError, match=said):
        charts.front(make(PLACES), pair=pair)


@pytest.mark.parametrize("chart", [charts.front, charts.hypervolume])
def test_one_goal_has_no_front(chart):
    with pytest.raises(ObservationError, match="give the search goals"):
        chart(Observations())


def test_there_is_a_picture_of_nothing(make, said):
    assert "no trial has told all goals yet" in said(charts.front(make([None])))
    assert "nothing is dominated yet" in said(charts.hypervolume(make([])))


def test_hypervolume_is_drawn_after_each_trial_in_the_product_of_the_units(make):
    seen = make(PLACES)
    rows = volume_rows(seen)
    assert [row["volume"] for row in rows[:4]] == pytest.approx(100 * seen.hypervolumes)
    assert rows[-1] == {"trial": 4.5, "volume": rows[3]["volume"]}
    assert np.all(np.diff([row["volume"] for row in rows]) >= 0)


def candidate(cell, mean, latency):
    further = (Prediction(LATENCY, latency, 0.25),) if latency else ()
    return Candidate(cell, mean, 0.01, 0.8, 0.95, 0.01, 0.0, 0.01, 1.0, further)


def test_candidates_stand_where_they_are_predicted(make, said):
    seen = make(PLACES)
    new, other = nb.CellSpace().sample(99, 2)
    ranked = (
        candidate(new, 0.87, 4.0),
        candidate(other, 0.87, None),
        candidate(seen[0].architecture, 0.9, 5.0),
    )
    proposal = Proposal((new,), "It is good.", ranked, acquisition="EHVI")
    (row,) = drawn(seen, proposal=proposal).believed
    assert (row["x1"], row["x"], row["x2"]) == pytest.approx((3.75, 4.0, 4.25))
    assert (row["y1"], row["y"], row["y2"]) == pytest.approx((0.86, 0.87, 0.88))
    assert "± one standard deviation" in said(charts.front(seen, proposal=proposal))
    assert "standard deviation" not in said(charts.front(seen))


def test_names_are_escaped(make, attack):
    evil = nb.Measure(attack, attack, maximize=False)
    seen = make(PLACES, measures=(nb.ACCURACY, LATENCY))
    trials = tuple(nb.Evaluation(e.architecture, e.value, measured={attack: 2.0}) for e in seen)
    found = Observations(trials, nb.ACCURACY, nb.Goals((nb.ACCURACY, evil)))
    for chart in (charts.front(found), charts.hypervolume(found)):
        assert "<script" not in charts.to_svg(chart)
