import dataclasses

import gpytorch
import numpy as np
import pytest
import torch
from gpytorch.kernels import AdditiveKernel, MaternKernel, ProductKernel, RBFKernel, ScaleKernel

from nbnas.errors import ObservationError, SettingError
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.graphs.spaces.joint.categorical import Categorical
from nbnas.graphs.spaces.joint.real import Real
from nbnas.graphs.spaces.joint.space import JointSpace
from nbnas.records import Evaluation, Observations
from nbnas.surrogate.half_ranks import HalfRanks
from nbnas.surrogate.kernels.joint import joint_kernel, sees_settings
from nbnas.surrogate.kernels.parts import covariances, over_architectures, parts_of
from nbnas.surrogate.kernels.settings import SettingsKernel
from nbnas.surrogate.kernels.weisfeiler_lehman import WeisfeilerLehmanKernel
from nbnas.surrogate.negative_log_error import NegativeLogError
from nbnas.surrogate.normal_scores import NormalScores
from nbnas.surrogate.process.fit import _Objective, _raw
from nbnas.surrogate.process.prior import GaussianProcess
from nbnas.surrogate.warp import fit_warp

SETTINGS = {"rate": Real(1e-3, 1, log=True), "optimizer": Categorical("sgd", "adamw")}
SPACE = JointSpace(CellSpace(), **SETTINGS)
SEEN = SPACE.sample(0, 20)
RATES = np.log10([a.setting("rate") for a in SEEN])
VALUES = 0.7 - 0.05 * (RATES + 1.5) ** 2 + [0.02 * str(a).count("conv_3x3") for a in SEEN]
TRIALS = Observations(tuple(Evaluation(a, float(v)) for a, v in zip(SEEN, VALUES, strict=True)))


@pytest.fixture
def prior():
    return GaussianProcess().over(SPACE)


def test_it_is_the_sum_and_product_of_gpytorchs():
    graphs, settings = WeisfeilerLehmanKernel(1), SettingsKernel(SETTINGS, lengthscale=0.4)
    prior = GaussianProcess(joint_kernel(graphs, settings))
    similar = GaussianProcess(graphs).covariance(SEEN, SEEN)

    class Table(RBFKernel):
        def forward(self, x1, x2, **_):
            return torch.from_numpy(similar)[x1[:, 0].long()][:, x2[:, 0].long()]

    coordinates = [SPACE.encode_settings(a) for a in SEEN]
    numbered = torch.tensor([[i, *x] for i, x in enumerate(coordinates)], dtype=torch.float64)
    matern = MaternKernel(nu=2.5, ard_num_dims=3, active_dims=(1, 2, 3)).double()
    matern.lengthscale = torch.tensor([0.4, 0.4, 0.4])
    table = Table(active_dims=(0,))
    summands = [ScaleKernel(k) for k in (matern, table, ProductKernel(table, matern))]
    theirs = AdditiveKernel(*summands).double()
    for scaled in summands:
        scaled.outputscale = 1 / 3
    expected = theirs(numbered).to_dense().detach().numpy()
    np.testing.assert_allclose(prior.covariance(SEEN, SEEN), expected, atol=1e-10)


def test_gpytorch_computes_the_same_of_it(prior):
    index = prior.table.indices(SEEN)
    dense = prior.kernel(index).to_dense().detach().numpy()
    np.testing.assert_allclose(prior.covariance(SEEN, SEEN), dense, atol=1e-10)


def test_the_marginal_likelihood_is_gpytorchs(prior, exact_gp):
    fitted = prior.fit(TRIALS)
    z = torch.from_numpy(fit_warp(fitted.warp, TRIALS)[1])
    model = exact_gp(fitted, fitted.table.indices(SEEN), z)
    likelihood = model.likelihood(model(*model.train_inputs)).log_prob(z)
    assert fitted.log_marginal_likelihood(TRIALS) == pytest.approx(likelihood.item(), rel=1e-6)
    assert isinstance(model, gpytorch.models.ExactGP)


