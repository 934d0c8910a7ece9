import numpy as np
import pytest

from nbnas.errors import SettingError
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.training.rates.range_test import RangeTest, smooth

CELL = CellSpace().sample(0, 1)[0]
RATES = tuple(np.geomspace(1e-4, 10, 101).tolist())


def found(losses, rates=RATES):
    return RangeTest(CELL, rates, tuple(losses), 0.2)


def sigmoid(center, noise=0.0):
    """A loss that falls along a curve whose steepest place is known."""
    logs = np.log10(np.array(RATES))
    jitter = np.random.default_rng(0).normal(size=101) * noise
    return 2.3 / (1 + np.exp(6 * (logs - np.log10(center)))) + jitter


@pytest.mark.parametrize("noise", [0.0, 0.05])
@pytest.mark.parametrize("center", [0.01, 0.1, 1.0])
def test_the_suggestion_is_where_the_loss_falls_most(center, noise):
    ratio = found(sigmoid(center, noise)).suggestion / center
    assert 0.6 < ratio < 1.7


def test_what_comes_after_the_lowest_loss_does_not_count():
    losses = sigmoid(0.05)
    losses[80:90] += 50.0  # it explodes, and falls back steeply
    test = found(losses)
    assert 0.03 < test.suggestion < 0.08
    assert test.suggestion < test.lowest <= RATES[80]


def test_a_loss_that_only_rises_suggests_the_first_rates():
    assert found(np.linspace(2.3, 9.0, 101)).suggestion <= RATES[1]


def test_smoothing_keeps_lines_and_takes_noise_away():
    logs = np.linspace(0, 5, 101)
    line = 3 - 0.4 * logs
    assert smooth(logs, line)[10:-10] == pytest.approx(line[10:-10], abs=2e-3)
    noise = np.random.default_rng(0).normal(size=101)
    assert smooth(logs, noise).std() < 0.5 * noise.std()


def test_it_says_in_one_line_what_it_found():
    said = repr(found(sigmoid(0.1)))
    assert said.startswith("RangeTest(suggestion=0.1, 101 steps from 0.0001 to 10, |")
    assert len(said) <= 200


@pytest.mark.parametrize(
    ("rates", "losses", "expected"),
    [
        (RATES[:5], (1.0,) * 5, "at least 10 of them"),
        (RATES[::-1], (1.0,) * 101, "rates that rise and a loss for each"),
        (RATES, (1.0,) * 100, "101 rates and 100 losses"),
        (RATES, (1.0,) * 100 + (float("nan"),), "losses to be a sequence"),
        ((0.0, *RATES[1:]), (1.0,) * 101, "a finite number above 0"),
    ],
)
def test_what_is_no_test_is_refused(rates, losses, expected):
    with pytest.raises(SettingError, match=expected):
        found(losses, rates)
