import pytest

from nbnas.graphs.spaces.cell import CellSpace
from nbnas.records import Observations
from nbnas.surrogate.ensemble.prior import Ensemble
from nbnas.surrogate.model import Model, ModelPosterior
from nbnas.surrogate.process.prior import GaussianProcess

CELLS = CellSpace().sample(0, 12)
MODELS = [GaussianProcess(), Ensemble(epochs=20)]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: type(model).__name__)
def test_both_models_follow_the_protocols(model, table):
    observations = Observations(tuple(table(a) for a in CELLS[:8]))
    assert isinstance(model, Model)
    fitted = model.fit(observations)
    assert type(fitted) is type(model)
    posterior = fitted.condition(observations)
    assert isinstance(posterior, ModelPosterior)
    assert posterior.observations is observations
    assert posterior.z == pytest.approx(posterior.warp.forward(observations.values))
    mean, stddev = posterior.latent(CELLS)
    assert mean.shape == stddev.shape == (12,)
    assert posterior.sample(CELLS, 0, 3).shape == (3, 12)
    assert posterior.leave_one_out().mean.shape == (8,)


@pytest.mark.parametrize("missing", ["condition", "fit"])
def test_half_a_model_is_none(missing):
    methods = {name: lambda self, observations: self for name in ("condition", "fit")}
    assert isinstance(type("Whole", (), methods)(), Model)
    del methods[missing]
    assert not isinstance(type("Half", (), methods)(), Model)


def test_what_cannot_be_cached_is_no_model():
    class Changing:
        __hash__ = None

        def fit(self, observations):
            return self

        condition = fit

    assert not isinstance(Changing(), Model)


def test_a_prior_is_no_posterior():
    assert not isinstance(GaussianProcess(), ModelPosterior)
    assert not isinstance(Ensemble(), ModelPosterior)
