"""Bayesian optimisation that looks before it trains."""

import dataclasses
from dataclasses import dataclass

import numpy as np
import pytest

import nbnas as nb
from nbnas.errors import SettingError
from nbnas.records import Evaluation, Fidelities, Observations
from nbnas.search.fidelities.costs import costs
from nbnas.search.fingerprint import fingerprint
from nbnas.search.strategies.fidelities.stage import FIRST, Stage

SPACE = nb.CellSpace(("none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3"))
FIDELITIES = Fidelities((4, 20))
STRATEGY = nb.BayesianOptimization(initial=4, fidelities=FIDELITIES)


@dataclass(frozen=True)
class Counts:
    """Convolutions in a cell; a look sees them, the reverse of them, or nothing."""

    kind: str = "agrees"
    fidelities: Fidelities = FIDELITIES

    def __call__(self, architecture, seed=0, epochs=None):
        text = str(architecture)
        value = 0.4 + 0.08 * text.count("3x3") + 0.02 * text.count("1x1")
        if epochs is None:
            return value
        noise = np.random.default_rng(seed).uniform()
        return {"agrees": value / 2, "reversed": 1 - value, "noise": noise}[self.kind]

    def fingerprint(self):
        return {"kind": self.kind}


def search(kind="agrees", strategy=STRATEGY, **settings):
    return nb.Search(SPACE, Counts(kind), strategy, **settings)


@pytest.fixture(scope="module")
def found():
    return search().run(cost=8)


def test_it_looks_first_then_trains_what_it_looked_at(found):
    epochs = [e.epochs for e in found.observations]
    first = epochs.index(None)
    assert first * 0.2 == pytest.approx(FIRST)
    looked = {e.architecture for e in found.observations if e.epochs}
    assert all(e.architecture in looked for e in found.observations.full)
    assert found.spent <= 8
    assert found.best.value == pytest.approx(0.88)
    assert len(set(found.observations.full.architectures)) == len(found.observations.full)


def test_the_same_seed_gives_the_same_search(found, tmp_path):
    store = tmp_path / "runs.db"
    search(store=store).run(9)
    search(store=store).run(23)
    again = search(store=store).run(cost=8)
    assert again.observations.architectures == found.observations.architectures
    assert [e.epochs for e in again.observations] == [e.epochs for e in found.observations]


def test_any_round_can_be_made_again(found):
    for number in (2, 10, found.observations.evaluations.index(found.observations.full[1])):
        made = nb.replay(found, number)
        assert made.proposal.architecture == found.observations[number].architecture
        assert made.proposal.epochs == found.observations[number].epochs


def test_reasons_tell_what_a_look_changed(found):
    full = [n for n, e in enumerate(found.observations) if e.epochs is None]
    said = [nb.replay(found, n).proposal.reason for n in full]
    assert "the first of all" in said[0]
    assert any("Its look of 4 epochs, " in each and "moved that from" in each for each in said)
    assert nb.replay(found, 1).proposal.reason.startswith("Random cell 2 of 4")
    assert nb.replay(found, 9).proposal.reason.startswith("A look for 4 epochs. ")


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["noise", "reversed"])
def test_looks_that_deceive_do_not_stop_it(kind):
    deceived = search(kind).run(cost=16)
    alone = search(kind, nb.BayesianOptimization(initial=4)).run(cost=16)
    gain = alone.best.value - 0.4
    assert deceived.best.value - 0.4 >= 0.85 * gain


@pytest.mark.slow
def test_looks_that_tell_nothing_become_rare():
    noise, agrees = search("noise").run(cost=16), search().run(cost=16)
    assert len(noise.observations.at(4)) < len(agrees.observations.at(4))


def test_failed_looks_and_failed_trainings_do_not_stop_it():
    class Rough(Counts):
        def __call__(self, architecture, seed=0, epochs=None):
            if seed % 3 == 0:
                return float("nan")
            return Counts.__call__(self, architecture, seed, epochs)

    made = nb.Search(SPACE, Rough(), STRATEGY).run(cost=7)
    states = {(e.status, e.epochs) for e in made.observations}
    assert {("failed", 4), ("completed", 4), ("completed", None)} <= states
    assert made.spent == pytest.approx(sum(costs(made.objective, made.observations)))


def test_where_all_looks_fail_it_trains():
    class Blind(Counts):
        def __call__(self, architecture, seed=0, epochs=None):
            return float("nan") if epochs else Counts.__call__(self, architecture)

    seen = Observations(
        tuple(Evaluation(c, None, "failed", epochs=4) for c in SPACE.sample(0, 20))
    )
    proposal = STRATEGY.propose(SPACE, seen, (), 1, np.random.default_rng(0))
    assert proposal.epochs is None
    seen = seen + Evaluation(proposal.architecture, 0.5)
    assert STRATEGY.propose(SPACE, seen, (), 1, np.random.default_rng(0)).architectures


