import re

import numpy as np
import torch

from nbnas.surrogate.acquisition.improvement import ExpectedImprovement
from nbnas.surrogate.acquisition.noisy import NoisyExpectedImprovement
from nbnas.widgets import view
from nbnas.widgets.surrogate.noisy import LENGTHSCALE, NOISE, _worth
from nbnas.widgets.surrogate.row import ROW, SEEN, improvements, posterior


def test_both_improvements_are_those_of_the_functions():
    model = posterior(LENGTHSCALE, NOISE)
    mean, stddev = model.latent(ROW)
    plain = ExpectedImprovement()(mean, stddev, max(SEEN.values())).numpy()
    free = [i for i in range(len(ROW)) if i not in SEEN]
    np.testing.assert_allclose(improvements(ExpectedImprovement(), model)[free], plain[free])
    rng = np.random.default_rng(0)
    log = NoisyExpectedImprovement().score(model, ROW, rng)
    noisy = improvements(NoisyExpectedImprovement(), model)
    np.testing.assert_allclose(noisy[free], torch.exp(log).numpy()[free])
    assert np.isnan(noisy[list(SEEN)]).all()


def test_noise_takes_the_luck_from_the_best():
    quiet, loud = (_worth(posterior(LENGTHSCALE, noise)) for noise in (0.02, NOISE))
    assert abs(quiet - max(SEEN.values())) < 0.05
    assert loud < max(SEEN.values()) - 0.2


def test_with_noise_they_choose_differently_and_without_alike(redrawn):
    panel = view(NoisyExpectedImprovement()).panel()
    (noise,) = panel.widget.children[0].children
    first, second = re.findall(r"chooses number (\d+)", view(NoisyExpectedImprovement()).summary)
    assert first != second
    noise.value = 0.05
    first, second = re.findall(r"chooses number (\d+)", redrawn(panel))[-2:]
    assert first == second
    assert panel.error is None
