import gpytorch
import pytest


@pytest.fixture
def exact_gp():
    """Builds, from a prior, indices and values, the same model in gpytorch's own words."""
    return build


def build(prior, index, z):
    class Model(gpytorch.models.ExactGP):
        def __init__(self):
            super().__init__(index, z, gpytorch.likelihoods.GaussianLikelihood())
            self.mean_module = gpytorch.means.ConstantMean()
            self.covar_module = prior.kernel

        def forward(self, x):
            return gpytorch.distributions.MultivariateNormal(
                self.mean_module(x), self.covar_module(x)
            )

    model = Model().double()
    model.mean_module.constant = prior.mean
    model.likelihood.noise = prior.noise
    return model