def test_what_is_pending_is_not_proposed_again(found):
    known = found.observations.first(30)
    first = STRATEGY.propose(SPACE, known, (), 1, np.random.default_rng(0))
    second = STRATEGY.propose(SPACE, known, first.architectures, 1, np.random.default_rng(0))
    assert second.architecture != first.architecture
    batch = STRATEGY.propose(SPACE, known, (), 3, np.random.default_rng(0))
    assert len(set(batch.architectures)) == 3


def test_no_batch_looks_twice_at_the_same(found):
    for n in range(22, len(found.observations)):
        known = found.observations.first(n)
        batch = STRATEGY.propose(SPACE, known, (), 6, np.random.default_rng(n))
        done = [e.architecture for e in known if e.epochs == batch.epochs]
        assert not set(batch.architectures) & set(done)


def test_it_stops_where_the_space_is_used_up():
    small = nb.Subspace(SPACE, SPACE.sample(0, 12))
    everything = nb.Search(small, Counts(), dataclasses.replace(STRATEGY, allow_isomorphic=True))
    with pytest.raises(nb.NbnasError, match="nothing is left"):
        everything.run(1000)
    assert len(everything.observations.full) == 12


def test_a_space_that_cannot_be_listed_is_searched():
    strategy = dataclasses.replace(STRATEGY, maximizer=nb.RandomPool(30))
    dag = nb.DagSpace(5)
    made = nb.Search(dag, lambda a, seed=0, epochs=None: 0.5, nb.RandomSearch()).run(2)
    assert len(made.observations) == 2

    @dataclass(frozen=True)
    class Size:
        fidelities: Fidelities = FIDELITIES

        def __call__(self, architecture, seed=0, epochs=None):
            return len(architecture.edges) / 30

    assert nb.Search(dag, Size(), strategy).run(cost=6).best is not None


@pytest.mark.slow
def test_looks_of_several_lengths_come_one_after_the_other():
    lengths = Fidelities((1, 4, 20), continued=True)
    strategy = dataclasses.replace(STRATEGY, fidelities=lengths)
    made = nb.Search(SPACE, Counts(fidelities=lengths), strategy).run(cost=6)
    reached = {}
    for each in made.observations:
        if each.epochs == 4:  # nothing is looked at for longer that was not seen before
            assert reached[each.architecture] == 1
        reached[each.architecture] = each.epochs
    assert {1, 4, None} <= {e.epochs for e in made.observations}
    first = made.observations.full[0].architecture  # the best by its looks
    assert [e.epochs for e in made.observations if e.architecture == first] == [1, 4, None]
    assert made.best.value == pytest.approx(0.88)
    said = [nb.replay(made, n).proposal.reason for n in range(4, len(made.observations), 3)]
    assert any(each.startswith("A look for 4 epochs of the best by") for each in said) or any(
        "before a full training" in each for each in said
    )


@pytest.mark.parametrize("limit", [{"cost": 4.9}, {"epochs": 99}])
def test_a_budget_without_a_full_training_is_refused(limit, found):
    with pytest.raises(SettingError, match="at least 5 full trainings"):
        search().run(**limit)
    known = search()
    known.observations = found.observations
    assert known.run(cost=4).spent == found.spent  # it has full ones, and nothing is left to do


@pytest.mark.parametrize("wrong", [(4, 20), 20, "4,20", Fidelities])
def test_other_fidelities_are_refused(wrong):
    with pytest.raises(SettingError, match="Fidelities"):
        nb.BayesianOptimization(fidelities=wrong)


def test_an_ensemble_has_no_line():
    with pytest.raises(SettingError, match="GaussianProcess"):
        nb.BayesianOptimization(nb.Ensemble(), fidelities=FIDELITIES)


def test_studies_without_fidelities_stay_as_they_were():
    plain = fingerprint(SPACE, Counts(), nb.BayesianOptimization(), 0)
    assert not any("fidelities" in name or "expected_noise" in name for name in plain)
    looking = fingerprint(SPACE, Counts(), STRATEGY, 0)
    assert looking["strategy.fidelities"] == "Fidelities"


@pytest.mark.slow
def test_two_workers_share_a_search():
    made = search().run(cost=5, workers=2)
    assert made.spent <= 5 + 1e-9
    assert made.observations.full.completed


def test_looks_under_way_are_spent_too(found):
    seen = found.observations.first(12)
    new = next(a for a in SPACE if a not in seen.architectures)
    assert Stage(FIDELITIES, seen, (new,)).below(1) == pytest.approx(0.2 * 13)
    assert Stage(FIDELITIES, seen, (seen[3].architecture,)).below(1) == pytest.approx(0.2 * 12)


def test_a_stage_tells_what_is_spent(found):
    stage = Stage(FIDELITIES, found.observations, ())
    assert stage.below(1) == pytest.approx(0.2 * len(stage.at(0)))
    assert not stage.begins(1)
    assert not stage.looks_on(1, 0.0)
