import dataclasses

import numpy as np
import pytest
import torch
from scipy.stats import kendalltau, norm

from nbnas.errors import SettingError
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.records import Evaluation, Observations
from nbnas.surrogate.ensemble.posterior import FLOOR, FOLDS, held_out
from nbnas.surrogate.ensemble.prior import Ensemble

CELLS = CellSpace().sample(0, 60)
SEEN, NEW = CELLS[:40], CELLS[40:]


@pytest.fixture(scope="module")
def posterior(table):
    observations = Observations(tuple(table(a) for a in SEEN))
    return Ensemble(epochs=80, width=32).condition(observations)


def members(posterior, architectures):
    """What each member says, one after the other, by plain matrix products."""
    x = posterior.ensemble.inputs_of(architectures, posterior.words).numpy()
    said = []
    for j in range(posterior.ensemble.members):
        values = x
        for layer, weight in enumerate(posterior.networks.weights):
            bias = posterior.networks.biases[layer]
            values = (np.maximum(values, 0) if layer else values) @ weight[j].numpy()
            values = values + bias[j].numpy()
        said.append(values[:, 0])
    return np.stack(said)


def test_latent_is_mean_and_spread_of_the_members(posterior):
    said = members(posterior, NEW)
    mean, stddev = posterior.latent(NEW)
    assert np.allclose(mean, said.mean(axis=0))
    assert np.allclose(stddev, np.sqrt(said.var(axis=0, ddof=1) + FLOOR**2))


def test_members_that_agree_leave_a_little_doubt(posterior):
    networks = posterior.networks
    same = dataclasses.replace(
        networks,
        weights=tuple(w[:1].expand_as(w) for w in networks.weights),
        biases=tuple(b[:1].expand_as(b) for b in networks.biases),
    )
    agreed = dataclasses.replace(posterior, networks=same)
    assert agreed.latent(NEW)[1].numpy() == pytest.approx(np.full(20, FLOOR))
    assert np.isfinite(agreed.expected_improvement(NEW)).all()


def test_samples_have_the_joint_moments_of_the_members(posterior):
    draws = posterior.sample(NEW, rng=1, k=40_000)
    assert draws.shape == (40_000, 20)
    z = norm.rvs(size=(64_000, 20), random_state=0)
    mean, stddev = (x.numpy() for x in posterior.latent(NEW))
    expected = posterior.warp.inverse(mean + stddev * z)
    assert np.abs(draws.mean(axis=0) - expected.mean(axis=0)).max() < 0.006
    assert np.abs(draws.std(axis=0) - expected.std(axis=0)).max() < 0.006
    assert np.array_equal(posterior.sample(NEW, 3, 2), posterior.sample(NEW, 3, 2))


def test_samples_covary_as_the_members_do(posterior):
    class Identity:
        def inverse(self, z):
            return z

    draws = dataclasses.replace(posterior, warp=Identity()).sample(NEW, rng=0, k=40_000)
    covariance = np.cov(members(posterior, NEW).T)
    assert np.abs(np.cov(draws.T) - covariance).max() < 0.03 * covariance.max()


def test_predictions_are_accuracies_inside_their_band(posterior):
    mean, stddev = posterior.predict(NEW)
    lower, upper = posterior.band(NEW)
    narrow_lower, narrow_upper = posterior.band(NEW, coverage=0.5)
    for numbers in (mean, lower, upper):
        assert ((numbers >= 0) & (numbers <= 1)).all()
    assert ((lower <= narrow_lower) & (narrow_upper <= upper)).all()
    assert ((lower <= mean) & (mean <= upper)).all()
    assert (stddev > 0).all()
    with pytest.raises(SettingError, match="coverage"):
        posterior.band(NEW, coverage=1.5)


def test_expected_improvement_is_that_of_samples(posterior):
    total, exploitation, exploration = posterior.expected_improvement(NEW)
    assert np.allclose(total, exploitation + exploration)
    draws = posterior.sample(NEW, rng=0, k=40_000)
    best = posterior.observations.values.max()
    assert np.abs(total - np.maximum(draws - best, 0).mean(axis=0)).max() < 0.002
    assert total.max() > 0


def test_leave_one_out_does_not_see_what_it_predicts(posterior):
    mean, stddev = held_out(posterior)
    for i in (0, 39):
        z = posterior.z.copy()
        z[i] += 3.0
        moved, spread = held_out(dataclasses.replace(posterior, z=z))
        assert moved[i] == mean[i]
        assert spread[i] == stddev[i]
        assert (moved != mean).sum() >= 40 - 40 // FOLDS


def test_leave_one_out_is_a_refit_on_the_other_folds(posterior):
    mean, stddev = held_out(posterior)
    x = posterior.ensemble.inputs_of(SEEN, posterior.words)
    changed = dataclasses.replace(posterior, z=posterior.z + 3.0 * (np.arange(40) == 0))
    fold = torch.from_numpy(held_out(changed)[0] == mean)  # unmoved: left out along with the first
    others = posterior.ensemble.train(x[~fold], torch.from_numpy(posterior.z)[~fold])(x[fold])
    assert fold.sum() == 40 // FOLDS
    assert np.allclose(mean[fold], others.mean(dim=0), atol=1e-5)
    assert np.allclose(stddev[fold] ** 2, others.var(dim=0) + FLOOR**2, atol=1e-5)


def test_leave_one_out_finds_nothing_in_noise():
    values = np.random.default_rng(0).uniform(0.2, 0.9, 40).tolist()
    noise = Ensemble().condition(Observations(tuple(map(Evaluation, SEEN, values))))
    loo = noise.leave_one_out()
    assert abs(kendalltau(loo.mean, values)[0]) < 0.3
    assert kendalltau(noise.predict(SEEN)[0], values)[0] > 0.7
    assert np.mean((loo.lower <= loo.truth) & (loo.truth <= loo.upper)) > 0.85


def test_leave_one_out_predicts_what_there_is_to_be_learned(posterior):
    loo = posterior.leave_one_out()
    assert np.array_equal(loo.truth, posterior.observations.values)
    assert kendalltau(loo.mean, loo.truth)[0] > 0.5
    assert (loo.lower <= loo.mean).all()
    assert (loo.mean <= loo.upper).all()


def test_is_frozen(posterior):
    with pytest.raises(dataclasses.FrozenInstanceError):
        posterior.z = None
