import numpy as np
import pytest

import nbnas as nb
from nbnas.widgets import view

SPACE = nb.JointSpace(
    nb.ChoiceSpace(depth=(2, 4), activation=("relu", "gelu")),
    optimizer=nb.Categorical("sgd", "adamw"),
    rate=nb.Real(1e-3, 1, log=True),
    size=nb.Integer(1, 8),
)


def worth(a, seed=0):
    best = -1.0 if a.setting("optimizer") == "sgd" else -2.0
    return 0.8 - 0.05 * (np.log10(a.setting("rate")) - best) ** 2


@pytest.fixture(scope="module")
def search():
    return nb.Search(SPACE, worth, nb.BayesianOptimization(initial=25), seed=0).run(25)


@pytest.fixture(scope="module")
def found(search):
    return nb.slices(search)


def test_there_is_a_slice_for_each_setting(found, search):
    assert [one.name for one in found.slices] == ["optimizer", "rate", "size"]
    assert found.architecture == search.best.architecture
    optimizer, rate, size = found.slices
    assert optimizer.values == ("sgd", "adamw")
    assert size.values == tuple(range(1, 9))
    assert (rate.values[0], rate.values[-1], len(rate.values)) == (1e-3, 1.0, 61)
    assert list(rate.values) == sorted(rate.values)


def test_they_are_the_posteriors(found, search):
    rate = found.slices[1]
    moved = [
        SPACE.join(found.architecture, {**dict(found.architecture.settings), "rate": v})
        for v in rate.values
    ]
    np.testing.assert_allclose(rate.mean, search.posterior.predict(moved)[0], atol=1e-9)
    lower, upper = search.posterior.band(moved)
    np.testing.assert_allclose(rate.lower, lower, atol=1e-9)
    np.testing.assert_allclose(rate.upper, upper, atol=1e-9)


def test_they_go_through_the_architecture(found, search):
    mean = search.posterior.predict((found.architecture,))[0][0]
    assert found.mean == pytest.approx(mean, abs=1e-9)
    size = found.slices[2]
    at = size.values.index(found.architecture.setting("size"))
    assert size.mean[at] == pytest.approx(mean, abs=1e-9)


def test_the_best_is_where_it_is(found):
    best = -1.0 if found.architecture.setting("optimizer") == "sgd" else -2.0
    assert np.log10(found.best("rate")) == pytest.approx(best, abs=0.4)


def test_of_what_is_minimised_the_best_is_the_lowest(found):
    rate = found.slices[1]
    assert rate.best(maximize=False) == rate.values[int(np.argmin(rate.mean))]


def test_of_any_architecture(search):
    other = SPACE.sample(9, 1)[0]
    assert nb.slices(search, other, places=5).architecture == other


def test_their_words_and_picture(found):
    assert len(repr(found)) <= 200
    assert "With all else as it is, the best is optimizer = " in view(found).summary
    assert len(nb.charts.to_png(view(found).chart)) > 10_000
    assert repr(found.slices[0]).startswith("Slice(optimizer, 2 values, best ")


def test_what_is_no_member_is_refused(search):
    with pytest.raises(nb.NbnasError, match="expected an architecture of"):
        nb.slices(search, nb.CellSpace().sample(0, 1)[0])
    with pytest.raises(nb.NbnasError, match="expected"):
        nb.slices(search, "depth=2")


@pytest.mark.parametrize("places", [1, 2.5, "61"])
def test_wrong_places_are_refused(search, places):
    with pytest.raises(nb.NbnasError, match="expected places"):
        nb.slices(search, places=places)


def test_of_another_setting_there_is_no_best(found):
    with pytest.raises(nb.NbnasError, match="expected one of the settings optimizer, rate, size"):
        found.best("momentum")


def test_without_slices_there_is_nothing(found):
    with pytest.raises(nb.NbnasError, match="expected a slice for each setting"):
        nb.Slices(found.architecture, (), found.evaluations, 0.5)
