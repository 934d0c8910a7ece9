"""The card of a search with several goals, and its column in the table of trials."""

import pytest

import nbnas as nb
from nbnas.widgets.lab.lab import Lab
from nbnas.widgets.lab.sources import page_script, specifications

LATENCY = nb.Measure("latency", "ms", maximize=False, lower=0)
SPACE = nb.Subspace(nb.CellSpace(), nb.CellSpace().sample(0, 30))


def convolutions(architecture):
    return str(architecture).count("conv")


FEW = nb.MeasuredBy(convolutions, nb.Measure("convolutions", maximize=False, lower=0))


def objective(architecture, seed=0):
    many = convolutions(architecture)
    return nb.Evaluation(
        architecture, 0.3 + 0.1 * many, measured={"latency": 1.0 + many}, seconds=2.0
    )


def opened(strategy=None, trials=5, **wanted):
    search = nb.Search(SPACE, objective, strategy or nb.RandomSearch(), **wanted).run(trials)
    lab = Lab(search)
    assert lab.wait()
    assert search.error is None
    assert lab.widget.status["error"] == ""
    return search, lab


@pytest.fixture(scope="module")
def several():
    limits = (nb.at_most("latency", 4.5),)
    return opened(goals=(nb.ACCURACY, LATENCY), constraints=limits, trials=8)


def test_a_search_with_one_goal_is_as_before():
    _, lab = opened(trials=2)
    assert not {"front0", "volume"} & set(lab.widget.specs)
    assert lab.widget.measure["further"] == lab.widget.measure["pairs"] == []
    assert "front" not in lab.widget.trace
    assert not [row for row in lab.widget.trials if "goals" in row]


def test_the_front_and_its_hypervolume_are_there(several):
    search, lab = several
    assert set(lab.widget.specs) >= {"front0", "volume"}
    found = lab.widget.trace["front"]
    points = found["fronts"][0]["data"]["points"]
    known = len(lab.widget.sample["names"]) + len(lab.widget.extras["names"])
    assert len(points) == 8
    assert all(int(row["key"]) < known for row in points)
    members = {row["trial"] for row in points if row["kind"] == "on the front"}
    assert members == {search.observations.evaluations.index(e) + 1 for e in search.front}
    volumes = found["volume"]["data"]["volumes"]
    assert volumes[7]["volume"] == pytest.approx(100 * search.hypervolume)
    assert "on the front; hypervolume" in found["line"] or "(crosses)" in found["line"]


def test_trials_have_a_column_for_each_further_goal(several):
    search, lab = several
    assert lab.widget.measure["further"] == [
        {"name": "latency", "noun": "latency (ms)", "maximize": False}
    ]
    for row, each in zip(lab.widget.trials, search.observations, strict=True):
        assert row["goals"] == {"latency": each.measured["latency"]}
        assert row["told"]["latency"].endswith(" ms")
        broken = each.measured["latency"] > 4.5
        assert (row["stand"] == "breaks a limit") is broken


def test_an_earlier_round_shows_the_front_as_it_was(several):
    _, lab = several
    lab.widget.set_state({"round": 3})
    lab.update()
    assert lab.wait()
    found = lab.widget.trace["front"]
    assert {row["trial"] for row in found["fronts"][0]["data"]["points"]} == {1, 2, 3}
    assert found["volume"]["data"]["round"] == [{"trial": 3.5}]
    assert "As it was before trial 4." in found["line"]
    lab.widget.set_state({"round": -1})


def test_each_pair_of_goals_has_a_chart_to_choose():
    goals = (nb.ACCURACY, LATENCY, FEW)
    search, lab = opened(goals=goals, trials=3)
    assert set(lab.widget.specs) >= {"front0", "front1", "front2", "volume"}
    assert lab.widget.measure["pairs"] == [
        *("validation accuracy by latency", "validation accuracy by convolutions"),
        "latency by convolutions",
    ]
    assert len(lab.widget.trace["front"]["fronts"]) == 3
    assert lab.widget.trials[0]["goals"].keys() == {"latency", "convolutions"}
    assert search.error is None


def test_why_speaks_of_all_measures():
    strategy = nb.BayesianOptimization(initial=4, maximizer=nb.RandomPool(20))
    search, lab = opened(strategy, trials=6, goals=(nb.ACCURACY, LATENCY, FEW))
    said = " ".join(lab.widget.why["sentences"])
    assert "Beside it: latency " in said
    assert "convolutions " in said
    assert "(known)" in said
    key = lab.widget.trials[0]["key"]
    lab.widget.set_state({"selected": key})
    lab.update()
    assert lab.wait()
    other = " ".join(lab.widget.why["sentences"])
    assert "It was measured" in other
    assert "Beside it: latency " in other
    assert "convolutions " in other
    assert search.error is None


def test_why_says_whether_hypervolume_or_the_value_decided():
    strategy = nb.BayesianOptimization(initial=3, maximizer=nb.RandomPool(20))
    search, lab = opened(strategy, trials=6, goals=(nb.ACCURACY, LATENCY))
    decided = []
    for number in (3, 4, 5):
        lab.widget.set_state({"round": number})
        lab.update()
        assert lab.wait()
        decided.append("Hypervolume" in nb.replay(search, number).proposal.acquisition)
        said = lab.widget.why["sentences"][-1]
        assert ("expected to add the most hypervolume" in said) is decided[-1]
    assert any(decided)


def test_the_page_draws_each_chart_from_data_that_comes_later():
    goals = nb.Goals((nb.ACCURACY, LATENCY))
    found = specifications(goals=goals)
    assert set(found) - set(specifications()) == {"front0", "volume"}
    for name in ("front0", "volume"):
        assert not [d for d in found[name]["data"] if d.get("values")]
    assert "class Front" in page_script()
