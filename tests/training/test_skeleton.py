"""Trainer(skeleton=…): cells in another skeleton, with the defaults as they were."""

import pickle
from dataclasses import replace

import numpy as np
import pytest
from torch import nn

from nbnas.baselines.known import plain
from nbnas.errors import ArchitectureError, SettingError
from nbnas.graphs.spaces.cell import CellSpace, cell
from nbnas.graphs.spaces.chain.space import ChainSpace
from nbnas.graphs.spaces.dag.space import DagSpace
from nbnas.graphs.spaces.operation import Operation
from nbnas.training.data.books import from_text
from nbnas.training.data.images import digits, from_arrays
from nbnas.training.networks.skeleton.skeleton import (
    CellSkeleton,
    nas_bench_101_skeleton,
    nas_bench_201_skeleton,
)
from nbnas.training.proxies.zero_cost import ZeroCost
from nbnas.training.seeds import train_seeds
from nbnas.training.trainer import Trainer

SMALL_201, SMALL_101 = (
    replace(skeleton(), channels=4, cells=1)
    for skeleton in (nas_bench_201_skeleton, lambda: replace(nas_bench_101_skeleton(), channels=8))
)
CELL = cell(["nor_conv_1x1", "none", "avg_pool_3x3", "skip_connect", "nor_conv_3x3", "none"])
DAG = DagSpace().parse("conv3x3-bn-relu,maxpool3x3|0-1,0-2,1-3,2-3")


@pytest.fixture(scope="module")
def data():
    return digits(train=120, validation=100)


def trainer(data, skeleton=SMALL_201, **settings):
    return Trainer(data, epochs=2, device="cpu", skeleton=skeleton, **settings)


def figures(evaluation):
    return [(r.train_loss, r.val_loss) for r in evaluation.reports]


@pytest.mark.parametrize(
    ("skeleton", "architecture"), [(SMALL_201, CELL), (SMALL_101, DAG)], ids=["201", "101"]
)
def test_it_is_trained_and_has_the_size_that_was_told(data, skeleton, architecture):
    made = trainer(data, skeleton)
    found = made(architecture, 3)
    size = skeleton.size(architecture, data.image_shape, data.classes)
    assert (found.parameters, found.multiply_adds) == (size.parameters, size.multiply_adds)
    assert figures(found) == figures(made(architecture, 3))
    assert figures(found) != figures(made(architecture, 4))


def test_a_good_cell_learns():
    skeleton = CellSkeleton(8, 1, 2)
    assert Trainer(digits(), epochs=6, device="cpu", skeleton=skeleton)(CELL, 0).value > 0.9


def test_a_study_remembers_a_skeleton_only_where_there_is_one(data):
    without, given = trainer(data, None).fingerprint(), trainer(data).fingerprint()
    assert "skeleton" not in without
    assert given.pop("skeleton") == (
        "CellSkeleton(channels=4, cells=1, stages=3, reduction='residual', stem='conv-bn', "
        "vertices='sum', head='bn-relu', prune=False)"
    )
    assert given == without
    assert trainer(data, CellSkeleton()).fingerprint() != trainer(data).fingerprint()
    again = pickle.loads(pickle.dumps(trainer(data)))  # as workers are sent it
    assert again.fingerprint() == trainer(data).fingerprint()
    assert "skeleton=CellSkeleton(channels=4" in repr(again)
    assert "skeleton" not in repr(trainer(data, None))


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"skeleton": "nas-bench-201"}, r"CellSkeleton such as nas_bench_201_skeleton\(\)"),
        ({"skeleton": CellSkeleton}, "call the class"),
        ({"channels": 16}, r"those of the skeleton, got channels=16 and skeleton="),
        ({"cells": 2}, r"got cells=2 and .*give them to the skeleton"),
        ({"network": lambda a, d: nn.Flatten()}, "a skeleton or a network of your own"),
        ({"skeleton": CellSkeleton(4, 1, 5, "average")}, "halved 4 times"),
    ],
    ids=str,
)
def test_what_does_not_go_together_is_refused(data, settings, said):
    with pytest.raises(SettingError, match=said):
        trainer(data, **settings)


def test_text_has_no_use_for_one():
    text = from_text("To be, or not to be, that is the question:\n" * 20, name="Hamlet")
    with pytest.raises(SettingError, match=r"no skeleton with text.*leave it out"):
        Trainer(text, skeleton=SMALL_201)


def test_a_whole_network_is_not_repeated(data):
    with pytest.raises(ArchitectureError, match="got the whole network"):
        trainer(data).start(ChainSpace().sample(0, 1)[0])


def test_settings_can_be_changed_and_known_networks_trained(data):
    made = trainer(data)
    assert replace(made, epochs=1).skeleton == SMALL_201
    assert plain.recipe(made).skeleton is None
    assert plain.train(made, rates=(1.0,)).status == "completed"


def test_own_operations_have_to_fit_every_stage(data):
    def widens(channels):
        return nn.Conv2d(channels, channels + (channels == 16), 1)

    space = CellSpace(("none", "skip_connect", Operation("widens", widens)))
    assert trainer(data, CellSkeleton(4, 1, 2)).for_space(space).operations
    with pytest.raises(SettingError, match=r"\(2, 16, 2, 2\), got \(2, 17, 2, 2\)"):
        trainer(data).for_space(space)


def test_own_operations_are_trained(data):
    def depthwise(channels):
        return nn.Conv2d(channels, channels, 3, padding=1, groups=channels)

    space = CellSpace(("none", "skip_connect", Operation("depthwise", depthwise)))
    made = trainer(data).for_space(space)
    architecture = space.parse("|depthwise~0|+|none~0|depthwise~1|+|none~0|none~1|depthwise~2|")
    size = SMALL_201.size(architecture, data.image_shape, operations=space.operations)
    assert made(architecture, 1).parameters == size.parameters


def test_seeds_side_by_side_begin_as_one_by_one(data):
    made = replace(trainer(data, threads=1), epochs=1)
    together = train_seeds(made, CELL, (0, 1))
    for seed, found in enumerate(together):
        alone = made(CELL, seed)
        assert found.reports[0].train_loss == pytest.approx(alone.reports[0].train_loss, rel=0.02)
        assert (found.parameters, found.multiply_adds) == (alone.parameters, alone.multiply_adds)


def test_zero_cost_scores_are_of_its_network(data):
    scored = ZeroCost(data, batch=16, device="cpu", skeleton=SMALL_201)
    size = SMALL_201.size(CELL, data.image_shape)
    assert scored(CELL)["params"] == size.parameters
    assert scored(CELL)["flops"] == size.multiply_adds
    assert scored(DAG)["params"] == SMALL_201.size(DAG, data.image_shape).parameters
    with pytest.raises(SettingError, match="got channels=4 and skeleton"):
        ZeroCost(data, channels=4, skeleton=SMALL_201)
    with pytest.raises(ArchitectureError, match="got the whole network"):
        scored(ChainSpace().sample(0, 1)[0])


@pytest.mark.parametrize("reduction", ["residual", "max"])
def test_odd_images_are_halved_to_a_pixel(reduction):
    images = np.random.default_rng(0).integers(0, 256, (60, 5, 7), dtype=np.uint8)
    odd = from_arrays("odd", images, np.arange(60) % 4)
    assert trainer(odd, CellSkeleton(4, 1, 5, reduction))(CELL).status == "completed"
