"""The parameters of several goals and of limits: `-p goals accuracy,latency`."""

import pytest

import nbnas as nb
from nbnas.errors import SettingError
from nbnas.notebook.goals.words import Aims, Limit, goals_of_words, limits_of_words
from nbnas.notebook.search import read_parameters
from nbnas.records import ACCURACY, MULTIPLY_ADDS, PARAMETERS, Measure
from nbnas.records.measure import LOG_LOSS

TWO = """
import nbnas as nb

def both(architecture, seed=0):
    size = len(str(architecture)) / 100
    return nb.Evaluation(architecture, 1 - 1 / (2 + size), seed=seed, measured={"watts": size})
"""


@pytest.fixture
def chosen(defaults):
    def made(**changed):
        return read_parameters(defaults | {"device": "cpu"} | changed)

    return made


def test_by_default_a_good_value_is_all(chosen):
    plain = chosen()
    assert plain.aims == Aims()
    objective = plain.make_objective()
    assert plain.aims.of(objective, plain.make_space(objective)) == {}
    assert plain.aims.choices() == ()
    assert plain.study_name == "nas-bench-digits-12-epochs-seed-0-wl+hamming-logei-7-initial"


@pytest.mark.parametrize(
    ("words", "limits"),
    [
        ("parameters<=100000", [("parameters", True, 1e5)]),
        ("parameters<=100k,latency <= 5.5", [("parameters", True, 1e5), ("latency", True, 5.5)]),
        ("multiply_adds<=1.5M", [("multiply-adds", True, 1.5e6)]),
        ("accuracy>=90%", [("accuracy", False, 0.9)]),
        ("parameters<=1e5", [("parameters", True, 1e5)]),
        ("", []),
    ],
)
def test_limits_are_numbers_with_a_way(words, limits):
    assert limits_of_words(words) == tuple(Limit(*each) for each in limits)


@pytest.mark.parametrize(
    "wrong",
    ["parameters", "parameters<100", "parameters<=many", "<=3", "a<=1<=2", "a<=1.2.3", "a<=1,", 5],
)
def test_other_limits_are_errors(wrong):
    with pytest.raises(SettingError, match="expected"):
        limits_of_words(wrong)


@pytest.mark.parametrize("wrong", ["accuracy", "accuracy,,latency", "latency,latency", 3])
def test_other_goals_are_errors(wrong):
    with pytest.raises(SettingError, match="expected"):
        goals_of_words(wrong)


def test_words_become_goals_and_limits(chosen):
    wants = chosen(
        data="digits",
        goals="accuracy,parameters,log-loss",
        limits="multiply_adds<=20k,accuracy>=50%",
    )
    objective = wants.make_objective()
    space = wants.make_space(objective)
    found = wants.aims.of(objective, space)
    assert found["goals"] == (ACCURACY, PARAMETERS, LOG_LOSS)
    assert [limit.measure for limit in found["constraints"]] == [MULTIPLY_ADDS, ACCURACY]
    search = nb.Search(space, objective, wants.make_strategy(objective), **found)
    assert [known.measure for known in search.goals.known] == [PARAMETERS, MULTIPLY_ADDS]
    said = {one.what: one.chosen for one in wants.choices(objective)}
    assert said["goals"] == "accuracy, parameters, log-loss"
    assert said["limits"] == "multiply-adds at most 20,000, accuracy at least 0.5"
    name = "parameters-log-loss-multiply-adds-most-20000-accuracy-least-0.5"
    assert name in wants.study_name
    assert name in wants.baseline_name


def test_latency_is_measured_on_the_trainers_networks(chosen):
    wants = chosen(data="digits", goals="accuracy,latency", limits="latency<=1e4")
    objective = wants.make_objective()
    found = wants.aims.of(objective, wants.make_space(objective))
    goal, limit = found["goals"][1], found["constraints"][0]
    assert limit.known is goal  # measured once
    assert goal(nb.CellSpace().sample(0, 1)[0]) > 0
    known = chosen(goals="accuracy,latency")  # of all cells of digits
    objective = known.make_objective()
    assert known.aims.of(objective, nb.CellSpace())["goals"][1].measure.name == "latency"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"goals": "accuracy,latancy"}, "goals: .*did you mean latency"),
        ({"limits": "paramters<=5"}, "limits: .*did you mean parameters"),
        ({"goals": "parameters,accuracy"}, "goals: expected accuracy as the first"),
        ({"goals": "accuracy,perplexity"}, "goals: expected words out of"),
        ({"goals": "accuracy,parameters", "strategy": "tpe"}, "goals: expected strategy bayes"),
        ({"goals": "accuracy,parameters", "fidelities": "3,12"}, "goals: expected full trainings"),
        ({"goals": "accuracy"}, "goals: expected two goals or more"),
        ({"limits": "parameters=5"}, "limits: expected limits with <= or >="),
    ],
)
def test_what_does_not_go_together_is_said(chosen, changed, said):
    with pytest.raises(SettingError, match=said):
        chosen(**changed)


def test_an_objective_of_ones_own_says_which_end_is_better(chosen, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.py").write_text(TWO, encoding="utf-8")
    wants = chosen(
        objective="mine.py:both", goals="accuracy,watts:min", limits="watts:min<=1.1", initial=2
    )
    objective = wants.make_objective()
    space = nb.CellSpace(("none", "nor_conv_3x3"))
    found = wants.aims.of(objective, space)
    watts = Measure("watts", maximize=False)
    assert found["goals"] == (ACCURACY, watts)
    search = nb.Search(space, objective, nb.RandomSearch(), seed=0, **found)
    search.run(4)
    assert len(nb.front_table(search)) == len(search.front)
    assert all(each.measured["watts"] <= 1.1 for each in search.front)
    for words in ("accuracy,watts", "accuracy,latency", "watts:min,accuracy"):
        with pytest.raises(SettingError, match="expected"):
            chosen(objective="mine.py:both", goals=words).aims.of(objective, space)
