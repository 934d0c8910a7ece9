import numpy as np
import pytest
import torch
from scipy import integrate, stats

from nbnas.surrogate.acquisition.envelope import log_gain_of_best
from nbnas.surrogate.acquisition.improvement import expected_improvement


def lines(seed, k=5, n=30):
    rng = np.random.default_rng(seed)
    return tuple(torch.from_numpy(rng.standard_normal(shape)) for shape in ((n,), (k, n)))


@pytest.mark.parametrize("seed", range(3))
def test_equals_an_integral_and_brute_force(seed):
    a, b = lines(seed)
    found = log_gain_of_best(a, 0.4 * b).exp().numpy()
    for gain, slopes in zip(found, 0.4 * b.numpy(), strict=True):

        def best(z, slopes=slopes):
            return stats.norm.pdf(z) * (a.numpy() + slopes * z).max()

        expected = integrate.quad(best, -9, 9, limit=2_000, epsabs=1e-11)[0] - float(a.max())
        assert gain == pytest.approx(expected, abs=1e-8)
    z = torch.from_numpy(np.random.default_rng(9).standard_normal(200_000))
    drawn = (a[:, None] + 0.4 * b[0][:, None] * z).amax(dim=0) - a.max()
    error = 4 * float(drawn.std()) / len(z) ** 0.5
    assert found[0] == pytest.approx(float(drawn.mean()), abs=error)


def test_two_lines_of_which_one_is_flat_are_expected_improvement():
    mean = torch.tensor([-2.0, 0.0, 1.5], dtype=torch.float64)
    stddev = torch.tensor([0.5, 1.0, 0.2], dtype=torch.float64)
    plain = expected_improvement(mean, stddev, 1.0) - (mean - 1.0).clamp_min(0)
    a = torch.stack([torch.ones(3, dtype=torch.float64), mean], dim=1)
    b = torch.stack([torch.zeros(3, dtype=torch.float64), stddev], dim=1)
    np.testing.assert_allclose(log_gain_of_best(a, b).exp(), plain, rtol=1e-7)


def test_small_gains_have_logarithms():
    a = torch.tensor([0.0, -60.0], dtype=torch.float64)
    b = torch.tensor([[0.0, 1.0]], dtype=torch.float64)
    found = float(log_gain_of_best(a, b))
    assert -1_820 < found < -1_800


def test_lines_that_never_meet_gain_nothing():
    a, b = torch.tensor([1.0, 2.0, 2.0]).double(), torch.full((2, 3), 0.7).double()
    assert (log_gain_of_best(a, b) == -torch.inf).all()
    assert log_gain_of_best(a[:1], b[:, :1]).tolist() == [-np.inf, -np.inf]


def test_shifts_change_nothing_and_scales_scale():
    a, b = lines(4)
    found = log_gain_of_best(a, b)
    np.testing.assert_allclose(log_gain_of_best(a + 5, b + 2), found, rtol=1e-9)
    np.testing.assert_allclose(log_gain_of_best(3 * a, -3 * b), found + np.log(3), rtol=1e-9)
