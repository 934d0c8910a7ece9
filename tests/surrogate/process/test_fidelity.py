"""The posterior of full results by looks and full trainings."""

import numpy as np
import pytest
import torch

import nbnas as nb
from nbnas.records import Evaluation, Observations
from nbnas.surrogate.process.fidelity import (
    V0,
    B,
    V,
    condition_fidelities,
    fit_fidelities,
    signals,
)
from nbnas.surrogate.process.fit import fit_parameters
from nbnas.surrogate.sizes.parameters import parameter_counts

SPACE = nb.CellSpace()
CELLS = SPACE.sample(3, 60)


def truth(cell):
    text = str(cell)
    return (
        0.3 + 0.08 * text.count("conv_3x3") + 0.03 * text.count("skip") + 0.01 * text.count("1x1")
    )


def posterior(change, full=15):
    """Given 40 looks, each a change of the truth, and some full trainings."""
    looks = Observations(tuple(Evaluation(c, change(truth(c)), epochs=1) for c in CELLS[:40]))
    seen = Observations(tuple(Evaluation(c, truth(c)) for c in CELLS[20 : 20 + full]))
    prior = nb.GaussianProcess()
    below = prior.fit(looks).condition(looks)
    return condition_fidelities(fit_fidelities(prior, below, seen), below, seen)


def test_the_line_is_found_whichever_way_it_goes():
    agrees, reverse = posterior(lambda y: y / 2), posterior(lambda y: 1 - y)
    assert agrees.slope > 0.5
    assert reverse.slope < -0.5
    assert min(agrees.trust, reverse.trust) > 0.9


def test_noise_is_not_trusted():
    rng = np.random.default_rng(0)
    noise = posterior(lambda y: rng.uniform())
    assert abs(noise.slope) < 0.3
    assert noise.trust < 0.5


def test_it_is_a_gaussian_process_with_a_line():
    """Checked against the joint normal distribution, written out."""
    found = posterior(lambda y: y / 2, full=6)
    cells = CELLS[45:50]
    seen = found.observations.architectures
    m, s = found.looks.latent((*seen, *cells))
    m, s = m[:, None], s[:, None]
    u = ((m - found.centre) / found.spread).numpy()[:, 0]
    b, v = float(B[0]), float(V[0])
    k = found.prior.covariance((*seen, *cells), (*seen, *cells)) + V0 + v * np.outer(u, u)
    n = len(seen)
    inverse = np.linalg.inv(k[:n, :n] + found.prior.noise * np.eye(n))
    mean = b * u[n:] + k[n:, :n] @ inverse @ (found.z - b * u[:n])
    variance = np.diag(k[n:, n:] - k[n:, :n] @ inverse @ k[:n, n:])
    slope = b + v * u[:n] @ inverse @ (found.z - b * u[:n])
    assert found.slope == pytest.approx(slope)
    assert found.slope_stddev**2 == pytest.approx(v - v * u[:n] @ inverse @ u[:n] * v)
    left = (slope / found.spread.numpy() * s.numpy()[n:])[:, 0] ** 2
    got = found.latent(cells)
    np.testing.assert_allclose(got[0].numpy(), mean, atol=1e-8)
    np.testing.assert_allclose(got[1].numpy(), np.sqrt(variance + left), atol=1e-8)


def test_leaving_one_out_is_that():
    found = posterior(lambda y: y / 2, full=6)
    told = found.leave_one_out()
    assert len(told.truth) == 6
    draws = found.sample(CELLS[:4], 0, 500)
    assert draws.shape == (500, 4)
    mean, stddev = found.predict(CELLS[:4])
    np.testing.assert_allclose(draws.mean(axis=0), mean, atol=4 * stddev.max() / 20)


def test_one_full_training_is_enough():
    found = posterior(lambda y: y / 2, full=2)
    one = condition_fidelities(found.prior, found.looks, found.observations.first(1))
    assert np.isfinite(one.latent(CELLS)[0].numpy()).all()
    assert one.trust < 0.5
    assert "slope=" in repr(one)


def test_a_known_part_of_the_covariance_takes_part_in_the_fit():
    prior, seen = nb.GaussianProcess(), posterior(lambda y: y).observations
    z = np.linspace(-1, 1, len(seen))
    at = prior.table.indices(seen.architectures)
    alone = fit_parameters(prior.kernel, 0.0, 0.02, at, z)[1]
    none = torch.zeros(len(z), len(z), dtype=torch.float64)
    assert fit_parameters(prior.kernel, 0.0, 0.02, at, z, known=none)[1] == alone
    assert fit_parameters(prior.kernel, 0.0, 0.02, at, z, known=none + 1)[1] != alone
    assert fit_parameters(prior.kernel, 0.0, 0.02, at, z, expected=0.5)[1] > alone


def chain():
    """Three lengths of training; the longest is known of few."""
    prior, sizes = nb.GaussianProcess(), None
    short = Observations(tuple(Evaluation(c, truth(c) / 2, epochs=1) for c in CELLS[:40]))
    middle = Observations(tuple(Evaluation(c, truth(c) / 1.5, epochs=2) for c in CELLS[20:35]))
    full = Observations(
        tuple(
            Evaluation(c, truth(c), parameters=1000 + 70 * n) for n, c in enumerate(CELLS[20:26])
        )
    )
    below = prior.fit(short).condition(short)
    above = condition_fidelities(fit_fidelities(prior, below, middle), below, middle)
    sizes = parameter_counts(full)
    return condition_fidelities(fit_fidelities(prior, above, full, sizes), above, full, sizes)


def test_looks_of_several_lengths_are_a_chain():
    found = chain()
    assert found.slopes.shape == (2,)
    assert found.looks.slope > 0.5
    assert "size=" in repr(found)
    mean, stddev = found.predict(CELLS[45:])
    told = np.corrcoef(mean, [truth(c) for c in CELLS[45:]])[0, 1]
    assert told > 0.8
    assert (stddev > 0).all()
    assert len(found.leave_one_out().truth) == 6
    assert found.sample(CELLS[:3], 0, 2).shape == (2, 3)


def test_a_line_in_two_signals_is_that():
    """Checked against the joint normal distribution, written out."""
    found, cells = chain(), CELLS[45:50]
    seen = found.observations.architectures
    m, s = signals(found.looks, found.sizes, (*seen, *cells))
    u, s = ((m - found.centre) / found.spread).numpy(), (s / found.spread).numpy()
    k = found.prior.covariance((*seen, *cells), (*seen, *cells)) + V0 + u * V.numpy() @ u.T
    n = len(seen)
    inverse = np.linalg.inv(k[:n, :n] + found.prior.noise * np.eye(n))
    rest = inverse @ (found.z - u[:n] @ B.numpy())
    slopes = B.numpy() + V.numpy() * (u[:n].T @ rest)
    variance = np.diag(k[n:, n:] - k[n:, :n] @ inverse @ k[:n, n:]) + s[n:] ** 2 @ slopes**2
    got = found.latent(cells)
    np.testing.assert_allclose(found.slopes.numpy(), slopes, atol=1e-8)
    np.testing.assert_allclose(got[0].numpy(), u[n:] @ B.numpy() + k[n:, :n] @ rest, atol=1e-8)
    np.testing.assert_allclose(got[1].numpy(), np.sqrt(variance), atol=1e-8)
