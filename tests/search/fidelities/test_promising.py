"""What is ruled out is trained once nothing else is left."""

import dataclasses

import numpy as np
import pytest
import torch

import nbnas as nb
from nbnas.search.strategies.fidelities.promising import BELOW, among_promising
from nbnas.surrogate.process.fidelity import condition_fidelities

SPACE = nb.CellSpace(("none", "skip_connect", "nor_conv_3x3"))
LENGTHS = nb.Fidelities((4, 20))
CELLS = tuple(dict.fromkeys(SPACE.sample(0, 60)))
LOOKED, REST = CELLS[:24], CELLS[24:]


def convolutions(architecture):
    return 0.3 + 0.1 * str(architecture).count("3x3")


def posterior(sign):
    """Of full results that go with what looks say, or are the reverse of it."""
    looks = nb.Observations(tuple(nb.Evaluation(c, convolutions(c), epochs=4) for c in LOOKED))
    full = nb.Observations(
        tuple(nb.Evaluation(c, 0.5 + sign * (convolutions(c) - 0.5)) for c in LOOKED[:10])
    )
    prior = nb.GaussianProcess()
    return condition_fidelities(prior, prior.fit(looks).condition(looks), full)


@pytest.mark.parametrize("sign", [1, -1])
def test_the_lower_half_of_what_is_believed_comes_last(sign):
    found = posterior(sign)
    assert np.sign(found.slope) == sign
    told = torch.arange(len(REST), dtype=torch.float64)
    scores = among_promising(lambda _: told, found)(REST)
    poor = found.latent(REST)[0] < found.latent(LOOKED)[0].quantile(0.5)
    assert 0 < poor.sum() < len(REST)
    assert torch.equal(scores[~poor], told[~poor])
    assert torch.equal(scores[poor] + BELOW, told[poor])
    assert scores[poor].max() < scores[~poor].min()
    low = among_promising(lambda _: told, found, -1.0)(REST)
    assert torch.equal(low < told, found.latent(REST)[0] > found.latent(LOOKED)[0].quantile(0.5))
    few = min(REST, key=convolutions)
    assert bool(poor[REST.index(few)]) == (sign == 1)


@dataclasses.dataclass(frozen=True)
class Table:
    fidelities: nb.Fidelities = LENGTHS

    def __call__(self, architecture, seed=0, epochs=None):
        return convolutions(architecture) / (1 if epochs is None else 2)


@pytest.fixture(scope="module")
def found():
    strategy = nb.BayesianOptimization(initial=6, fidelities=LENGTHS)
    return nb.Search(SPACE, Table(), strategy, seed=3).run(cost=10)


def test_a_search_trains_nothing_that_is_ruled_out(found):
    checked = 0
    for number, each in enumerate(found.observations):
        known = found.observations.first(number)
        if each.epochs is not None or not known.full:
            continue
        checked += 1
        belief = found.strategy.posterior(known)
        looked = belief.latent(belief.looks.observations.architectures)[0]
        assert belief.latent((each.architecture,))[0] >= looked.quantile(0.5) - 1e-9
    assert checked >= 3


def test_where_all_else_is_trained_the_rest_follows():
    small = nb.Subspace(SPACE, CELLS[:8])
    strategy = nb.BayesianOptimization(initial=4, fidelities=LENGTHS, allow_isomorphic=True)
    done = nb.Search(small, Table(), strategy, seed=0).run(16)  # looks and full trainings
    assert set(done.observations.full.architectures) == set(CELLS[:8])
