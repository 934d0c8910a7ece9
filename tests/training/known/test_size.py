"""Counts that are known without training are those of the evaluation of a training."""

import time
import warnings

import numpy as np
import pytest
import torch
from torch import nn

from nbnas.errors import ArchitectureError, SettingError, StudyMismatchError
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.graphs.spaces.chain.space import ChainSpace
from nbnas.graphs.spaces.dag.space import DagSpace
from nbnas.graphs.spaces.joint.integer import Integer
from nbnas.graphs.spaces.joint.real import Real
from nbnas.graphs.spaces.joint.space import JointSpace
from nbnas.graphs.spaces.operation import Operation
from nbnas.graphs.spaces.recurrent.space import RecurrentSpace
from nbnas.records import ACCURACY, MULTIPLY_ADDS, PARAMETERS, Measure
from nbnas.records.goals.constraint import at_most
from nbnas.search.search import Search
from nbnas.search.strategies.bayesian import BayesianOptimization
from nbnas.search.strategies.random import RandomSearch
from nbnas.training.data.books import from_text
from nbnas.training.data.images import from_arrays
from nbnas.training.networks.skeleton.skeleton import (
    CellSkeleton,
    nas_bench_101_skeleton,
)
from nbnas.training.repeated import RepeatedTrainer
from nbnas.training.trainer import Trainer

BOTH = (PARAMETERS, MULTIPLY_ADDS)
SPACE = CellSpace()
FEW = CellSpace(("none", "skip_connect", "nor_conv_3x3"))


def depthwise(channels):
    return nn.Conv2d(channels, channels, 5, padding=2, groups=channels)


class Attends(nn.Module):
    """Its products of matrices belong to no layer."""

    def __init__(self, channels):
        super().__init__()
        self.weight = nn.Parameter(torch.rand(channels, channels))

    def forward(self, images):
        return torch.einsum("nchw,cd->ndhw", images, self.weight)


def perceptron(architecture, data):
    width = 1 + len(architecture.edges)
    shape = data.image_shape
    return nn.Sequential(
        nn.Flatten(), nn.Linear(int(np.prod(shape)), width), nn.Linear(width, data.classes)
    )


OWN = CellSpace(
    ("none", "nor_conv_3x3", Operation("deep", depthwise), Operation("attends", Attends))
)
SMALL = CellSkeleton(channels=4, cells=2, stages=3)
SPLIT = nas_bench_101_skeleton()


@pytest.fixture(scope="module")
def pictures():
    rng = np.random.default_rng(0)
    labels = np.arange(60) % 3
    images = rng.normal(size=(60, 2, 9, 8))
    return from_arrays("toy", images, labels, train=30, validation=15)


@pytest.fixture(scope="module")
def text(tmp_path_factory):
    path = tmp_path_factory.mktemp("text") / "book.txt"
    path.write_text("to be or not to be, that is the question. " * 40, encoding="utf-8")
    return from_text(path)


@pytest.mark.parametrize(
    ("space", "settings"),
    [
        (SPACE, {}),
        (SPACE, {"channels": 5, "cells": 2}),
        (SPACE, {"skeleton": SMALL}),
        (DagSpace(), {"channels": 4}),
        (DagSpace(), {"skeleton": CellSkeleton(8, 1, 2, vertices="concatenate", reduction="max")}),
        (ChainSpace(), {}),
        (OWN, {"operations": OWN.operations}),
        (OWN, {"operations": OWN.operations, "skeleton": SMALL}),
        (SPACE, {"network": perceptron}),
    ],
    ids=lambda given: ", ".join(given) if isinstance(given, dict) else str(given),
)
def test_counts_are_those_of_the_evaluation(pictures, space, settings):
    trainer = Trainer(pictures, epochs=1, batch_size=16, device="cpu", **settings)
    for architecture in space.sample(3, 3):
        told = trainer(architecture)
        assert told.status == "completed"
        known = [trainer.known(measure)(architecture) for measure in BOTH]
        assert known == [told.parameters, told.multiply_adds]


def test_counts_of_text_are_those_of_the_evaluation(text):
    trainer = Trainer(text, epochs=1, channels=6, cells=2, batch_size=4, device="cpu")
    for architecture in RecurrentSpace().sample(3, 2):
        told = trainer(architecture)
        known = [trainer.known(measure)(architecture) for measure in BOTH]
        assert known == [told.parameters, told.multiply_adds]


