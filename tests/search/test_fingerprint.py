import dataclasses

import pytest

from nbnas.graphs.distances.edit.distance import EditDistance
from nbnas.graphs.distances.hamming import HammingDistance
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.search.fingerprint import fingerprint
from nbnas.search.strategies.bayesian import BayesianOptimization
from nbnas.search.strategies.random import RandomSearch
from nbnas.surrogate.kernels.distance import DistanceKernel
from nbnas.surrogate.kernels.weisfeiler_lehman import WeisfeilerLehmanKernel
from nbnas.surrogate.process.prior import GaussianProcess
from nbnas.training.data.images import digits
from nbnas.training.schedule import Cosine
from nbnas.training.trainer import Trainer


def function(architecture, seed=0):
    raise NotImplementedError


def of(objective=function, strategy=None, seed=0):
    return fingerprint(CellSpace(), objective, strategy or RandomSearch(), seed)


def differing(one, other):
    return {name for name in {*one, *other} if one.get(name) != other.get(name)}


def test_equal_settings_have_equal_fingerprints():
    make = [lambda: of(strategy=BayesianOptimization()), lambda: of(Trainer(digits()))]
    for build in make:
        assert build() == build()


def test_a_change_is_named():
    assert differing(of(), of(seed=1)) == {"seed"}
    trainer = Trainer(digits())
    assert differing(of(trainer), of(dataclasses.replace(trainer, epochs=3))) == {
        "objective.epochs"
    }
    assert differing(of(trainer), of(dataclasses.replace(trainer, schedule=Cosine()))) == {
        "objective.schedule"
    }
    assert differing(of(trainer), of(Trainer(digits(seed=1)))) == {"objective.data"}
    assert not differing(of(trainer), of(dataclasses.replace(trainer, device="cpu")))


@pytest.mark.parametrize(
    "kernel",
    [WeisfeilerLehmanKernel(3), DistanceKernel(HammingDistance()), DistanceKernel(EditDistance())],
    ids=["wl", "hamming", "edit"],
)
def test_another_kernel_is_another_study(kernel):
    one = of(strategy=BayesianOptimization())
    other = of(strategy=BayesianOptimization(GaussianProcess(kernel)))
    assert differing(one, other) == {"strategy.prior.kernel"}


def test_functions_are_told_by_their_name():
    assert of()["objective"].endswith("function")
    assert "0x" not in str(of())
