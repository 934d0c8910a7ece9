"""How learning curves go on; checked against gpytorch, and on published curves."""

import gpytorch
import numpy as np
import pandas as pd
import pytest
import torch

import nbnas as nb
from nbnas.errors import ObservationError, SettingError
from nbnas.records import EpochReport, Evaluation, Measure, Observations
from nbnas.surrogate.curves.decay import ExponentialDecayKernel
from nbnas.surrogate.curves.fit import fit_curves
from nbnas.surrogate.curves.model import curve_of
from nbnas.surrogate.curves.scale import Scale

CELLS = nb.CellSpace().sample(0, 300)
LOSS = Measure("validation loss", "nats", maximize=False, lower=0)
PLAIN = Measure("score")


def trial(cell, values, measure=LOSS):
    given = "val_accuracy" if measure == nb.ACCURACY else "value"
    reports = (EpochReport(i + 1, len(values), **{given: v}) for i, v in enumerate(values))
    return Evaluation(cell, values[-1], reports=tuple(reports))


def made(n, epochs=10, seed=0, measure=PLAIN):
    """Curves that decay to an end of their own."""
    rng = np.random.default_rng(seed)
    t = np.arange(1, epochs + 1)
    ends, starts = 0.2 * rng.standard_normal(n) + 3, rng.standard_normal(n) + 2
    curves = ends[:, None] + starts[:, None] * np.exp(-t / 3)
    curves = curves + 0.02 * rng.standard_normal(curves.shape)
    return [trial(c, y.tolist(), measure) for c, y in zip(CELLS, curves, strict=False)]


TRIALS = made(40)
MODEL = nb.CurveModel(Observations(tuple(TRIALS[:20]), PLAIN))


def in_gpytorch(parameters, t, residuals):
    """The same process in gpytorch's own words: a constant, what decays, and noise."""

    class Model(gpytorch.models.ExactGP):
        def __init__(self):
            super().__init__(t, residuals, gpytorch.likelihoods.GaussianLikelihood())
            self.mean_module = gpytorch.means.ZeroMean()
            decays = gpytorch.kernels.ScaleKernel(
                ExponentialDecayKernel(parameters.power, parameters.offset)
            )
            end = gpytorch.kernels.ConstantKernel()
            self.covar_module = decays + end

        def forward(self, x):
            return gpytorch.distributions.MultivariateNormal(
                self.mean_module(x), self.covar_module(x)
            )

    model = Model().double()
    model.covar_module.kernels[0].outputscale = parameters.start
    model.covar_module.kernels[1].constant = torch.tensor(parameters.end)
    jitter = 1e-7 * (parameters.end + parameters.start)
    model.likelihood.noise_covar.register_constraint(
        "raw_noise", gpytorch.constraints.GreaterThan(1e-12)
    )
    model.likelihood.noise = parameters.noise + jitter
    return model


def test_predicts_as_gpytorch_does():
    z = MODEL.curves
    mean, known = z.mean(axis=0), np.array([r.value for r in TRIALS[30].reports[:4]])
    epochs = torch.arange(1, 11, dtype=torch.float64)[:, None]
    theirs = in_gpytorch(MODEL.parameters, epochs[:4], torch.from_numpy(known - mean[:4]))
    theirs.eval()
    with torch.no_grad():
        told = theirs.likelihood(theirs(epochs[4:]))
    found, stddev = MODEL._latent(known, mean, len(z))
    np.testing.assert_allclose(found, mean[4:] + told.mean.numpy(), rtol=1e-6)
    np.testing.assert_allclose(stddev, np.sqrt((1 + 1 / 20) * told.variance.numpy()), rtol=1e-4)


