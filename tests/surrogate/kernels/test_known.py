"""The kernel of a measure that is known without training, against gpytorch's own."""

import gpytorch
import numpy as np
import pytest
import torch
from scipy.stats import norm, rankdata

import nbnas as nb
from nbnas.errors import SettingError

CELLS = nb.CellSpace().sample(0, 12)


def size(architecture):
    return 100.0 * (1 + str(architecture).count("conv_3x3")) + str(architecture).count("pool")


SIZE = nb.MeasuredBy(size, nb.PARAMETERS).among(nb.CellSpace().sample(7, 500))


def test_it_is_the_squared_exponential_of_normal_scores():
    known = nb.MeasuredBy(size, nb.PARAMETERS).among(CELLS)
    prior = nb.GaussianProcess(nb.KnownKernel(known, lengthscale=0.4))
    expected = gpytorch.kernels.RBFKernel().double()
    expected.lengthscale = 0.4
    ranks = rankdata([size(c) for c in CELLS])
    scores = torch.from_numpy(norm.ppf((ranks - 0.375) / (len(CELLS) + 0.25)))[:, None]
    with torch.no_grad():
        truth = expected(scores).to_dense().numpy()
    np.testing.assert_allclose(prior.covariance(CELLS, CELLS), truth, rtol=1e-6)


def test_only_the_order_counts():
    other = nb.MeasuredBy(lambda a: np.exp(size(a) / 300), nb.PARAMETERS)
    first, second = (
        nb.GaussianProcess(nb.KnownKernel(known.among(CELLS))).covariance(CELLS, CELLS)
        for known in (SIZE, other)
    )
    np.testing.assert_allclose(first, second)


def test_what_depends_on_it_is_predicted_better_with_it():
    cells = nb.CellSpace().sample(1, 90)
    trials = nb.Observations(tuple(nb.Evaluation(c, size(c) / 1000) for c in cells[:20]))
    plain = nb.GaussianProcess(nb.WeisfeilerLehmanKernel(2))
    seeing = nb.GaussianProcess(nb.WeisfeilerLehmanKernel(2) + nb.KnownKernel(SIZE))
    errors = [
        np.abs(
            prior.fit(trials).condition(trials).predict(cells[20:])[0]
            - [size(c) / 1000 for c in cells[20:]]
        ).mean()
        for prior in (plain, seeing)
    ]
    assert errors[1] < 0.6 * errors[0]


def test_nothing_and_what_has_no_number_are_no_fault():
    odd = nb.MeasuredBy(lambda a: np.nan if a == CELLS[0] else size(a), nb.PARAMETERS)
    odd = odd.among(CELLS)
    covariance = nb.GaussianProcess(nb.KnownKernel(odd)).covariance(CELLS, CELLS)
    assert np.isfinite(covariance).all()


@pytest.mark.parametrize(
    "known",
    [size, nb.PARAMETERS, nb.MeasuredBy(size, nb.PARAMETERS), nb.MeasuredBy(len, nb.PARAMETERS)],
)
def test_what_does_not_know_its_spread_is_refused(known):
    with pytest.raises(SettingError, match="how its numbers spread"):
        nb.KnownKernel(known)


def test_a_search_with_a_known_limit_sees_it():
    limit = nb.at_most(SIZE, 400)
    wanted = nb.Search(
        nb.CellSpace(),
        lambda a, seed=0: size(a) / 1000,
        nb.BayesianOptimization(initial=3),
        constraints=(limit,),
    ).run(6)
    kernel = wanted.posterior.prior.kernel
    assert any(isinstance(part, nb.KnownKernel) for part in kernel.modules())
    assert max(size(e.architecture) for e in wanted.observations) <= 400
