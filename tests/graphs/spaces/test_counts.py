"""Sizes are counted from shapes alone, as they are of the networks that torch builds."""

import pytest
import torch

from nbnas.errors import ArchitectureError, SettingError
from nbnas.graphs.spaces.chain.space import ChainSpace
from nbnas.graphs.spaces.cnn.space import CnnSpace
from nbnas.graphs.spaces.cnn.starts import starts
from nbnas.graphs.spaces.counts import counts
from nbnas.training.networks.network import (
    build_network,
    count_multiply_adds,
    count_parameters,
)

SMALL_CNN = CnnSpace(image_size=28, colors=1, max_multiply_adds=3_000_000, max_parameters=60_000)
BOUNDED = (
    SMALL_CNN,
    CnnSpace(image_size=9, classes=3, max_parameters=4_000),
    CnnSpace(layers=(5, 9), units=(64, 256), max_multiply_adds=100_000),
    ChainSpace(depth=(1, 6), max_parameters=3_000),  # listed
    ChainSpace(depth=(2, 9), image_size=28, max_multiply_adds=2_000_000),  # drawn until one fits
    ChainSpace(depth=20, max_parameters=60),  # walked to
    ChainSpace(depth=(3, 20), colors=3, classes=4, max_parameters=900, max_multiply_adds=9_000),
)
whole = pytest.mark.parametrize("space", BOUNDED, ids=lambda space: repr(space)[:90])


def built(architecture, image_shape, classes):
    network = build_network(
        architecture, image_shape=image_shape, classes=classes, generator=torch.Generator()
    )
    return count_parameters(network), count_multiply_adds(network, image_shape)


@pytest.mark.parametrize(
    ("space", "image_shape", "classes"),
    [
        (CnnSpace(layers=(5, 20)), (3, 32, 32), 10),
        (CnnSpace(layers=(5, 20), units=(1, 40), image_size=9), (2, 9, 9), 3),
        (ChainSpace(depth=(1, 12), image_size=13), (1, 13, 13), 10),
        (ChainSpace(depth=(1, 5), image_size=5, channels=3, units=7), (4, 5, 5), 2),
    ],
)
def test_as_torch_counts_the_network_itself(space, image_shape, classes):
    for architecture in space.sample(0, 15):
        found = counts(architecture, image_shape, classes)
        assert (found.parameters, found.multiply_adds) == built(
            architecture, image_shape, classes
        ), architecture


@whole
def test_what_is_drawn_mutated_and_near_keeps_the_bounds(space):
    side = space.image_size
    drawn = space.sample(0, 12)
    assert space.sample(0, 12) == drawn
    mutated = [space.mutate(a, seed) for seed, a in enumerate(drawn)]
    near = [b for a in drawn[:2] for b in space.neighbors(a)]
    for architecture in (*drawn, *mutated, *near[:: max(1, len(near) // 10)]):
        assert architecture in space
        assert space.parse(str(architecture)) == architecture
        parameters, work = built(architecture, (space.colors, side, side), space.classes)
        assert parameters <= (space.max_parameters or parameters)
        assert work <= (space.max_multiply_adds or work)
    assert len(set(drawn)) > 3


def test_larger_ones_are_no_members_and_say_why():
    large = next(a for a in CnnSpace(image_size=28).sample(0, 50) if a not in SMALL_CNN)
    with pytest.raises(ArchitectureError, match=r"expected up to .* parameters, got [\d,]+"):
        SMALL_CNN.parse(str(large))
    space = ChainSpace(depth=2, max_multiply_adds=5_000)
    with pytest.raises(ArchitectureError, match="up to 5,000 multiply-adds, got 166,912"):
        space.parse("conv3x3-conv3x3")


def test_chains_that_fit_are_all_there_and_drawn_equally_often():
    space, every = ChainSpace(depth=(1, 3), max_parameters=2_000), ChainSpace(depth=(1, 3))
    fit = [a for a in every if counts(a, (1, 8, 8), 10).parameters <= 2_000]
    assert list(space) == fit
    assert space.size == len(fit) < every.size
    drawn = space.sample(0, 300 * len(fit))
    chi = sum((drawn.count(a) - 300) ** 2 / 300 for a in fit)
    assert chi < len(fit) + 4 * (2 * len(fit)) ** 0.5
    large = ChainSpace(depth=20, max_parameters=20_000)
    assert large.size is None
    with pytest.raises(SettingError, match="chains to list"):
        iter(large)


def test_nobody_is_trapped_in_a_chain_without_neighbours():
    space = ChainSpace(depth=1, max_parameters=200)
    assert [str(a) for a in space] == ["pool"]
    (only,) = space
    assert space.neighbors(only) == ()
    assert space.mutate(only, 0) == only


@pytest.mark.parametrize(
    ("make", "bounds", "why"),
    [
        (
            ChainSpace,
            {"depth": 3, "max_parameters": 19},
            "have 20 parameters or 10 m",
        ),
        (ChainSpace, {"depth": (1, 2), "max_multiply_adds": 30}, "or 40 multiply-adds"),
        (CnnSpace, {"max_parameters": 30}, "smallest ones have 40 parameters or 30 multiply"),
        (CnnSpace, {"layers": (9, 9), "units": (64, 99), "max_multiply_adds": 99}, "fewer layers"),
        (CnnSpace, {"max_parameters": 0}, "a whole number from 1"),
        (ChainSpace, {"max_multiply_adds": 1.5}, "a whole number from 1"),
        (ChainSpace, {"colors": 0}, "colors to be a whole number"),
    ],
)
def test_bounds_that_nothing_keeps_are_an_error_at_once(make, bounds, why):
    with pytest.raises(SettingError, match=why):
        make(**bounds)


def test_the_smallest_bound_that_is_named_can_be_kept():
    assert len(ChainSpace(depth=3, max_parameters=20).sample(0, 3)) == 3
    assert len(CnnSpace(max_parameters=40).sample(0, 3)) == 3


def test_without_bounds_all_is_as_it_was():
    assert repr(ChainSpace()) == "ChainSpace(depth=20, channels=16, units=64, image_size=8)"
    assert repr(CnnSpace()).endswith("image_size=32, degree=5, links=200)")
    assert "max_parameters=60000" in repr(SMALL_CNN)
    assert len(starts(CnnSpace())) == 12
    assert len(starts(CnnSpace(max_multiply_adds=50_000_000))) > 12


def test_both_bounds_together_find_what_neither_alone_would():
    space = ChainSpace(depth=(2, 6), max_parameters=400, max_multiply_adds=3_000)
    assert all(a in space for a in space.sample(0, 20))
