"""Vizier's strategy: what needs no Vizier, and, where it is installed, what it proposes."""

import importlib.util
import sys

import numpy as np
import pytest

import nbnas as nb
from nbnas.errors import ArchitectureError, SettingError
from nbnas.search.strategies.parameters import parameters_of
from nbnas.search.strategies.vizier import strategy as vizier
from nbnas.search.strategies.vizier.trials import BEGAN, LATER, architecture_of, given

CELLS = nb.CellSpace()
JOINT = nb.JointSpace(
    CELLS,
    learning_rate=nb.Real(1e-3, 1, log=True),
    batch_size=nb.Integer(16, 512, log=True),
    optimizer=nb.Categorical("sgd", "adamw"),
)
installed = pytest.mark.skipif(
    importlib.util.find_spec("vizier") is None,
    reason="Google Vizier is not installed: pip install 'nbnas[vizier]'",
)


@pytest.fixture
def trials():
    cells = CELLS.sample(3, 15)
    return nb.Observations(tuple(nb.Evaluation(a, i / 20) for i, a in enumerate(cells)))


@pytest.mark.parametrize("space", [CELLS, JOINT], ids=lambda space: type(space).__name__)
def test_an_architecture_goes_to_vizier_and_back(space):
    parameters = parameters_of(space)
    for architecture in space.sample(0, 20):
        told = given(parameters, architecture)
        assert architecture_of(parameters, told) == architecture
        assert told["choice 0"] in set("01234")


def test_numbers_come_back_as_what_settings_are():
    parameters = parameters_of(JOINT)
    told = given(parameters, JOINT.sample(0, 1)[0])
    again = architecture_of(parameters, told | {"batch_size": 32.0, "optimizer": "1"})
    assert again.setting("batch_size") == 32
    assert isinstance(again.setting("batch_size"), int)
    assert again.setting("optimizer") == "adamw"


def asked_with(monkeypatch, answers):
    """What Vizier is told, where it gives these answers."""
    told, left = [], iter(answers)

    def ask(parameters, observations, active, seed, evaluations):
        told.append((tuple(active), seed, evaluations))
        return next(left)

    monkeypatch.setattr(vizier, "_installed", lambda module: True)
    monkeypatch.setattr(vizier, "_ask", ask)
    return told


def test_it_is_asked_again_while_its_answer_is_known(trials, monkeypatch):
    parameters = parameters_of(CELLS)
    new, other = CELLS.sample(99, 2)
    answers = [given(parameters, a) for a in (trials.architectures[3], new, other)]
    told = asked_with(monkeypatch, answers)
    pending = CELLS.sample(7, 1)
    proposal = nb.Vizier(evaluations=500).propose(CELLS, trials, pending, 2, 5)
    assert proposal.architectures == (new, other)
    assert "most uncertain" in proposal.reason  # the first answer was known, so not the bound's
    assert [len(active) for active, _, _ in told] == [1, 2, 3]
    assert told[2][0][0] == (given(parameters, pending[0]), BEGAN)
    assert told[2][0][1:] == tuple((answer, LATER) for answer in answers[:2])
    assert [seed - told[0][1] for _, seed, _ in told] == [0, 1, 2]
    assert {evaluations for _, _, evaluations in told} == {500}


def test_it_takes_a_neighbour_where_vizier_gives_nothing_new(trials, monkeypatch):
    known = [given(parameters_of(CELLS), trials.architectures[i]) for i in (3, 5, 7)]
    told = asked_with(monkeypatch, known)
    proposal = nb.Vizier().propose(CELLS, trials, (), 1, 0)
    assert proposal.reason == vizier.NEAR
    assert proposal.architecture in CELLS.neighbors(trials.architectures[3])
    assert proposal.architecture not in trials.architectures
    assert len(told) == vizier.TRIES == 3


def test_its_neighbours_are_new_and_further_where_the_nearest_are_known(monkeypatch):
    middle = CELLS.sample(3, 1)[0]
    near = (middle, *CELLS.neighbors(middle))
    trials = nb.Observations(tuple(nb.Evaluation(a, 0.5) for a in near))
    asked_with(monkeypatch, [given(parameters_of(CELLS), middle)] * vizier.TRIES)
    proposal = nb.Vizier(allow_isomorphic=True).propose(CELLS, trials, (), 1, 0)
    assert proposal.reason == vizier.NEAR
    assert proposal.architecture not in near
    assert set(CELLS.neighbors(proposal.architecture)) & set(CELLS.neighbors(middle))


def test_it_draws_at_random_where_no_neighbour_is_new_either(trials, monkeypatch):
    known = given(parameters_of(CELLS), trials.architectures[3])
    told = asked_with(monkeypatch, [known] * vizier.TRIES)
    monkeypatch.setattr(vizier, "NEIGHBOURS", 0)
    proposal = nb.Vizier().propose(CELLS, trials, (), 1, 0)
    assert proposal.reason == vizier.NOTHING_NEW
    assert proposal.architecture not in trials.architectures
    assert len(told) == vizier.TRIES


def test_rows_that_are_no_architecture_are_passed_over(trials, monkeypatch):
    new = CELLS.sample(99, 1)[0]
    asked_with(monkeypatch, [{"choice 0": "0"}, given(parameters_of(CELLS), new)])
    turns = iter([True, False])

    def architecture(parameters, answer):
        if next(turns):
            raise ArchitectureError("no such architecture")
        return architecture_of(parameters, answer)

    monkeypatch.setattr(vizier, "architecture_of", architecture)
    assert nb.Vizier().propose(CELLS, trials, (), 1, 0).architecture == new


def test_says_how_to_get_vizier(monkeypatch):
    monkeypatch.setitem(sys.modules, "vizier", None)
    with pytest.raises(SettingError, match=r"vizier.* cannot be found: pip install 'nbnas\[viz"):
        nb.Vizier()
    with pytest.raises(SettingError, match="expected evaluations to be a whole number from 25"):
        nb.Vizier(evaluations=3)


@installed
@pytest.mark.slow
def test_jax_forgets_now_and_then_what_it_compiled(monkeypatch):
    forgotten = []
    monkeypatch.setattr("jax.clear_caches", lambda: forgotten.append(True))
    for _ in range(3 * vizier.FORGET_AFTER):
        vizier._forget_what_was_compiled()
    assert len(forgotten) == 3


@installed
@pytest.mark.slow
def test_vizier_prefers_what_good_trials_have():
    cells = CELLS.sample(1, 40)
    good = [sum("3x3" in name for _, _, name in a.edges) for a in cells]
    observations = nb.Observations(
        tuple(nb.Evaluation(a, n / 6) for a, n in zip(cells, good, strict=True))
    )
    proposal = nb.Vizier(evaluations=5000).propose(
        CELLS, observations, (), 1, np.random.default_rng(0)
    )
    assert proposal.architecture not in cells
    (found,) = proposal.architectures
    assert sum("3x3" in name for _, _, name in found.edges) > np.mean(good) + 1