def test_repeated_trainings_tell_what_is_trained(pictures):
    full = max(SPACE.sample(0, 20), key=lambda a: str(a).count("conv"))
    trainer = Trainer(pictures, epochs=1, batch_size=16, device="cpu")
    for chosen in (None, lambda architecture: full):
        repeated = RepeatedTrainer(trainer, (1, 2), chosen)
        told = repeated(SPACE.sample(5, 1)[0])
        known = [repeated.known(measure)(told.architecture) for measure in BOTH]
        assert known == [told.parameters, told.multiply_adds]


def test_the_settings_of_an_architecture_are_followed(pictures):
    space = JointSpace(SPACE, channels=Integer(2, 9), learning_rate=Real(0.01, 0.2, log=True))
    trainer = Trainer(pictures, epochs=1, batch_size=16, device="cpu").for_space(space)
    cells = space.sample(2, 4)
    assert len({dict(a.settings)["channels"] for a in cells}) > 1
    for told in map(trainer, cells):
        known = [trainer.known(measure)(told.architecture) for measure in BOTH]
        assert known == [told.parameters, told.multiply_adds]


def test_nothing_else_is_known(pictures):
    trainer = Trainer(pictures)
    assert trainer.known(ACCURACY) is None
    assert trainer.known(Measure("latency", "ms", maximize=False)) is None
    assert trainer.known(Measure("parameters")) is None  # of which more would be better
    with pytest.raises(SettingError, match="measure"):
        trainer.known("parameters")


def test_what_cannot_be_trained_is_an_error(pictures):
    known = Trainer(pictures).known(PARAMETERS)
    with pytest.raises(ArchitectureError, match="reads text"):
        known(RecurrentSpace().sample(0, 1)[0])
    with pytest.raises(ArchitectureError, match="expected operations out of"):
        known(OWN.parse(str(OWN.sample(0, 1)[0]).replace("none", "deep")))
    with pytest.raises(ArchitectureError, match="whole network"):
        Trainer(pictures, skeleton=SMALL).known(PARAMETERS)(ChainSpace().sample(0, 1)[0])


def test_a_network_that_cannot_be_made_has_no_number(pictures):
    def picky(architecture, data):
        if "nor_conv_3x3" in str(architecture):
            raise ValueError("no such kernels here")
        return perceptron(architecture, data)

    known = Trainer(pictures, network=picky).known(PARAMETERS)
    good = next(a for a in SPACE.sample(0, 50) if "nor_conv_3x3" not in str(a))
    bad = next(a for a in SPACE.sample(0, 50) if "nor_conv_3x3" in str(a))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert known(good) > 0
    with pytest.warns(UserWarning, match="in picky.*no such kernels here"):
        assert np.isnan(known(bad))


def test_torchs_own_generator_is_left_alone(pictures):
    before = torch.get_rng_state()
    Trainer(pictures, network=perceptron).known(PARAMETERS)(SPACE.sample(0, 1)[0])
    assert torch.equal(before, torch.get_rng_state())


def test_many_cells_are_counted_quickly(pictures):
    cells = SPACE.sample(0, 400)
    known = Trainer(pictures).known(PARAMETERS)
    known(cells[0])
    began = time.process_time()
    found = known.values(cells)
    assert time.process_time() - began < 2  # about 0.1; meta networks took half a minute
    assert len(set(found)) > 10


def test_a_search_proposes_only_what_fits(pictures, tmp_path):
    trainer = Trainer(pictures, epochs=1, batch_size=16, device="cpu")
    most = float(np.median(trainer.known(PARAMETERS).values(FEW.sample(0, 100))))
    asked = {"store": tmp_path / "s.db", "seed": 3, "constraints": (at_most("parameters", most),)}
    search = Search(FEW, trainer, BayesianOptimization(initial=3), **asked)
    search.run(5)
    assert all(0 <= told.parameters <= most for told in search.observations)
    again = Search(FEW, trainer, BayesianOptimization(initial=3), **asked)
    assert len(again.observations) == 5
    with pytest.raises(StudyMismatchError, match="limit 1"):
        Search(
            FEW,
            trainer,
            BayesianOptimization(initial=3),
            **{**asked, "constraints": (at_most("parameters", 2 * most),)},
        )


def test_a_known_goal_makes_a_front(pictures):
    trainer = Trainer(pictures, epochs=1, batch_size=16, device="cpu")
    search = Search(FEW, trainer, RandomSearch(), goals=(ACCURACY, PARAMETERS))
    search.run(6)
    assert [known.measure for known in search.goals.known] == [PARAMETERS]
    sizes = [told.parameters for told in search.front]
    assert sizes == sorted(sizes)
    assert min(e.parameters for e in search.observations) == sizes[0]