def test_the_gradient_of_the_fit_is_right(prior):
    z = torch.from_numpy(fit_warp(prior.warp, TRIALS)[1])
    objective = _Objective(prior.kernel, prior.table.indices(SEEN), z, np.log(0.02), None)
    theta = np.array([*_raw(prior.kernel), np.log(0.05)])
    gradient, step = objective(theta)[1], 1e-5
    for i in range(len(theta)):
        e = step * np.eye(len(theta))[i]
        slope = (objective(theta + e)[0] - objective(theta - e)[0]) / (2 * step)
        assert gradient[i] == pytest.approx(slope, rel=1e-4, abs=1e-5)


def test_what_stands_in_it_twice_is_expected_once(prior):
    z = torch.from_numpy(fit_warp(prior.warp, TRIALS)[1])
    objective = _Objective(prior.kernel, prior.table.indices(SEEN), z, np.log(0.02), None)
    assert (
        len(objective.hyper.normal + objective.hyper.others) == 3 + 4 + 1 + 1
    )  # weights, those of graphs, two length-scales


def test_the_fit_finds_what_matters(prior):
    fitted = prior.fit(TRIALS)
    (settings,) = {k for k in fitted.kernel.modules() if isinstance(k, SettingsKernel)}
    assert settings.lengthscales["rate"] < settings.lengthscales["optimizer"]
    before, after = (p.log_marginal_likelihood(TRIALS) for p in (prior, fitted))
    assert after > before
    tested = SPACE.sample(7, 200)
    mean, _ = fitted.condition(TRIALS).predict(tested)
    rates = np.log10([a.setting("rate") for a in tested])
    truth = -0.05 * (rates + 1.5) ** 2 + [0.02 * str(a).count("conv_3x3") for a in tested]
    assert np.corrcoef(mean, truth)[0, 1] > 0.8


def test_its_parts_are_told(prior):
    assert parts_of(prior.kernel).how == "sum"
    assert over_architectures(prior.kernel)
    whole = prior.covariance(SEEN, SEEN)
    np.testing.assert_allclose(sum(covariances(prior.kernel, prior.table, SEEN)), whole)
    assert "Settings(optimizer" in repr(prior)


def test_graphs_that_differ_in_settings_are_measured_once(prior):
    graphs = CellSpace().sample(3, 3)
    rates = np.linspace(0.01, 0.9, 20)
    many = tuple(SPACE.join(g, {"rate": r, "optimizer": "sgd"}) for g in graphs for r in rates)
    prior.covariance(many, many)
    assert len(prior.table) == 60
    assert len(prior.table.graphs) == 3


def test_a_prior_over_graphs_stays_as_it_is(prior):
    alone = GaussianProcess()
    assert alone.over(CellSpace()) is alone
    assert prior.over(SPACE) is prior
    assert sees_settings(prior.kernel)


def test_near_the_best_it_keeps_distances(prior):
    assert prior.warp == HalfRanks()
    assert GaussianProcess(warp=NegativeLogError()).over(SPACE).warp == NegativeLogError()
    chosen = dataclasses.replace(prior, warp=NormalScores())
    assert chosen.over(SPACE) is chosen


def test_a_given_kernel_over_graphs_is_joined():
    prior = GaussianProcess(WeisfeilerLehmanKernel(0)).over(SPACE)
    assert sees_settings(prior.kernel)
    assert "depth=0" in repr(prior)


def test_a_kernel_that_sees_no_settings_is_refused():
    with pytest.raises(ObservationError, match=r"take prior\.over\(space\)"):
        GaussianProcess().condition(TRIALS)
    with pytest.raises(ObservationError, match=r"take prior\.over\(space\)"):
        GaussianProcess().fit(TRIALS)


def test_what_is_no_kernel_is_refused():
    with pytest.raises(SettingError, match="expected graphs to be a Kernel"):
        joint_kernel("wl", SettingsKernel(SETTINGS))
    with pytest.raises(SettingError, match="expected settings to be a SettingsKernel"):
        joint_kernel(WeisfeilerLehmanKernel(0), WeisfeilerLehmanKernel(1))
