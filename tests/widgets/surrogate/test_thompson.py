import numpy as np
import pytest

from nbnas.surrogate.acquisition.thompson import IndependentThompsonSampling, ThompsonSampling
from nbnas.widgets import view
from nbnas.widgets.surrogate.row import LENGTH, ROW, SEEN, best, posterior
from nbnas.widgets.surrogate.thompson import DRAWS, LENGTHSCALE, NOISE, _Scene


def test_draws_are_those_of_the_function():
    model, draws = _Scene(ThompsonSampling())._drawn(LENGTHSCALE)
    rng = np.random.default_rng(0)
    np.testing.assert_allclose(draws[0], ThompsonSampling().score(model, ROW, rng).numpy())
    assert draws.shape == (DRAWS, LENGTH)


def test_joint_draws_are_smooth_and_independent_ones_are_not():
    steps = {
        each: np.abs(np.diff(_Scene(each)._drawn(LENGTHSCALE)[1], axis=1)).mean()
        for each in (ThompsonSampling(), IndependentThompsonSampling())
    }
    assert steps[ThompsonSampling()] < 0.7 * steps[IndependentThompsonSampling()]


def test_what_is_evaluated_is_not_chosen_again():
    scores = np.zeros((2, LENGTH))
    scores[:, list(SEEN)] = 9.0
    scores[0, 5], scores[1, 6] = 1.0, 1.0
    assert best(scores).tolist() == [5, 6]


def test_next_draw_and_length_scale_are_seen(redrawn):
    panel = view(ThompsonSampling()).panel()
    again, lengthscale = panel.widget.children[0].children
    assert "draw 1 takes number" in redrawn(panel)
    again.click()
    html = redrawn(panel)
    assert "draw 2 takes number" in html
    lengthscale.value = 6.0
    assert redrawn(panel) != html
    assert panel.error is None


@pytest.mark.parametrize("drawn", [2, 10])
def test_candidates_that_are_not_drawn_leave_gaps(drawn):
    seen = view(ThompsonSampling(drawn=drawn))
    assert f"{LENGTH} architectures in a row, {len(SEEN)} of them evaluated" in seen.summary


def test_the_model_of_the_example_is_on_the_scale_of_its_values():
    mean, _ = posterior(LENGTHSCALE, 1e-3).predict([ROW[i] for i in SEEN])
    np.testing.assert_allclose(mean, list(SEEN.values()), atol=0.01)
    assert NOISE < LENGTHSCALE
