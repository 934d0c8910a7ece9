"""What looks told: predictions of full results, and what each look has changed."""

from dataclasses import dataclass

import pytest

import nbnas as nb
from nbnas.errors import ObservationError, SettingError
from nbnas.records import Evaluation, Observations
from nbnas.search.fidelities.told import Belief, Looks, Prediction

FIDELITIES = nb.Fidelities((2, 10))


@dataclass(frozen=True)
class Convolutions:
    """A look tells the full result, but for a constant."""

    fidelities: nb.Fidelities | None = FIDELITIES

    def __call__(self, architecture, seed=0, epochs=None):
        value = 0.1 + str(architecture).count("conv_3x3") / 10
        return value + str(architecture).count("skip") / 50 + (0.2 if epochs is None else 0.0)


@dataclass(frozen=True)
class Seen:
    """Twelve looks, full trainings of two of them, and three more looks."""

    strategy: object
    observations: Observations
    objective: Convolutions = Convolutions()
    under_way: tuple = ()

    def ask(self):
        raise AssertionError

    tell = ask


@pytest.fixture(scope="module")
def search():
    cells, train = nb.CellSpace().sample(0, 15), Convolutions()
    looks = [Evaluation(a, train(a, epochs=2), epochs=2) for a in cells]
    full = [Evaluation(a, train(a)) for a in (cells[0], cells[13])]
    trials = (*looks[:12], full[0], *looks[12:], full[1])
    return Seen(nb.BayesianOptimization(fidelities=FIDELITIES), Observations(trials))


def test_the_best_that_were_looked_at_only_are_predicted(search):
    found = nb.looks(search, predictions=5)
    trained = set(search.observations.full.architectures)
    assert len(found.predictions) == 5
    assert not trained & {each.architecture for each in found.predictions}
    means = [each.mean for each in found.predictions]
    assert means == sorted(means, reverse=True)
    posterior = search.strategy.posterior(search.observations)
    mean, stddev = posterior.predict((found.predictions[0].architecture,))
    assert (means[0], found.predictions[0].stddev) == pytest.approx((mean[0], stddev[0]))
    assert nb.looks(search, predictions=0).predictions == ()


def test_a_look_is_judged_by_the_models_before_and_after_it(search):
    seen, found = search.observations, nb.looks(search, beliefs=3).beliefs
    assert [each.number for each in found] == [13, 14, 15]
    assert [each.full for each in found] == [None, seen[16], None]
    for each in found:
        assert seen[each.number] is each.look
        architecture = (each.look.architecture,)
        for number, told in ((each.number, each.before), (each.number + 1, each.after)):
            mean, stddev = search.strategy.posterior(seen.first(number)).predict(architecture)
            assert (told.mean, told.stddev) == pytest.approx((mean[0], stddev[0]))


def test_nothing_is_believed_before_a_full_result_or_without_a_model():
    strategy = nb.BayesianOptimization(initial=6, fidelities=FIDELITIES)
    early = nb.looks(nb.Search(nb.CellSpace(), Convolutions(), strategy, seed=0).run(5))
    assert (early.predictions, early.beliefs) == ((), ())
    random = nb.looks(nb.Search(nb.CellSpace(), Convolutions(), nb.RandomSearch()).run(3))
    assert (random.predictions, random.beliefs, random.costs) == ((), (), (1.0, 1.0, 1.0))


def test_costs_and_reach_are_those_of_the_search(search):
    found = nb.looks(search)
    assert found.spent() == pytest.approx(15 * 0.2 + 2)
    assert found.spent(2) == pytest.approx(3)
    assert found.spent(10) == 2
    assert set(found.reached.values()) == {2, 10}
    assert repr(found).startswith("Looks(")
    assert len(repr(found)) <= 200


def test_what_is_wrong_is_told(search):
    with pytest.raises(SettingError, match="has no fidelities; give it some"):
        nb.looks(nb.Search(nb.CellSpace(), Convolutions(None), nb.RandomSearch()))
    with pytest.raises(SettingError, match="expected search to be a search"):
        nb.looks(3)
    with pytest.raises(SettingError, match="beliefs"):
        nb.looks(search, beliefs=-1)
    full, look = Evaluation(search.observations[0].architecture, 0.5), search.observations[0]
    with pytest.raises(ObservationError, match="expected a look, of fewer epochs"):
        Belief(0, full, *[Prediction(full.architecture, 0.5, 0.1)] * 2)
    with pytest.raises(ObservationError, match="stddev"):
        Prediction(full.architecture, 0.5, -0.1)
    with pytest.raises(ObservationError, match="expected a cost for each of 1 trials, got 0"):
        Looks(Observations((look,)), FIDELITIES, ())
