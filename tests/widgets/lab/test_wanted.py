"""What the lab tells of several goals and limits: colours, what if, and the believed front."""

import numpy as np
import pytest

import nbnas as nb
from nbnas.search.replay import replay
from nbnas.search.strategies.goals.believed import beliefs
from nbnas.widgets.lab.cards.seldom import Seldom
from nbnas.widgets.lab.cards.wanted import colours, likely
from nbnas.widgets.lab.lab import Lab

LATENCY = nb.Measure("latency", "ms", maximize=False, lower=0)
SPACE = nb.Subspace(nb.CellSpace(), nb.CellSpace().sample(0, 60))
TRIALS = 8  # so that hypervolume decides in the next round


def objective(architecture, seed=0):
    many = str(architecture).count("conv")
    return nb.Evaluation(architecture, 0.3 + 0.1 * many, measured={"latency": 1.0 + many})


@pytest.fixture(scope="module")
def opened():
    search = nb.Search(
        SPACE,
        objective,
        nb.BayesianOptimization(initial=4),
        goals=(nb.ACCURACY, LATENCY),
        constraints=(nb.at_most("latency", 4.5),),
    ).run(TRIALS)
    lab = Lab(search)
    assert lab.wait()
    return search, lab


def ask(lab, **what_if):
    lab.widget.set_state({"what_if": what_if})
    assert lab.wait()
    assert lab.widget.status["error"] == ""
    return lab.widget.answer


def test_the_map_is_coloured_by_each_goal_and_by_what_is_likely_to_count(opened):
    search, lab = opened
    found = beliefs(search.strategy, search.observations)
    known = lab._atlas.places()[0]
    page = lab.widget.map
    for colour in lab.widget.measure["colours"]:
        assert len(page[colour["column"]]) == len(known), colour
    mean, _ = found.posteriors["latency"].predict(known)
    np.testing.assert_allclose(page["goal latency"], mean, rtol=1e-5)
    np.testing.assert_allclose(page["feasible"], found.log_feasible(known).exp(), rtol=1e-5)
    assert "latency" in page["beside"][0]
    assert "limits met with" in page["beside"][0]


def test_colours_say_which_end_is_good():
    goals = nb.Goals((nb.ACCURACY, LATENCY), constraints=(nb.at_least("accuracy of b", 0.5),))
    found = {colour["column"]: colour for colour in colours(nb.ACCURACY, goals)}
    assert found["goal latency"]["turned"]
    assert found["goal latency"]["words"] == "predicted latency (ms)"
    assert (found["feasible"]["ends"], found["feasible"]["percent"]) == ([0, 1], True)
    assert not found["mean"]["turned"]
    assert [colour["column"] for colour in colours()] == ["mean", "stddev", "ei"]


def test_another_acquisition_function_is_said_to_have_no_say_here(opened):
    search, lab = opened
    assert "Hypervolume" in replay(search, TRIALS).proposal.acquisition
    said = ask(lab, acquisition=2)["text"]
    assert "it would be the same" in said
    assert "such as trial 7" in said
    assert "Hypervolume" not in replay(search, 6).proposal.acquisition  # that is trial 7
    lab.widget.set_state({"round": 6})
    assert ask(lab, acquisition=4)["note"] == ""
    lab.widget.set_state({"round": -1})


def test_other_weights_and_kernels_are_answered_for_all_goals(opened):
    _, lab = opened
    names = lab.widget.choices["acquisitions"]
    answer = ask(lab, acquisition=names.index("ParEGO (random weights)"))
    assert answer["heads"] == ["predicted", "latency", "limits met", "expected hypervolume"]
    assert {len(row["cells"]) for row in answer["rows"]} == {4}
    assert answer["rows"][0]["key"] == lab.widget.chosen
    both = ask(lab, kernel=1, acquisition=1)
    assert "the kernel Weisfeiler-Lehman" in both["text"]
    assert "the expected hypervolume decides" in both["note"]
    ask(lab)


def test_the_believed_front_is_drawn_and_told(opened, until):
    _, lab = opened
    front = lambda: lab.widget.trace["front"]  # noqa: E731
    until(lambda: front()["fronts"][0]["data"]["band"])
    data = front()["fronts"][0]["data"]
    assert all(row["y"] <= row["y2"] for row in data["band"])
    assert len(data["median"]) >= 2
    assert f"by the model of {TRIALS} trials" in front()["line"]
    lab.widget.set_state({"round": 5})
    assert lab.wait()
    until(lambda: "by the model of 5 trials" in front()["line"])
    lab.widget.set_state({"round": -1})


def test_why_tells_what_is_promised_of_all_goals(opened):
    _, lab = opened
    assert lab.wait()
    said = " ".join(lab.widget.why["sentences"])
    assert "ms of hypervolume" in said
    assert lab.widget.why["gain"]["title"].startswith("Of the accuracy alone: ")
    assert "Ranked by the hypervolume" in lab.widget.candidates["line"]
    assert lab.widget.candidates["data"]["rows"][0]["gain"].endswith(" ms")


def test_what_is_unsure_is_never_certain():
    assert [likely(p) for p in (0.0, 0.0004, 0.25, 0.9996, 1.0)] == [
        *("0 %", "below 0.1 %", "25.0 %", "above 99.9 %", "100 %"),
    ]


def test_what_takes_long_is_left_out_while_more_comes(monkeypatch):
    now = [100.0]
    monkeypatch.setattr("nbnas.widgets.lab.cards.seldom.time.monotonic", lambda: now[0])
    seldom = Seldom()
    assert seldom.due(1, wait=True)
    with seldom.working(1):
        now[0] += 2.0
    assert not seldom.due(1, wait=False)
    assert not seldom.due(2, wait=True)
    assert seldom.due(2, wait=False)
    now[0] += 20.1
    assert seldom.due(2, wait=True)
    with pytest.raises(ValueError, match="it fails"), seldom.working(2):
        raise ValueError("it fails")
    assert seldom.due(2, wait=False)
