import math

import numpy as np
import pytest
import torch

import nbnas as nb
from nbnas.errors import ArchitectureError, SettingError
from nbnas.surrogate.acquisition.improvement import acquisition_scores
from nbnas.surrogate.acquisition.information import InformationAcquisition

CELLS = nb.CellSpace().sample(3, 60)
OTHERS = CELLS[20:]
RNG = np.random.default_rng(0)


Z = torch.linspace(-7, 7, 201, dtype=torch.float64)


def fantasized(model, place, places):
    """The knowledge gradient by BoTorch's model, told every outcome: an integral over them."""
    before = model.posterior(places[:, None]).mean[:, 0]
    at = torch.tensor([[float(place)]], dtype=torch.float64)
    told = model.posterior(at, observation_noise=True)
    outcomes = told.mean + told.variance.sqrt() * Z[:, None, None]
    after = model.condition_on_observations(at.expand(len(Z), 1, 1), outcomes)
    means = after.posterior(places[:, None].expand(len(Z), -1, 1)).mean[..., 0]
    density = torch.exp(-(Z**2) / 2) / math.sqrt(2 * math.pi)
    return float(torch.trapezoid(density * (means.amax(dim=1) - before.max()), Z))


@pytest.mark.parametrize("level", [0, 1, 2])
def test_equals_what_botorchs_model_learns_at_each_length(chain, in_botorch, level):
    """The alternatives are the candidates and what was trained fully."""
    every = (*OTHERS, *CELLS[:8])
    model, m = in_botorch(chain, every), len(every)
    places = torch.arange(2 * m, 3 * m, dtype=torch.float64)
    found = nb.KnowledgeGradient(400).by_level(chain, OTHERS, RNG)[level].exp().numpy()
    for i in np.argsort(-found)[:3].tolist():
        expected = fantasized(model, level * m + i, places)
        assert expected > 1e-6
        assert found[i] == pytest.approx(expected, rel=0.01)


def test_the_score_is_that_of_full_trainings(chain):
    by_level = nb.KnowledgeGradient().by_level(chain, OTHERS, RNG)
    assert by_level.shape == (3, len(OTHERS))
    score = acquisition_scores(nb.KnowledgeGradient(), chain, OTHERS, RNG)
    np.testing.assert_allclose(score, by_level[-1], rtol=1e-9)
    assert isinstance(nb.KnowledgeGradient(), InformationAcquisition)
    assert not isinstance(nb.ThompsonSampling(), InformationAcquisition)


def test_one_length_alone_is_a_gaussian_process(chain, in_botorch):
    posterior = chain.looks.looks
    every = (*OTHERS, *CELLS[:20])
    model = in_botorch(posterior, every)
    found = nb.KnowledgeGradient(400).score(posterior, OTHERS, RNG).exp().numpy()
    best = int(found.argmax())
    places = torch.arange(len(every), dtype=torch.float64)
    assert found[best] == pytest.approx(fantasized(model, best, places), rel=0.01)


def test_what_is_not_exact_is_a_lower_bound(chain):
    exact = nb.KnowledgeGradient(400).by_level(chain, OTHERS, RNG)
    for few in (2, 10):
        bound = nb.KnowledgeGradient(few).by_level(chain, OTHERS, RNG)
        assert (bound <= exact + 1e-9).all()
        assert bound[2].argmax() == exact[2].argmax()


def test_a_look_tells_less_than_a_full_training(chain):
    short, middle, full = nb.KnowledgeGradient(400).by_level(chain, OTHERS, RNG)
    best = int(full.argmax())
    assert short[best] < full[best]
    assert middle[best] < full[best]


def test_noise_is_no_luck(chain):
    """What was evaluated may be worth asking again, by no more than its noise tells."""
    observations = chain.looks.looks.observations
    exact = nb.GaussianProcess(noise=1e-6).condition(observations)
    again = nb.KnowledgeGradient().score(exact, observations.architectures, RNG)
    new = nb.KnowledgeGradient().score(exact, OTHERS[10:], RNG)
    assert again.max() < new.max()


def test_a_search_takes_it_and_improvement_per_second_does(table):
    for acquisition in (
        nb.KnowledgeGradient(64),
        nb.ImprovementPerSecond(nb.KnowledgeGradient(64)),
    ):
        strategy = nb.BayesianOptimization(acquisition=acquisition, initial=5)
        found = nb.Search(nb.CellSpace(), table, strategy, seed=0).run(8)
        assert len(found.observations) == 8
        again = nb.Search(nb.CellSpace(), table, strategy, seed=0).run(8)
        assert again.observations.architectures == found.observations.architectures


def test_what_is_wrong_is_refused(chain):
    with pytest.raises(SettingError, match="alternatives to be a whole number from 2"):
        nb.KnowledgeGradient(1)
    with pytest.raises(ArchitectureError, match="candidates"):
        nb.KnowledgeGradient().score(chain, ["cell"], RNG)
    ensemble = nb.Ensemble(epochs=5).condition(chain.observations)
    with pytest.raises(SettingError, match="posterior of a Gaussian process"):
        nb.KnowledgeGradient().score(ensemble, OTHERS, RNG)
    with pytest.raises(SettingError, match="posterior"):
        nb.KnowledgeGradient().by_level("posterior", OTHERS, RNG)
    assert nb.KnowledgeGradient().score(chain, (), RNG).shape == (0,)
