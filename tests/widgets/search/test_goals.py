"""Views of searches and observations with several goals."""

import pytest

import nbnas as nb
from nbnas.widgets import bundle, view

LATENCY = nb.Measure("latency", "ms", maximize=False, lower=0)
ENERGY = nb.Measure("energy", "mJ", maximize=False, lower=0)


def objective(architecture, seed=0):
    many = str(architecture).count("conv")
    return nb.Evaluation(
        architecture,
        0.3 + 0.1 * many,
        measured={"latency": 1.0 + many, "energy": 9.0 - many},
        seconds=2.0,
    )


def searched(*goals, trials=8):
    search = nb.Search(nb.CellSpace(), objective, nb.RandomSearch(), goals=goals)
    return search.run(trials) if trials else search


@pytest.fixture(scope="module")
def seen():
    return searched(nb.ACCURACY, LATENCY, ENERGY).observations


def test_observations_with_goals_show_their_front(seen, static, no_widgets):
    found = view(seen)
    assert "on the front; hypervolume" in found.summary
    assert set(bundle(seen)[0]) == {"image/png", "text/plain"}
    plain = view(nb.Observations(seen.evaluations[:3]))
    assert "front" not in plain.summary


def test_goals_and_a_trial_are_chosen_where_widgets_live(seen, live, redrawn):
    panel = view(seen).panel()
    row = panel.widget.children[0].children
    pair, trial = row
    assert [name for name, _ in pair.options] == [
        *("validation accuracy by latency", "validation accuracy by energy"),
        "latency by energy",
    ]
    assert "Hypervolume" in redrawn(panel)
    first = redrawn(panel)
    pair.value = (ENERGY, LATENCY)
    assert "energy (mJ)" in redrawn(panel)
    assert redrawn(panel) != first
    assert trial.options[1][0].startswith("on the front: trial ")
    trial.value = trial.options[1][1]
    shown = redrawn(panel)
    assert "Hypervolume" not in shown
    assert f"Trial {trial.value}: " in shown
    assert panel.error is None


def test_a_search_shows_its_front_beside_its_course(static):
    found = view(searched(nb.ACCURACY, LATENCY))
    assert "on the front" in found.summary
    titles = str(found.chart.to_dict())
    assert "The front so far" in titles
    assert "The search so far" in titles
    assert "Hypervolume" in titles
    plain = nb.Search(nb.CellSpace(), objective, nb.RandomSearch()).run(2)
    assert "The front so far" not in str(view(plain).chart.to_dict())


def test_nothing_yet_is_a_picture_too(static):
    found = view(searched(nb.ACCURACY, LATENCY, trials=0))
    assert "no trial has told all goals yet" in str(found.chart.to_dict())


def test_what_hypervolume_ranks_is_not_shown_by_the_improvement_of_the_value(static):
    strategy = nb.BayesianOptimization(initial=4, maximizer=nb.RandomPool(40))
    search = nb.Search(nb.CellSpace(), objective, strategy, goals=(nb.ACCURACY, LATENCY)).run(6)
    found = {}
    for number in (4, 6):  # of trials 5 and 7: each third trial is for the value alone
        proposal = nb.replay(search, number).proposal
        chart = nb.charts.proposal(proposal).to_dict()
        found[number] = str(chart)
        assert max(map(len, chart["title"]["subtitle"])) < 140  # lines, not one that is too wide
        assert (("latency" in view(proposal).summary.split(": mean ")[1]), number) in (
            *((True, 4), (False, 6)),
        )
    assert "expected hypervolume" in found[4]
    assert "expected improvement (" not in found[4]
    assert "expected improvement (" in found[6]


def test_the_picture_of_a_search_has_the_believed_front(static):
    strategy = nb.BayesianOptimization(initial=4, maximizer=nb.RandomPool(40))
    search = nb.Search(nb.CellSpace(), objective, strategy, goals=(nb.ACCURACY, LATENCY)).run(6)
    assert "by the model of 6 trials" in str(view(search).chart.to_dict())
    plain = nb.Search(nb.CellSpace(), objective, nb.RandomSearch(), goals=(nb.ACCURACY, LATENCY))
    assert "by the model of" not in str(view(plain.run(4)).chart.to_dict())


def test_a_trial_tells_what_is_counted_once():
    (cell,) = nb.CellSpace().sample(0, 1)
    measured = {"latency": 0.17, "parameters": 450.0}
    trial = nb.Evaluation(cell, 0.5, parameters=450, measured=measured)
    said = view(trial).summary
    assert said.count("parameters") == 1
    assert "450 parameters" in said
    assert "latency 0.17" in said
    untold = view(nb.Evaluation(cell, 0.5, measured=measured)).summary
    assert "parameters 450" in untold