def test_the_fit_maximises_gpytorchs_likelihood():
    z = np.array([[r.value for r in e.reports] for e in TRIALS])
    found = fit_curves(z)
    epochs = torch.arange(1, 11, dtype=torch.float64)[:, None]

    def likelihood(parameters):
        model = in_gpytorch(parameters, epochs, torch.zeros(10, dtype=torch.float64))
        rest = torch.from_numpy(z - z.mean(axis=0))
        with torch.no_grad():
            return float(model.likelihood(model.forward(epochs)).log_prob(rest).sum())

    best = likelihood(found)
    for name in ("end", "start", "power", "offset", "noise"):
        for factor in (0.7, 1.4):
            moved = {n: getattr(found, n) for n in type(found).__slots__}
            moved[name] *= factor
            assert likelihood(type(found)(**moved)) < best + 1.0  # the priors move it a little
    assert found.noise == pytest.approx(0.02**2, rel=0.5)


def test_ends_are_foreseen_and_bands_hold():
    inside, errors, naive = [], [], []
    for each in TRIALS[20:]:
        found = MODEL.predict(each.reports[:4])
        low, high = found.band
        inside.append(low <= each.value <= high)
        errors.append(found.end[0] - each.value)
        naive.append(each.reports[3].value - each.value)
    assert np.mean(inside) >= 0.85
    assert np.std(errors) < 0.3 * np.sqrt(np.mean(np.square(naive)))


def test_reports_values_and_evaluations_are_the_same():
    reports = TRIALS[30].reports[:4]
    cut = Evaluation(CELLS[0], 0.5, epochs=4, reports=reports)
    by_reports, by_values = MODEL.predict(reports), MODEL.predict([r.value for r in reports])
    assert by_reports == by_values == MODEL.predict(cut)
    assert (by_reports.epochs, len(by_reports.mean)) == (10, 6)
    assert "4 of 10 epochs, ends at" in repr(by_reports)


def test_nothing_and_all_may_be_known():
    before, after = MODEL.predict(()), MODEL.predict(TRIALS[30])
    assert before.end[0] == pytest.approx(MODEL.curves[:, -1].mean(), abs=1e-6)
    assert after.end == (TRIALS[30].value, 0.0)
    assert after.band == (TRIALS[30].value,) * 2
    stddevs = [MODEL.predict(TRIALS[30].reports[:t]).end[1] for t in (0, 3, 9)]
    assert stddevs == sorted(stddevs, reverse=True)


def test_one_that_is_left_out_is_predicted_by_the_others():
    found = MODEL.left_out(3, 4)
    np.testing.assert_allclose(found.values, MODEL.curves[3, :4])
    mean = np.delete(MODEL.curves, 3, axis=0).mean(axis=0)
    told = MODEL._latent(MODEL.curves[3, :4], mean, 19)
    np.testing.assert_allclose(found.mean, told[0], rtol=1e-6)
    np.testing.assert_allclose(found.stddev, told[1] * MODEL._factors(4), rtol=1e-6)


def test_errors_of_those_left_out_widen_the_band():
    """One curve in eight diverges: what all were taken for is too sure."""
    odd = [
        trial(e.architecture, [r.value + (i % 8 == 0) * 0.5 * r.epoch for r in e.reports])
        for i, e in enumerate(TRIALS)
    ]
    model = nb.CurveModel(Observations(tuple(odd), PLAIN))
    assert model._factors(3)[-1] > MODEL._factors(3)[-1]


@pytest.mark.parametrize(
    ("measure", "values"),
    [
        (nb.ACCURACY, [0.0, 0.2, 0.9, 1.0]),
        (LOSS, [1e-4, 1.0, 7.0]),
        (Measure("score", upper=5), [-3.0, 4.0]),
        (PLAIN, [-2.0, 0.0, 9.0]),
    ],
    ids=["fraction", "loss", "bounded above", "plain"],
)
def test_scales_go_and_come_back_within_the_bounds(measure, values):
    scale = Scale(measure)
    there = scale.forward(np.array(values))
    assert np.isfinite(there).all()
    np.testing.assert_allclose(scale.inverse(there), values, atol=2e-3)
    far = scale.inverse(np.array([-60.0, 60.0]))
    assert (far >= measure.lower).all()
    assert (far <= measure.upper).all()


