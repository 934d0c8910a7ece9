"""Every space can be searched, small ones as a whole and others by a pool."""

import numpy as np
import pytest

from nbnas.graphs.distances.otmann.distance import OtmannDistance
from nbnas.graphs.distances.rank import RankDistance
from nbnas.graphs.spaces.chain.space import ChainSpace
from nbnas.graphs.spaces.choice.space import ChoiceSpace
from nbnas.graphs.spaces.cnn.space import CnnSpace
from nbnas.graphs.spaces.dag.space import DagSpace
from nbnas.graphs.spaces.recurrent.space import RecurrentSpace
from nbnas.records import Evaluation
from nbnas.search.maximizers.exhaustive import Automatic
from nbnas.search.maximizers.pool import RandomPool
from nbnas.search.search import Search
from nbnas.search.strategies.bayesian import BayesianOptimization
from nbnas.surrogate.kernels.distance import DistanceKernel
from nbnas.surrogate.process.prior import GaussianProcess, default_kernel

CHOICES = ChoiceSpace(linear=range(8), width=(8, 16, 32, 64), activation=("relu", "gelu", "tanh"))


def weighty(architecture, seed=0):
    """A made-up accuracy: architectures with more 3x3 convolutions, or linear maps, are better."""
    if architecture in CHOICES:
        return Evaluation(architecture, 1 - 1 / (1 + architecture["linear"]), seed=seed)
    good = sum("conv3x3" in label or label == "linear" for label in architecture.nodes)
    return Evaluation(architecture, 1 - 1 / (1 + good), seed=seed)


@pytest.mark.parametrize(
    ("space", "kernel"),
    [
        (DagSpace(5), default_kernel),
        (DagSpace(), default_kernel),
        (ChainSpace(depth=(2, 8)), default_kernel),
        (RecurrentSpace(nodes=(2, 8)), default_kernel),
        (
            ChainSpace(depth=(2, 5)),
            lambda: DistanceKernel(OtmannDistance(normalized=True), lengthscale=0.3),
        ),
        (CnnSpace(layers=(5, 9)), default_kernel),
        (CHOICES, default_kernel),
        (CHOICES, lambda: DistanceKernel(RankDistance(CHOICES))),
    ],
    ids=["listed", "dag", "chain", "recurrent", "otmann", "cnn", "choices", "ranks"],
)
def test_a_search_goes_on_in_every_space(space, kernel, tmp_path):
    maximizer = Automatic(RandomPool(200))
    strategy = BayesianOptimization(GaussianProcess(kernel()), maximizer=maximizer, initial=4)
    search = Search(space, weighty, strategy, seed=1, store=tmp_path / "s.db").run(9)
    assert all(a in space for a in search.observations.architectures)
    assert len({a.canonical for a in search.observations.architectures}) == 9
    values = search.observations.values
    assert np.median(values[4:]) > values[:4].mean()  # the model follows a trend this plain
    again = Search(space, weighty, strategy, seed=1, store=tmp_path / "s.db")
    assert again.observations == search.observations
