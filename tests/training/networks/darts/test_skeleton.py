"""How large the networks are, against the published number, a count by hand, and the networks."""

import pytest
import torch

import nbnas as nb
from nbnas.errors import ArchitectureError, SettingError
from nbnas.training.networks.multiply_adds import count_multiply_adds, count_parameters
from nbnas.training.networks.network import build_network

SPACE = nb.DartsSpace()


def by_hand(channels, cells):
    """Parameters of DARTS_V2: eight kinds of layers, written out from the paper."""
    c_before = c_last = 3 * channels
    found = 3 * 9 * 3 * channels + 2 * 3 * channels  # the stem: a 3x3 convolution, normalised
    c = channels
    for i in range(cells):
        reduction = i in (cells // 3, 2 * cells // 3)
        c *= 2 if reduction else 1
        found += c_before * c + 2 * c  # 1x1, also in two halves
        found += c_last * c + 2 * c
        separable = 2 * (9 * c + c * c + 2 * c)  # depthwise 3x3, then 1x1, normalised; twice
        dilated = 9 * c + c * c + 2 * c
        # five separable convolutions and a dilated one; the reduction cell pools, and skips within
        found += 0 if reduction else 5 * separable + dilated
        c_before, c_last = c_last, 4 * c
    return found + c_last * 10 + 10


def test_darts_v2_has_the_published_number_of_parameters(published, reference):
    """3.3 M in table 1 of the paper; their code prints 3.349342 MB without the auxiliary head."""
    size = nb.darts_skeleton().size(published)
    assert size.parameters == by_hand(36, 20) == 3_349_342
    with torch.device("meta"):
        assert count_parameters(reference(published, 36, 20)) == 3_349_342
    assert round(size.multiply_adds / 1e6) == 528  # as others count for their table


@pytest.mark.parametrize(
    ("skeleton", "shape"),
    [
        (nb.DartsSkeleton(4, 5), (3, 9, 7)),
        (nb.DartsSkeleton(6, 3, 1), (1, 8, 8)),
        (nb.DartsSkeleton(3, 2, 0), (1, 4, 4)),
        (nb.DartsSkeleton(2, 2, 2), (1, 5, 6)),
    ],
    ids=repr,
)
def test_counts_are_those_of_the_network(skeleton, shape):
    for architecture in SPACE.sample(2, 2):
        network = build_network(
            architecture, image_shape=shape, classes=7, skeleton=skeleton,
            generator=torch.Generator(),
        )  # fmt: skip
        counted = (count_parameters(network), count_multiply_adds(network, shape))
        size = skeleton.size(architecture, shape, 7)
        assert counted == (size.parameters, size.multiply_adds)


def test_reduction_cells_stand_at_a_third_and_two_thirds():
    assert nb.darts_skeleton() == nb.DartsSkeleton(36, 20, 2)
    assert [nb.darts_skeleton(16, n).reducing for n in (20, 8, 3, 2, 1)] == [
        *((6, 13), (2, 5), (1, 2), (0, 1), (0,)),
    ]
    assert repr(nb.DartsSkeleton(8, 3, 1)) == "DartsSkeleton(channels=8, cells=3, reductions=1)"


def test_a_skeleton_takes_what_it_is_made_for(published):
    cell = nb.CellSpace().sample(0, 1)[0]
    with pytest.raises(ArchitectureError, match=r"expected a genotype .*nas_bench_201_skeleton\("):
        nb.darts_skeleton().size(cell)
    with pytest.raises(ArchitectureError, match=r"got a genotype .*such as darts_skeleton\(\)"):
        nb.nas_bench_201_skeleton().size(published)
    lying = nb.Architecture(published.nodes, published.edges[1:], published.text)
    with pytest.raises(ArchitectureError, match="expected a genotype"):
        nb.darts_skeleton().size(lying)


@pytest.mark.parametrize("wrong", [{"channels": 1}, {"cells": 0}, {"channels": 4.5}])
def test_settings_are_checked(wrong):
    with pytest.raises(SettingError, match=r"expected c.* to be a whole number"):
        nb.darts_skeleton(**wrong)


def test_a_trainer_makes_a_small_network_or_that_of_the_skeleton():
    data, (architecture,) = nb.digits(200, 200), SPACE.sample(0, 1)
    small = nb.Trainer(data, epochs=1, device="cpu", channels=4)
    told = nb.DartsSkeleton(4, 3, 1)
    given = nb.Trainer(data, epochs=1, device="cpu", skeleton=told)
    for trainer in (small, given):
        evaluation = trainer(architecture, seed=0)
        assert evaluation.error is None
        assert evaluation.parameters == told.size(architecture, (1, 8, 8)).parameters
    assert small(architecture, seed=1).value == given(architecture, seed=1).value
    with pytest.raises(ArchitectureError, match="expected a genotype"):
        given(nb.CellSpace().sample(0, 1)[0], seed=0)