def test_only_full_trainings_that_tell_of_every_epoch_count():
    gap = tuple(r for r in TRIALS[0].reports if r.epoch != 5)
    odd = (
        Evaluation(CELLS[41], 0.5, epochs=4, reports=TRIALS[0].reports[:4]),
        Evaluation(CELLS[42], 0.5, reports=gap),
        Evaluation(CELLS[43], None, "failed", error="x"),
        Evaluation(CELLS[44], 0.5),
    )
    model = nb.CurveModel(Observations((*TRIALS[:5], *odd), PLAIN))
    assert model.curves.shape == (5, 10)
    assert "5 curves of 10 epochs" in repr(model)
    with pytest.raises(ObservationError, match=r"at least 4 full trainings .* got 3"):
        nb.CurveModel(Observations((*TRIALS[:3], *odd), PLAIN))


def test_accuracies_are_no_curve_of_another_measure():
    reports = (EpochReport(1, 2, val_accuracy=0.5), EpochReport(2, 2, val_accuracy=0.6))
    assert curve_of(reports, nb.ACCURACY) == (0.5, 0.6)
    assert curve_of(reports, LOSS) == ()
    assert curve_of((), LOSS) == ()


def test_what_is_wrong_is_refused():
    with pytest.raises(ObservationError, match="expected observations"):
        nb.CurveModel(TRIALS)
    for wrong in ("curve", [None], [[1.0]], [np.nan], [1.0] * 11, 3, None):
        with pytest.raises(ObservationError, match="expected"):
            MODEL.predict(wrong)
    with pytest.raises(SettingError, match="place"):
        MODEL.left_out(20, 3)
    with pytest.raises(SettingError, match="epochs"):
        MODEL.left_out(0, 11)
    with pytest.raises(ObservationError, match="as many epochs"):
        nb.CurvePrediction((1.0,), (1.0,), (), (), (), PLAIN)
    with pytest.raises(ObservationError, match="at least one epoch"):
        nb.CurvePrediction((), (), (), (), (), PLAIN)


def test_curves_that_are_all_alike_have_a_model():
    alike = tuple(trial(c, [0.5, 0.4, 0.3]) for c in CELLS[:5])
    found = nb.CurveModel(Observations(alike, LOSS)).predict([0.5])
    assert found.end[0] == pytest.approx(0.3, abs=1e-3)


def held_out(trials, measure, known, n=50):
    """Share of held-out ends within their bands, mean error of the mean, and of the last value."""
    order = np.random.default_rng(0).permutation(len(trials))
    shuffled = [trials[i] for i in order]
    model = nb.CurveModel(Observations(tuple(shuffled[:n]), measure))
    rows = []
    for each in shuffled[n : n + 100]:
        found, end = model.predict(each.reports[:known]), each.reports[-1].measured
        low, high = found.band
        last = abs(each.reports[known - 1].measured - end)
        rows.append((low <= end <= high, abs(found.end[0] - end), last))
    return np.mean(rows, axis=0)


@pytest.mark.slow
@pytest.mark.parametrize("known", [1, 3, 6, 9])
def test_on_the_curves_of_digits(known):
    objective = nb.benchmarks.digits()
    share, error, last = held_out([objective(c) for c in CELLS], nb.ACCURACY, known)
    assert share >= 0.85
    assert error < last


@pytest.mark.slow
@pytest.mark.parametrize("known", [1, 3, 10, 25])
def test_on_the_curves_of_nas_bench_nlp(nlp_curves, known):
    share, error, last = held_out(nlp_curves, LOSS, known)
    assert share >= 0.85
    if known < 10:  # later on these losses hardly change, so that the last one tells as much
        assert error < last


@pytest.fixture(scope="module")
def nlp_curves(recipe_curves_path):
    rows = pd.read_csv(recipe_curves_path)
    curves = rows.pivot_table(index="run", columns="epoch", values="val_loss").dropna()
    return [trial(c, y.tolist()) for c, y in zip(CELLS, curves.to_numpy(), strict=False)]
