import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import lognorm

import nbnas as nb
from nbnas.errors import ArchitectureError, ObservationError, SettingError
from nbnas.surrogate.sizes.seconds import log_normal

CELLS = nb.CellSpace().sample(0, 120)


def seconds_of(cell):
    """Each convolution adds the same share; what leads nowhere is trained, too."""
    return 100 * 1.2 ** str(cell).count("nor_conv_3x3") * 1.05 ** str(cell).count("nor_conv_1x1")


def trial(cell, noise=0.0, **given):
    return nb.Evaluation(cell, 0.5, **({"seconds": seconds_of(cell) * math.exp(noise)} | given))


def seen(n, noise=0.05):
    rng = np.random.default_rng(0)
    return nb.Observations(tuple(trial(a, noise * rng.standard_normal()) for a in CELLS[:n]))


TRIALS = seen(40)


@pytest.mark.parametrize(("mean", "stddev"), [(0.0, 0.1), (3.0, 0.5), (-2.0, 1.2)])
def test_log_normal_equals_quadrature_and_scipy(mean, stddev):
    expected, spread = log_normal(np.array([mean]), np.array([stddev]))
    law = lognorm(stddev, scale=math.exp(mean))
    ends = law.ppf(1e-14), law.isf(1e-14)
    integral = quad(lambda t: t * law.pdf(t), *ends, limit=500, points=[law.median()])[0]
    assert expected[0] == pytest.approx(integral, rel=1e-6)
    assert expected[0] == pytest.approx(law.mean(), rel=1e-12)
    assert spread[0] == pytest.approx(law.std(), rel=1e-12)


def test_the_prediction_is_log_normal():
    model = nb.SecondsModel(TRIALS)
    mean, stddev = model.latent(CELLS[40:])
    expected, spread = model.predict(CELLS[40:])
    low, high = model.band(CELLS[40:], 0.8)
    law = lognorm(stddev, scale=np.exp(mean))
    np.testing.assert_allclose(expected, law.mean(), rtol=1e-12)
    np.testing.assert_allclose(spread, law.std(), rtol=1e-12)
    np.testing.assert_allclose((low, high), law.interval(0.8), rtol=1e-12)


def test_learns_what_takes_time():
    model = nb.SecondsModel(TRIALS)
    mean, _ = model.latent(CELLS[40:])
    truth = np.log([seconds_of(a) for a in CELLS[40:]])
    assert np.sqrt(np.mean((mean - truth) ** 2)) < 0.05 < truth.std() / 3
    low, high = model.band(CELLS[40:])
    inside = (low < np.exp(truth)) & (np.exp(truth) < high)
    assert inside.mean() > 0.9
    factors = model.factors()
    times, low, high = factors["nor_conv_3x3"]
    assert 1 < low < times < high
    assert next(iter(factors)) == "nor_conv_3x3"
    instead = times / factors["avg_pool_3x3"][0]  # six edges: more of one is less of another
    assert instead == pytest.approx(1.2, abs=0.06)


def test_the_expected_noise_is_where_it_begins():
    small, large = (nb.SecondsModel(seen(4), noise=noise) for noise in (0.01, 1.0))
    assert large.line.variance > 10 * small.line.variance


def test_leave_one_out_is_in_seconds():
    found = nb.SecondsModel(TRIALS).leave_one_out()
    np.testing.assert_array_equal(found.truth, [e.seconds for e in TRIALS])
    assert ((found.lower < found.mean) & (found.mean < found.upper)).all()
    assert found.coverage(0.95) > 0.85
    assert found.measure.text(found.mean[0]).endswith(" s")
    density = -0.5 * np.log(2 * np.pi) - 0.5 * found.residuals**2
    stddev = np.exp(density - found.log_densities)
    np.testing.assert_allclose(np.log(found.upper / found.lower), 2 * 1.959964 * stddev, rtol=1e-6)


def test_looks_tell_but_are_not_taken_for_full_trainings():
    looks = tuple(trial(a, epochs=12, seconds=0.06 * seconds_of(a)) for a in CELLS[:40])
    model = nb.SecondsModel(nb.Observations((*looks, trial(CELLS[40]), trial(CELLS[41]))))
    mean, _ = model.latent(CELLS[42:])
    truth = np.log([seconds_of(a) for a in CELLS[42:]])
    assert np.sqrt(np.mean((mean - truth) ** 2)) < 0.05
    assert repr(model).startswith("SecondsModel(42 trials, 2 full")
    assert len(model.leave_one_out().truth) == 2


def test_failed_trials_and_those_without_seconds_tell_nothing():
    failed = nb.Evaluation(CELLS[50], None, "failed", seconds=1e6, error="no memory")
    unknown = trial(CELLS[51], seconds=0.0)
    more = nb.Observations((failed, unknown, *TRIALS.evaluations))
    a, b = nb.SecondsModel(TRIALS), nb.SecondsModel(more)
    np.testing.assert_array_equal(a.latent(CELLS), b.latent(CELLS))


def test_all_of_one_size():
    one = nb.Observations(tuple(trial(CELLS[0], noise) for noise in (0.1, 0.0, -0.1)))
    model = nb.SecondsModel(one)
    assert model.factors() == {}
    assert model.predict(CELLS[:1])[0][0] == pytest.approx(seconds_of(CELLS[0]), rel=0.05)
    wide = model.latent(CELLS[1:2])[1] > model.latent(CELLS[:1])[1]
    assert wide.all()


@pytest.mark.parametrize(
    "trials",
    [
        (),
        TRIALS.evaluations[:2],
        tuple(trial(a, seconds=0.0) for a in CELLS[:9]),
        tuple(trial(a, epochs=3) for a in CELLS[:9]),
    ],
    ids=["none", "two", "no seconds", "looks only"],
)
def test_too_few_tell(trials):
    with pytest.raises(ObservationError, match=r"at least 3 completed trials .* got \d"):
        nb.SecondsModel(nb.Observations(trials))


def test_what_is_wrong_is_refused():
    model = nb.SecondsModel(TRIALS)
    with pytest.raises(ObservationError, match="expected observations"):
        nb.SecondsModel(TRIALS.evaluations)
    with pytest.raises(SettingError, match="noise"):
        nb.SecondsModel(TRIALS, noise=0)
    with pytest.raises(ArchitectureError, match="architectures"):
        model.predict(["cell"])
    with pytest.raises(SettingError, match="coverage"):
        model.band(CELLS, 1.0)
    one = nb.Observations((trial(CELLS[0]), *(trial(a, epochs=2) for a in CELLS[1:5])))
    with pytest.raises(ObservationError, match="at least two full trainings"):
        nb.SecondsModel(one).leave_one_out()


@pytest.mark.parametrize("column", ["c10_train_s_200", "c100_train_s_200"])
def test_on_published_seconds(nb201, column):
    """After 20 trainings the seconds of others are known to about a tenth."""
    rows = nb201.sample(220, random_state=0)
    cells = tuple(nb.CellSpace().parse(text) for text in rows.arch_str)
    trials = [nb.Evaluation(a, 0.5, seconds=s) for a, s in zip(cells, rows[column], strict=True)]
    model = nb.SecondsModel(nb.Observations(tuple(trials[:20])))
    mean, stddev = model.latent(cells[20:])
    truth = np.log(rows[column].to_numpy()[20:])
    assert np.sqrt(np.mean((mean - truth) ** 2)) < 0.1 < truth.std() / 2
    assert (np.abs(mean - truth) < 1.96 * stddev).mean() > 0.85
