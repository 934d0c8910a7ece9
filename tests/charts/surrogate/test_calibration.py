import numpy as np
import pytest
from scipy.special import ndtri

from nbnas.charts.render import to_svg
from nbnas.charts.surrogate.calibration import SHARES, calibration, summary


def coverage(residuals):
    """The share of normal residuals in a band, as LeaveOneOut counts it."""
    return lambda share: float(np.mean(np.abs(residuals) <= ndtri((1 + share) / 2)))


def test_an_honest_model_is_within_luck():
    residuals = ndtri((np.arange(200) + 0.5) / 200)
    assert "Within what luck explains with 200 trials" in summary(coverage(residuals), 200)


@pytest.mark.parametrize(("scale", "verdict"), [(0.2, "too cautious"), (4.0, "Too sure")])
def test_bands_of_a_wrong_width_are_told(scale, verdict):
    residuals = scale * ndtri((np.arange(100) + 0.5) / 100)
    assert verdict in summary(coverage(residuals), 100)


def test_the_grey_region_is_that_of_the_binomial():
    """An honest model's coverage is in it about 95 % of the time, at each point."""
    from nbnas.charts.surrogate.calibration import _chance

    rng = np.random.default_rng(0)
    for share in SHARES[::4]:
        found = rng.binomial(40, share, size=4000) / 40
        ends = _chance(share, 40)
        inside = np.mean((ends["low"] - 1e-9 <= found) & (found <= ends["high"] + 1e-9))
        assert 0.945 <= inside <= 1.0


@pytest.mark.parametrize("trials", [0, 1, 2, 500])
def test_any_number_of_trials_is_drawn(said, trials):
    chart = calibration(lambda share: share, trials)
    assert ("nothing has been measured" in said(chart)) == (trials == 0)
    assert to_svg(chart).startswith("<svg")
