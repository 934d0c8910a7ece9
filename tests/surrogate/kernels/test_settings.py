import numpy as np
import pytest
import torch
from gpytorch.kernels import MaternKernel

from nbnas.errors import NbnasError, ObservationError, SettingError
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.graphs.spaces.joint.categorical import Categorical
from nbnas.graphs.spaces.joint.integer import Integer
from nbnas.graphs.spaces.joint.real import Real
from nbnas.graphs.spaces.joint.space import JointSpace
from nbnas.surrogate.kernels.settings import SettingsKernel, matern
from nbnas.surrogate.process.prior import GaussianProcess

SETTINGS = {
    "rate": Real(1e-3, 1, log=True),
    "batch": Integer(16, 512, log=True),
    "optimizer": Categorical("sgd", "adamw", "muon"),
}
SPACE = JointSpace(CellSpace(), **SETTINGS)
SEEN = SPACE.sample(0, 12)


@pytest.fixture
def kernel():
    kernel = SettingsKernel(SETTINGS)
    kernel.lengthscale = torch.tensor(
        [[0.3, 0.7, 1.5]], dtype=torch.float64
    )  # batch, optimizer, rate
    return kernel


def test_it_is_gpytorchs_matern(kernel):
    coordinates = torch.tensor([SPACE.encode_settings(a) for a in SEEN], dtype=torch.float64)
    theirs = MaternKernel(nu=2.5, ard_num_dims=5).double()
    theirs.lengthscale = torch.tensor([0.3, 0.7, 0.7, 0.7, 1.5], dtype=torch.float64)
    ours = GaussianProcess(kernel)
    assert ours.variance(SEEN) == pytest.approx(1)
    expected = theirs(coordinates).to_dense().detach().numpy()
    np.testing.assert_allclose(ours.covariance(SEEN, SEEN), expected, atol=1e-12)
    np.testing.assert_allclose(ours.covariance(SEEN, SEEN[:1]), expected[:, :1], atol=1e-12)


def test_it_does_not_see_graphs(kernel):
    prior = GaussianProcess(kernel)
    other = CellSpace().sample(5, 1)[0]
    moved = SPACE.join(other, dict(SEEN[0].settings))
    assert prior.covariance(SEEN[:1], (moved,))[0] == pytest.approx(prior.variance((moved,)))


def test_the_same_settings_for_many_are_computed_alike(kernel):
    prior = GaussianProcess(kernel)
    graphs = CellSpace().sample(1, 4)
    alike = tuple(SPACE.join(graph, dict(SEEN[3].settings)) for graph in graphs)
    expected = np.repeat(prior.covariance(SEEN, SEEN[3:4]), 4, axis=1)
    np.testing.assert_array_equal(prior.covariance(SEEN, alike), expected)


def test_its_gradient_is_right_where_two_are_the_same():
    def value(x):
        return matern(x[:, None, :] - torch.zeros(1, 1, 2, dtype=torch.float64))

    at = torch.tensor([[0.0, 0.0], [1e-9, 0.0], [0.3, 0.2]], dtype=torch.float64)
    assert torch.autograd.gradcheck(value, at.requires_grad_())


def test_what_is_added_later_is_encoded_too(kernel):
    prior = GaussianProcess(kernel)
    prior.covariance(SEEN[:3], SEEN[:3])
    again = GaussianProcess(kernel).covariance(SEEN, SEEN)
    np.testing.assert_array_equal(prior.covariance(SEEN, SEEN), again)


def test_longer_scales_are_expected_of_more_settings():
    many = SettingsKernel({f"x{i}": Real(0, 1) for i in range(12)})
    few = SettingsKernel({f"x{i}": Real(0, 1) for i in range(3)})
    assert many.lengthscales["x0"] == pytest.approx(2 * few.lengthscales["x0"])
    assert few.lengthscales == pytest.approx({f"x{i}": 0.355 for i in range(3)}, abs=1e-3)


def test_its_words_are_its_names(kernel):
    assert repr(kernel) == "SettingsKernel(batch 0.3, optimizer 0.7, rate 1.5)"
    assert "rate=Real(0.001, 1.0, log=True)" in kernel.extra_repr()


def test_an_architecture_without_the_settings_is_refused(kernel):
    prior = GaussianProcess(kernel)
    with pytest.raises(ObservationError, match=r"expected .* settings batch, optimizer, rate"):
        prior.covariance(CellSpace().sample(0, 2), SEEN)


@pytest.mark.parametrize(
    "settings", [{}, {"rate": 0.1}, {"rate": Real}, [Real(0, 1)], {1: Real(0, 1)}]
)
def test_what_are_no_settings_is_refused(settings):
    with pytest.raises(SettingError, match="expected"):
        SettingsKernel(settings)


@pytest.mark.parametrize("lengthscale", [0, -1.0, np.inf, "1"])
def test_a_wrong_lengthscale_is_refused(lengthscale):
    with pytest.raises(NbnasError, match="expected lengthscale"):
        SettingsKernel(SETTINGS, lengthscale)
