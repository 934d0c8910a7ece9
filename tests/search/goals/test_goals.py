"""Searches with several measures and with limits, whatever the strategy."""

import numpy as np
import pytest

import nbnas as nb
from nbnas.errors import DataError, ObservationError, SearchError, SettingError, StudyMismatchError
from nbnas.search.goals.feasible import FeasibleSpace, feasible

SPACE = nb.CellSpace()
LATENCY = nb.Measure("latency", "ms", maximize=False, lower=0)


def convolutions(architecture):
    return str(architecture).count("conv")


def skips(architecture):
    return str(architecture).count("skip")


FEW = nb.MeasuredBy(convolutions, nb.Measure("convolutions", maximize=False, lower=0))


def objective(architecture, seed=0):
    value = (convolutions(architecture) + 0.5 * skips(architecture)) / 7
    return nb.Evaluation(architecture, value, measured={"latency": 1.0 + skips(architecture)})


def search(strategy=None, **wanted):
    return nb.Search(SPACE, objective, strategy or nb.RandomSearch(), **wanted)


def test_several_measures_give_a_front_and_its_hypervolume():
    done = search(goals=(nb.ACCURACY, LATENCY)).run(12)
    assert done.goals.measures == (nb.ACCURACY, LATENCY)
    gains = np.array([[e.value, -e.measured["latency"]] for e in done.observations])
    dominated = [((gains >= g).all(1) & (gains > g).any(1)).any() for g in gains]
    assert set(done.front) == {
        e for e, d in zip(done.observations, dominated, strict=True) if not d
    }
    assert done.hypervolume > 0


def test_one_goal_is_the_search_of_today():
    plain, one = search().run(5), search(goals=(nb.ACCURACY,)).run(5)
    assert one.goals is None
    assert [str(a) for a in one.observations.architectures] == [
        str(a) for a in plain.observations.architectures
    ]


@pytest.mark.parametrize(
    "strategy",
    [
        nb.RandomSearch(),
        nb.RegularizedEvolution(initial=3),
        nb.LocalSearch(),
        nb.Reinforce(),
        nb.BayesianOptimization(initial=3),
        nb.Tpe(),
    ],
    ids=lambda strategy: type(strategy).__name__,
)
def test_nothing_is_proposed_that_is_known_to_break_a_limit(strategy):
    done = search(strategy, constraints=(nb.at_most(FEW, 1),)).run(10)
    assert [e.measured["convolutions"] <= 1 for e in done.observations] == [True] * 10


def test_what_breaks_a_limit_is_found_out_and_never_the_best():
    done = search(constraints=(nb.at_most(LATENCY, 1.5),)).run(20)
    assert any(e.measured["latency"] > 1.5 for e in done.observations)
    assert done.best.measured["latency"] <= 1.5
    assert done.best.value == max(
        e.value for e in done.observations if e.measured["latency"] <= 1.5
    )


def test_an_empty_set_says_which_limit_is_the_tightest():
    said = "no architecture of .* the tightest is convolutions at most -1.000, which 0 of 15,625"
    with pytest.raises(SearchError, match=said):
        search(constraints=(nb.at_most(FEW, -1), nb.at_most(FEW, 3)))


def test_large_spaces_are_drawn_from_until_something_fits(monkeypatch):
    monkeypatch.setattr("nbnas.search.goals.feasible.DRAWS", 1000)

    def layers(architecture):
        return len(architecture.nodes)

    large = nb.CnnSpace()
    limit = nb.at_most(nb.MeasuredBy(layers, nb.Measure("layers", maximize=False)), 9)
    space = feasible(large, nb.Goals((nb.ACCURACY,), constraints=(limit,)))
    assert isinstance(space, FeasibleSpace)
    drawn = space.sample(0, 5)
    assert max(map(layers, drawn)) <= 9
    assert all(layers(space.mutate(a, 1)) <= 9 and a in space for a in drawn)
    assert space.parse(str(drawn[0])) == drawn[0]
    none = nb.at_most(limit.known, 0)
    with pytest.raises(SearchError, match="the tightest is layers at most 0"):
        feasible(large, nb.Goals((nb.ACCURACY,), constraints=(none,))).sample(0, 1)


def test_an_objective_that_does_not_tell_a_goal_is_refused_at_the_first_trial():
    wanted = search(goals=(nb.ACCURACY, nb.Measure("energy", "mJ", maximize=False)))
    with pytest.raises(ObservationError, match="expected energy of each evaluation"):
        wanted.run(3)
    assert len(wanted.observations) == 0


def test_a_stored_study_goes_on_with_its_goals_only(tmp_path):
    place = {"store": tmp_path / "goals.db", "study": "both"}
    first = search(goals=(nb.ACCURACY, LATENCY), constraints=(nb.at_most(FEW, 4),), **place)
    first.run(4)
    again = search(goals=(nb.ACCURACY, LATENCY), constraints=(nb.at_most(FEW, 4),), **place)
    assert again.front == first.front
    assert again.observations == first.observations
    for wanted in ({}, {"goals": (nb.ACCURACY, LATENCY)}):
        with pytest.raises(StudyMismatchError):
            search(**wanted, **place)


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"goals": (LATENCY, nb.ACCURACY)}, "expected the objective's validation accuracy"),
        ({"goals": nb.ACCURACY}, "expected goals to be a sequence"),
        ({"constraints": ("parameters",)}, "at_most"),
        ({"goal": (LATENCY,)}, "expected goals or constraints, got goal"),
    ],
)
def test_what_is_no_goal_is_refused(wanted, said):
    with pytest.raises(SettingError, match=said):
        search(**wanted)


@pytest.mark.parametrize("strategy", [nb.LocalSearch(), nb.Reinforce(), nb.Tpe()])
def test_strategies_for_one_measure_say_so(strategy):
    with pytest.raises(SettingError, match="serves several goals"):
        search(strategy, goals=(nb.ACCURACY, LATENCY))
    with pytest.raises(SettingError, match="learns whether a limit is met"):
        search(strategy, constraints=(nb.at_most(LATENCY, 1.5),))


def test_a_table_knows_its_parameters_and_what_it_is_told_to_know(tmp_path):
    cells = tuple(SPACE.sample(3, 40))
    columns = {str(c): float(convolutions(c)) for c in cells}
    table = nb.TabularObjective(
        "cells",
        {text: number / 7 for text, number in columns.items()},
        parameters={text: 100 * int(number) + 50 for text, number in columns.items()},
        measured={text: {"latency": 1 + number} for text, number in columns.items()},
    )
    strategy, limit = nb.BayesianOptimization(initial=3), nb.at_most("parameters", 250)
    done = nb.Search(
        table.space,
        table,
        strategy,
        goals=(nb.ACCURACY, table.beforehand(LATENCY)),
        constraints=(limit,),
        store=tmp_path / "known.db",
    ).run(6)
    assert max(e.parameters for e in done.observations) <= 250
    assert done.goals.unknown == (nb.ACCURACY,)
    with pytest.raises(DataError, match="has no energy; its further measures are latency"):
        table.beforehand(nb.Measure("energy"))


def test_a_limit_by_name_has_the_unit_of_the_goal():
    wanted = search(goals=(nb.ACCURACY, LATENCY), constraints=(nb.at_most("latency", 1.5),))
    assert wanted.goals.constraints[0].words == "latency at most 1.500 ms"
