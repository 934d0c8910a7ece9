"""Skeletons against what was published of the two benchmarks."""

import csv
import gzip

import pytest

from nbnas.brief import full
from nbnas.errors import ArchitectureError, SettingError
from nbnas.graphs.architecture import LINK, Architecture
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.graphs.spaces.chain.space import ChainSpace
from nbnas.graphs.spaces.dag.space import DagSpace
from nbnas.graphs.spaces.operation import Operation
from nbnas.training.networks.skeleton.skeleton import (
    CellSkeleton,
    nas_bench_101_skeleton,
    nas_bench_201_skeleton,
)

# Trainable parameters as they are in nasbench_only108.tfrecord: of the query in google-research's
# NASBench.ipynb, and of two records that others have printed (test accuracies of their first runs
# .9212 and .8939).
PUBLISHED_101 = {
    "conv1x1-bn-relu,conv3x3-bn-relu,conv3x3-bn-relu,conv3x3-bn-relu,maxpool3x3"
    "|0-1,0-2,0-3,0-5,1-6,2-6,3-4,4-6,5-6": 2_694_282,
    "conv3x3-bn-relu,maxpool3x3,conv3x3-bn-relu,conv3x3-bn-relu,conv1x1-bn-relu"
    "|0-1,0-4,0-5,1-2,2-3,2-6,3-5,4-5,5-6": 8_555_530,
    "maxpool3x3,conv3x3-bn-relu,maxpool3x3,conv1x1-bn-relu,maxpool3x3"
    "|0-1,0-3,1-2,1-4,1-5,2-6,3-4,4-5,5-6": 3_468_426,
}


@pytest.fixture(scope="module")
def published(nb201_path):
    """Each cell of NAS-Bench-201 with its parameters and multiply-adds, where they are right."""
    with gzip.open(nb201_path, "rt") as file:
        rows = [row for row in csv.DictReader(file) if row["cost_mismatch"] == "0"]
    assert len(rows) == 15_625 - 150
    return {
        row["arch_str"]: tuple(
            round(1e6 * float(row[name])) for name in ("c10_params_m", "c10_flops_m")
        )
        for row in rows
    }


def sizes(cells):
    skeleton, space = nas_bench_201_skeleton(), CellSpace()
    found = ((cell, skeleton.size(space.parse(cell))) for cell in cells)
    return {cell: (size.parameters, size.multiply_adds) for cell, size in found}


def test_sizes_of_cells_are_the_published_ones(published):
    some = {cell: published[cell] for cell in [*published][::50]}
    assert sizes(some) == some


@pytest.mark.slow
def test_sizes_of_all_cells_are_the_published_ones(published):
    assert sizes(published) == published


@pytest.mark.parametrize(("text", "parameters"), PUBLISHED_101.items(), ids=str)
def test_weights_of_nas_bench_101_are_the_published_ones(text, parameters):
    cell = DagSpace().parse(text)
    assert nas_bench_101_skeleton().size(cell).parameters == parameters


def test_one_hundred_classes_cost_as_published():
    cell = CellSpace().parse("|none~0|+|none~0|none~1|+|none~0|none~1|none~2|")
    ten, hundred = (nas_bench_201_skeleton().size(cell, classes=n) for n in (10, 100))
    assert hundred.parameters - ten.parameters == 5_850  # README of the published tables
    assert hundred.multiply_adds - ten.multiply_adds == 5_850


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"architecture": "|none~0|"}, "architecture to be an Architecture"),
        ({"image_shape": (3, 32)}, "image_shape to be the shape"),
        ({"classes": 0}, "classes to be a whole number"),
        ({"operations": ("tanh",)}, "operations to be a sequence"),
        ({"architecture": ChainSpace().sample(0, 1)[0]}, "got the whole network"),
    ],
    ids=str,
)
def test_what_has_no_size_is_refused(settings, said):
    given = {"architecture": CellSpace().sample(0, 1)[0]} | settings
    with pytest.raises((ArchitectureError, SettingError), match=said):
        nas_bench_201_skeleton().size(**given)


def test_unknown_operations_and_those_that_do_not_fit_are_refused():
    strange = Architecture(("input", "output"), ((0, 1, "tanh"),), "strange")
    with pytest.raises(ArchitectureError, match="got tanh"):
        CellSkeleton().size(strange)

    def fails(channels):
        raise ValueError("no")

    with pytest.raises(SettingError, match=r"operation 'tanh'.*in fails.*ValueError: no"):
        CellSkeleton().size(strange, operations=(Operation("tanh", fails),))


def test_channels_have_to_do_for_the_vertices():
    nodes = ("input", *["conv1x1-bn-relu"] * 3, "output")
    edges = [(0, v, LINK) for v in (1, 2, 3)] + [(v, 4, LINK) for v in (1, 2, 3)]
    wide = Architecture(nodes, tuple(edges), "wide")
    with pytest.raises(ArchitectureError, match=r"at least 3 channels.*got channels=2"):
        CellSkeleton(2, vertices="concatenate").size(wide)
    assert CellSkeleton(3, vertices="concatenate").size(wide).parameters > 0


@pytest.mark.parametrize("settings", [{"channels": 65_537}, {"cells": 10_001}, {"stages": 0}])
def test_a_skeleton_beyond_all_machines_is_refused(settings):
    (name,) = settings
    with pytest.raises(SettingError, match=f"{name} to be a whole number from 1 to"):
        CellSkeleton(**settings)


def test_it_is_told_in_one_line_and_remembered_in_full():
    assert repr(CellSkeleton()) == (
        "CellSkeleton(channels=16, cells=5, stages=3, reduction='residual')"
    )
    assert "prune" in repr(nas_bench_201_skeleton())
    for skeleton in (nas_bench_201_skeleton(), nas_bench_101_skeleton()):
        assert eval(repr(skeleton), {"CellSkeleton": CellSkeleton}) == skeleton
        assert len(repr(skeleton)) <= 200
    assert full(CellSkeleton()) == (
        "CellSkeleton(channels=16, cells=5, stages=3, reduction='residual', stem='conv-bn', "
        "vertices='sum', head='bn-relu', prune=True)"
    )
