"""Bayesian optimisation that chooses how far to train by what that tells for its cost."""

import dataclasses
from dataclasses import dataclass

import numpy as np
import pytest

import nbnas as nb
from nbnas.errors import SearchError, SettingError
from nbnas.graphs.canonical import functional_form
from nbnas.kept import Kept
from nbnas.records import Evaluation, Fidelities, Observations
from nbnas.search.strategies.fidelities.model import Levels
from nbnas.search.strategies.fidelities.stage import Stage
from nbnas.search.strategies.fidelities.valued import Offers

SPACE = nb.CellSpace(("none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3"))
LENGTHS = Fidelities((4, 10, 20))
KG, MES = nb.KnowledgeGradient(48), nb.MaxValueEntropy(4, 48)


@dataclass(frozen=True)
class Counts:
    """Convolutions in a cell; looks see them the better, the longer they are, or noise."""

    fidelities: Fidelities = LENGTHS
    noise: float = 0.05

    def __call__(self, architecture, seed=0, epochs=None):
        text = str(architecture)
        value = 0.4 + 0.08 * text.count("3x3") + 0.02 * text.count("1x1")
        if epochs is None:
            return value
        noise = self.noise * np.random.default_rng([seed, epochs]).standard_normal()
        return min(max(value * (0.4 + epochs / 40) + noise / epochs, 0.0), 1.0)

    def fingerprint(self):
        return {"noise": self.noise}


def search(acquisition, objective=None, **settings):
    objective = objective or Counts()
    strategy = nb.BayesianOptimization(
        acquisition=acquisition, initial=4, fidelities=objective.fidelities
    )
    return nb.Search(SPACE, objective, strategy, **settings)


@pytest.fixture(scope="module", params=[KG, MES], ids=["knowledge gradient", "entropy"])
def acquisition(request):
    return request.param


@pytest.fixture(scope="module")
def found(acquisition):
    return search(acquisition).run(cost=7)


def test_it_finds_the_best_and_pays_what_it_may(found):
    assert found.best.value == pytest.approx(0.88)
    assert found.spent <= 7 + 1e-9
    trained = [(e.architecture, e.epochs) for e in found.observations]
    assert len(set(trained)) == len(trained)
    assert found.proposal is None or "for its cost" in found.proposal.acquisition


def test_a_proposal_says_what_it_is_worth(found):
    proposal = found.ask()
    epochs = proposal.epochs
    what = f"A look for {epochs} epochs tells" if epochs else "A full training tells"
    assert proposal.reason.startswith(what)
    assert proposal.candidates[0].architecture == proposal.architecture
    scores = [each.score for each in proposal.candidates]
    assert scores == sorted(scores, reverse=True)
    batch = found.ask(3)
    assert len(set(batch.architectures)) == len(batch.architectures) >= 1


def test_resumed_and_replayed_it_is_the_same(found, acquisition, tmp_path):
    store = tmp_path / "runs.db"
    number = len(found.observations)
    search(acquisition, store=store).run(number - 2)
    again = search(acquisition, store=store).run(number)
    assert [(e.architecture, e.epochs) for e in again.observations] == [
        (e.architecture, e.epochs) for e in found.observations
    ]
    made = nb.replay(found, number - 1).proposal
    last = found.observations[number - 1]
    assert (made.architecture, made.epochs) == (last.architecture, last.epochs)


def offers(acquisition, observations, fidelities=LENGTHS, pending=()):
    stage = Stage(fidelities, observations, pending)
    levels = Levels(nb.GaussianProcess(), stage, Kept(8))
    return Offers(acquisition, levels.full(), stage, np.random.default_rng(0))


def trials(fidelities):
    """Some cells trained at every length, and others for one epoch alone."""
    cells, objective = SPACE.sample(0, 12), Counts(fidelities)
    lengths = [*fidelities.lower, None]
    trained = [(c, e) for c in cells[:6] for e in lengths] + [(c, 4) for c in cells[6:]]
    made = (Evaluation(c, objective(c, epochs=e), epochs=e) for c, e in trained)
    return cells, Observations(tuple(made))


def test_scores_are_values_by_costs(acquisition):
    cells, observations = trials(LENGTHS)
    asked = offers(acquisition, observations)
    scores = asked.score(cells[6:])
    again = offers(acquisition, observations)
    values = acquisition.by_level(again.posterior, cells[6:], np.random.default_rng(0)).numpy()
    worth = values - np.log([[4 / 20], [10 / 20], [1.0]])
    np.testing.assert_allclose(scores, worth[1:].max(axis=0), rtol=1e-9)  # all were looked at
    assert [asked.lengths[c] for c in cells[6:]] == (1 + worth[1:].argmax(axis=0)).tolist()


def test_only_the_rest_is_paid_where_trainings_go_on(acquisition):
    going = dataclasses.replace(LENGTHS, continued=True)
    cells, observations = trials(going)
    apart, on = (offers(acquisition, observations, f).score(cells[6:]) for f in (LENGTHS, going))
    assert (on > apart).all()
    assert (on - apart <= np.log(10 / 6) + 1e-9).all()


def test_what_was_trained_or_is_under_way_is_worth_nothing(acquisition):
    cells, observations = trials(LENGTHS)
    scores = offers(acquisition, observations, pending=cells[6:8]).score(cells)
    assert (scores[:8] == -np.inf).all()
    assert np.isfinite(scores[8:]).all()


def test_while_a_length_has_no_result_the_usual_rules_choose(acquisition):
    begun = search(acquisition).run(6)
    plain = search(nb.LogExpectedImprovement()).run(6)
    assert begun.observations.architectures == plain.observations.architectures


def test_a_space_that_ends_is_trained_to_its_end(acquisition):
    few = nb.Subspace(SPACE, SPACE.sample(1, 5))
    strategy = nb.BayesianOptimization(acquisition=acquisition, initial=2, fidelities=LENGTHS)
    found = nb.Search(few, Counts(), strategy)
    with pytest.raises(SearchError, match="nothing is left"):
        found.run(cost=30)
    full = {functional_form(a) for a in found.observations.full.architectures}
    assert full == {functional_form(a) for a in few}


def test_large_spaces_are_scored_in_pools(acquisition):
    space = nb.DagSpace(5)

    @dataclass(frozen=True)
    class Edges(Counts):
        def __call__(self, architecture, seed=0, epochs=None):
            return min(0.9, len(str(architecture)) / 200) * (1 if epochs is None else 0.5)

    strategy = nb.BayesianOptimization(
        acquisition=acquisition, initial=3, fidelities=LENGTHS, maximizer=nb.RandomPool(60)
    )
    found = nb.Search(space, Edges(), strategy).run(cost=6)
    assert len(found.observations.full) >= 1


def test_an_ensemble_is_no_model_of_lengths():
    with pytest.raises(SettingError, match="GaussianProcess"):
        nb.BayesianOptimization(nb.Ensemble(), acquisition=KG, fidelities=LENGTHS)
