import numpy as np
import pytest
import torch

import nbnas as nb
from nbnas.charts.search.settings.importance import summary
from nbnas.search.settings.importance import _indices, importance, model_of
from nbnas.widgets import view

CHOICES = nb.ChoiceSpace(depth=(2, 4), activation=("relu", "gelu"))
SPACE = nb.JointSpace(CHOICES, rate=nb.Real(0, 1), size=nb.Integer(1, 64, log=True))


def worth(a, seed=0):
    """Additive: 1/12 of variance by the rate, 4/12 by the depth, nothing by the size."""
    return 0.5 + 0.1 * a.setting("rate") + 0.1 * (a["depth"] == 4) / 3**0.5


@pytest.fixture(scope="module")
def search():
    strategy = nb.BayesianOptimization(initial=30)
    return nb.Search(SPACE, worth, strategy, measure=nb.Measure("value"), seed=0).run(30)


def test_the_estimators_know_ishigami():
    """f = sin x1 + 7 sin² x2 + 0.1 x3⁴ sin x1: indices in closed form (Sobol, Levitan, 1999)."""
    rng = np.random.default_rng(0)

    def function(columns):
        x1, x2, x3 = (2 * np.pi * column[:, 0] - np.pi for column in columns)
        return np.sin(x1) + 7 * np.sin(x2) ** 2 + 0.1 * x3**4 * np.sin(x1)

    a, b = (tuple(rng.random((40_000, 1)) for _ in range(3)) for _ in range(2))
    first, total, errors, variance = _indices(function, a, b)
    assert variance == pytest.approx(13.845, rel=0.02)
    np.testing.assert_allclose(first, [0.3139, 0.4424, 0.0], atol=0.02)
    np.testing.assert_allclose(total, [0.5576, 0.4424, 0.2437], atol=0.02)
    assert (errors < 0.02).all()


def test_of_an_additive_function_it_finds_the_shares(search):
    """V(rate) = 0.01 / 12 and V(depth) = 0.01 / 3 / 4: a half each, and no interactions."""
    found = importance(search, samples=2048)
    assert found.names == ("architecture", "rate", "size")
    np.testing.assert_allclose(found.first, [0.5, 0.5, 0.0], atol=0.12)
    np.testing.assert_allclose(found.total, [0.5, 0.5, 0.0], atol=0.12)
    assert found.interactions < 0.1
    assert found.stddev == pytest.approx((0.01 / 6) ** 0.5, rel=0.2)
    assert found.trials == 30


def test_it_is_that_of_the_posterior_mean(search):
    points, _ = model_of(search)
    some = SPACE.sample(3, 5)
    mean, _ = points.latent(points.of(some))
    theirs, _ = search.posterior.latent(some)
    np.testing.assert_allclose(mean.numpy(), theirs.numpy(), atol=1e-9)


def test_it_leaves_no_trace_in_the_search(search):
    table = search.posterior.prior.table
    before = len(table), len(table.graphs)
    importance(search, samples=64)
    assert (len(table), len(table.graphs)) == before


def test_the_same_seed_gives_the_same(search):
    assert importance(search, samples=64) == importance(search, samples=64)
    assert importance(search, samples=64) != importance(search, samples=64, rng=1)


def test_where_all_is_alike_nothing_matters(search):
    first, total, errors, variance = _indices(
        lambda c: np.ones(len(c[0])), *2 * ((torch.zeros(32, 1).numpy(),) * 2,)
    )
    assert variance == 0
    assert not first.any()
    assert not total.any()
    assert not errors.any()
    found = nb.Importance(("architecture",), (0.0,), (0.0,), ((0.0, 0.0),), 0.0, 3)
    assert summary(found) == "After 3 trials the model predicts the same everywhere."
    assert view(found).chart is not None


def test_its_words_and_picture(search):
    found = importance(search, samples=256)
    assert len(repr(found)) <= 200
    assert repr(found).startswith("Importance(")
    assert "of the variance of the predicted value" in view(found).summary
    assert len(nb.charts.to_png(view(found).chart)) > 5_000


def test_a_search_without_settings_is_refused():
    search = nb.Search(CHOICES, lambda a, seed: 0.5, nb.RandomSearch())
    with pytest.raises(nb.NbnasError, match="expected a search over a JointSpace"):
        nb.importance(search)


def test_a_search_without_a_model_is_refused():
    search = nb.Search(SPACE, worth, nb.RandomSearch()).run(3)
    with pytest.raises(nb.NbnasError, match="expected a search that has a model"):
        nb.importance(search)
    young = nb.Search(SPACE, worth, nb.BayesianOptimization())
    with pytest.raises(nb.NbnasError, match="at least two trials"):
        nb.importance(young)


@pytest.mark.parametrize("wrong", [{"samples": 3}, {"samples": 0.5}, {"rng": "x"}])
def test_wrong_arguments_are_refused(search, wrong):
    with pytest.raises(nb.NbnasError, match="expected"):
        nb.importance(search, **wrong)


def test_what_does_not_fit_is_refused():
    with pytest.raises(nb.NbnasError, match="expected a first and a total index"):
        nb.Importance(("architecture", "rate"), (0.5,), (0.5,), ((0.0, 0.0),), 0.1, 3)
