import numpy as np
import pytest

from nbnas.graphs.distances.edit.distance import EditDistance
from nbnas.graphs.distances.hamming import HammingDistance
from nbnas.graphs.distances.rank import RankDistance
from nbnas.graphs.spaces.choice.space import ChoiceSpace
from nbnas.records import Evaluation, Observations
from nbnas.surrogate.kernels.distance import DistanceKernel, SquaredDistanceKernel
from nbnas.surrogate.kernels.weisfeiler_lehman import WeisfeilerLehmanKernel
from nbnas.surrogate.process.evidence import Evidence, lengthscales, weights
from nbnas.surrogate.process.prior import GaussianProcess
from nbnas.widgets import view
from nbnas.widgets.surrogate.prior import _Controls, _parameters, _Scene


@pytest.fixture
def prior():
    return GaussianProcess(WeisfeilerLehmanKernel(0) + DistanceKernel(HammingDistance()))


@pytest.fixture
def controls(prior, found):
    return _Controls(_Scene.of(prior, found.observations), prior)


def test_every_parameter_has_a_slider_with_its_name(prior):
    controls = _Controls(_Scene.of(prior, None), prior)
    expected = ["weight WL depth 0", "weight Hamming", "length-scale Hamming", "noise variance"]
    assert list(controls.sliders) == expected
    assert [each.description for each in controls.sliders.values()] == expected
    assert "marginal likelihood" not in view(prior).summary


def test_a_slider_changes_the_covariance_and_the_likelihood_at_once(controls, found, redrawn):
    before = Evidence(controls.prior, found.observations).log_marginal_likelihood
    controls.sliders["length-scale Hamming"].value = 0.5
    controls.sliders["noise variance"].value = 0.3
    assert lengthscales(controls.prior.kernel) == pytest.approx((0.5,))
    assert controls.prior.noise == pytest.approx(0.3)
    after = Evidence(controls.prior, found.observations).log_marginal_likelihood
    assert after != pytest.approx(before)
    assert f"{after:,.2f} nats" in redrawn(controls.panel)


def test_fit_moves_the_sliders_to_the_fitted_parameters(controls, prior, found, redrawn):
    fitted = prior.fit(found.observations)
    controls.fit.click()
    assert controls.panel.error is None
    assert weights(controls.prior.kernel) == pytest.approx(weights(fitted.kernel), rel=1e-3)
    likelihood = fitted.log_marginal_likelihood(found.observations)
    assert f"{likelihood:,.1f}" in redrawn(controls.panel)
    controls.reset.click()
    assert _parameters(controls.prior) == pytest.approx(_parameters(prior))


def test_new_draws_are_others(controls, redrawn):
    before = redrawn(controls.panel)
    controls.again.click()
    assert redrawn(controls.panel) != before


def test_the_prior_that_is_shown_stays_as_it_is(controls, prior):
    before = _parameters(prior)
    controls.sliders["weight Hamming"].value = 3.0
    assert _parameters(prior) == before
    assert _parameters(controls.prior)["weight Hamming"] == pytest.approx(3.0)


def test_a_length_scale_stays_below_its_limit():
    prior = GaussianProcess(DistanceKernel(EditDistance()))
    each = _Controls(_Scene.of(prior, None), prior).sliders["length-scale Edit"]
    assert each.base**each.max < EditDistance().max_lengthscale


def test_products_and_equal_kernels_have_names():
    product = WeisfeilerLehmanKernel(1) * DistanceKernel(HammingDistance())
    names = list(_parameters(GaussianProcess(product)))
    assert names[0] == "weight WL depth 1 \N{MULTIPLICATION SIGN} Hamming"
    twice = GaussianProcess(WeisfeilerLehmanKernel(1) + WeisfeilerLehmanKernel(1))
    assert len(_parameters(twice)) == 3


def test_draws_and_matrix_are_those_of_the_prior(prior):
    scene = _Scene.of(prior, None)
    assert len(scene.sample) == 32
    assert np.isfinite(scene.positions).all()
    assert 0 < scene.kept <= 1


def test_a_kernel_that_is_no_covariance_says_so_and_what_to_do(redrawn):
    seen = view(SquaredDistanceKernel(HammingDistance()))
    assert "There are no draws: expected a positive definite kernel" in seen.summary
    assert "The maps keep" not in seen.summary
    panel = seen.panel()
    assert "try a shorter length-scale" in redrawn(panel)
    panel.widget.children[0].children[1].value = 0.3
    assert "The maps keep" in redrawn(panel)


def test_a_prior_over_choices_is_shown_by_these_and_can_be_conditioned_after():
    space = ChoiceSpace(depth=(1, 2, 3), width=(4, 8, 16), activation=("ReLU", "GELU"))
    prior = GaussianProcess(DistanceKernel(RankDistance(space)))
    seen = view(prior)
    assert seen.chart is not None
    assert "length-scale Rank" in seen.summary
    assert set(_Scene.of(prior, None).mapped) == set(space)
    assert len(prior.table) == 0  # what is only drawn is nothing that a search has to know
    trials = Observations(tuple(Evaluation(a, 0.5 + i / 20) for i, a in enumerate(space) if i < 6))
    posterior = prior.condition(trials)
    drawn = view(posterior)
    assert drawn.chart is not None
