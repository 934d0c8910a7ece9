import numpy as np
import pytest
import torch
from botorch.acquisition.max_value_entropy_search import (
    qLowerBoundMaxValueEntropy,
    qMultiFidelityMaxValueEntropy,
)
from scipy import integrate, stats

import nbnas as nb
from nbnas.errors import ArchitectureError, SettingError
from nbnas.surrogate.acquisition.entropy import MaxValueEntropy, correlation, information
from nbnas.surrogate.process.joint import joined

CELLS = nb.CellSpace().sample(3, 60)
OTHERS = CELLS[20:]
DRAWS = torch.tensor([0.8, 1.2, 2.0], dtype=torch.float64)


def rng():
    return np.random.default_rng(0)


@pytest.fixture
def drawn(monkeypatch):
    """The highest values are what the others' are, too."""
    monkeypatch.setattr(MaxValueEntropy, "_highest", lambda *_: DRAWS)


def botorchs(kind, chain, in_botorch, **given):
    model, m = in_botorch(chain, OTHERS), len(OTHERS)

    def project(x):
        return x % m + 2 * m

    top = torch.arange(2 * m, 3 * m, dtype=torch.float64)[:, None]
    more = {"project": project} if "Fidelity" in kind.__name__ else {}
    found = kind(model, top, **more, **given)
    found.posterior_max_values = DRAWS[:, None]
    return found, m


@pytest.mark.parametrize("level", [0, 1, 2])
def test_equals_botorchs_multi_fidelity_entropy(chain, in_botorch, drawn, level):
    theirs, m = botorchs(
        qMultiFidelityMaxValueEntropy, chain, in_botorch, num_y_samples=4096, **no_cost()
    )
    ours = nb.MaxValueEntropy().by_level(chain, OTHERS, rng())[level].exp().numpy()
    best = np.argsort(-ours)[:5]
    places = torch.from_numpy(best + level * m).double()[:, None, None]
    expected = theirs(places).detach().numpy()
    np.testing.assert_allclose(ours[best], expected, rtol=0.03, atol=1e-4)


def no_cost():
    return {"cost_aware_utility": lambda X, deltas, **_: deltas}


def test_lies_above_botorchs_lower_bound(chain, in_botorch, drawn):
    """GIBBON's bound, of Moss et al., is close where little is learnt."""
    theirs, m = botorchs(qLowerBoundMaxValueEntropy, chain, in_botorch)
    ours = nb.MaxValueEntropy().score(chain, OTHERS, rng()).exp().numpy()
    places = torch.arange(2 * m, 3 * m, dtype=torch.float64)[:, None, None]
    bound = theirs(places).detach().numpy()
    assert (ours >= bound - 1e-6).all()
    assert np.corrcoef(ours, bound)[0, 1] > 0.95


@pytest.mark.parametrize("rho", [0.05, 0.3, 0.7, 0.72, 0.95, 0.999])
@pytest.mark.parametrize("gamma", [-3.0, -0.5, 0.5, 2.0, 4.0])
def test_equals_the_entropies_themselves(gamma, rho):
    below, rest = stats.norm.cdf(gamma), np.sqrt(1 - rho**2)

    def part(y):
        p = stats.norm.pdf(y) * stats.norm.cdf((gamma - rho * y) / rest) / below
        return -p * np.log(p) if p > 0 else 0.0

    entropy = integrate.quad(part, -12, 12, limit=500, points=[gamma])[0]
    expected = 0.5 * np.log(2 * np.pi * np.e) - entropy
    given = (torch.tensor(each, dtype=torch.float64) for each in ([[gamma]], [rho]))
    found = information(*given)
    assert float(found) == pytest.approx(expected, abs=1e-9)


def test_without_noise_it_is_wang_and_jegelkas_formula():
    gamma = np.linspace(-2, 4, 7)
    below, density = stats.norm.cdf(gamma), stats.norm.pdf(gamma)
    known = gamma * density / (2 * below) - np.log(below)
    one = torch.ones(1, dtype=torch.float64)
    found = information(torch.from_numpy(gamma)[:, None], one)[:, 0]
    np.testing.assert_allclose(found.numpy(), known, atol=1e-5)


def test_correlations_rise_with_the_length(chain):
    stddev = chain.latent(OTHERS)[1]
    short, middle, full = (correlation(level, OTHERS, stddev) for level in joined(chain))
    assert ((short.abs() <= 1) & (middle.abs() <= 1) & (full < 1)).all()
    noise = joined(chain)[-1].noise
    np.testing.assert_allclose(full, stddev / (stddev**2 + noise).sqrt(), rtol=1e-6)
    assert short.mean() < middle.mean() < full.mean()


def test_draws_are_the_highest_of_joint_draws(chain):
    mean, stddev = chain.latent(OTHERS)
    few = nb.MaxValueEntropy(draws=400, drawn=len(OTHERS))
    found = few._highest(chain, OTHERS, mean + 2 * stddev, rng())
    assert found.shape == (400,)
    assert float(found.mean()) > float(mean.max())
    assert found.std() > 0


def test_the_seed_decides(chain):
    a, b = (nb.MaxValueEntropy().score(chain, OTHERS, rng()) for _ in range(2))
    assert torch.equal(a, b)
    assert not torch.equal(a, nb.MaxValueEntropy().score(chain, OTHERS, np.random.default_rng(1)))


def test_a_search_takes_it(table):
    strategy = nb.BayesianOptimization(acquisition=nb.MaxValueEntropy(3, 64), initial=5)
    found = nb.Search(nb.CellSpace(), table, strategy, seed=0).run(8)
    assert len(found.observations) == 8


def test_what_is_wrong_is_refused(chain):
    with pytest.raises(SettingError, match="draws to be a whole number from 1"):
        nb.MaxValueEntropy(0)
    with pytest.raises(SettingError, match="drawn to be a whole number from 2"):
        nb.MaxValueEntropy(drawn=1)
    with pytest.raises(ArchitectureError, match="candidates"):
        nb.MaxValueEntropy().score(chain, ["cell"], rng())
    ensemble = nb.Ensemble(epochs=5).condition(chain.observations)
    with pytest.raises(SettingError, match="posterior of a Gaussian process"):
        nb.MaxValueEntropy().score(ensemble, OTHERS, rng())
    assert nb.MaxValueEntropy().by_level(chain, (), rng()).shape == (3, 0)
