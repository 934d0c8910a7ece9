import pytest

from nbnas.errors import SettingError
from nbnas.training.networks.skeleton.plan import IMAGE_SHAPE, Plan, small_plan


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"channels": 0}, "channels to be a whole number from 1 to .*, got channels=0"),
        ({"cells": 1.5}, "cells to be a whole number"),
        ({"stages": 9}, "stages to be a whole number from 1 to 8, got stages=9"),
        ({"reduction": "stride"}, "reduction to be one of 'residual', 'average', 'max', got"),
        ({"stem": None}, "stem to be one of 'conv-bn', 'conv-bn-relu', 'resnet'"),
        ({"vertices": "add"}, "vertices to be one of 'sum', 'concatenate'"),
        ({"head": ""}, "head to be one of 'bn-relu', 'plain'"),
        ({"prune": "no"}, "prune to be True or False"),
    ],
    ids=str,
)
def test_what_is_not_allowed_is_refused_with_what_is(settings, said):
    with pytest.raises(SettingError, match=said):
        Plan(**settings)


@pytest.mark.parametrize(
    ("plan", "shape", "expected"),
    [
        (Plan(), (3, 32, 32), ((16, 32, 32), (32, 16, 16), (64, 8, 8))),
        (Plan(4), (1, 7, 10), ((4, 7, 10), (8, 4, 5), (16, 2, 3))),
        (Plan(4, reduction="max"), (1, 7, 1), ((4, 7, 1), (8, 4, 1), (16, 2, 1))),
        (Plan(4, reduction="average"), (1, 7, 10), ((4, 7, 10), (8, 3, 5), (16, 1, 2))),
        (Plan(8, stages=1, stem="resnet"), (3, 65, 64), ((8, 17, 16),)),
        (small_plan(8, 1), (1, 8, 8), ((8, 8, 8), (16, 4, 4))),
    ],
    ids=str,
)
def test_the_shapes_of_stages(plan, shape, expected):
    assert plan.shapes(shape) == expected
    assert plan.widths == tuple(width for width, _, _ in expected)


def test_images_too_small_for_the_stages_are_refused():
    with pytest.raises(SettingError, match=r"halved 3 times, got image_shape=\(1, 4, 9\)"):
        Plan(stages=4, reduction="average").shapes((1, 4, 9))


@pytest.mark.parametrize("shape", [None, (3, 32), (0, 8, 8), "abc", (3, 8, 1e3), {1, 2, 3}])
def test_what_is_no_shape_is_refused(shape):
    with pytest.raises(SettingError, match=r"three whole numbers"):
        IMAGE_SHAPE("image_shape", shape)


def test_equal_plans_are_one_key():
    assert {Plan(): 1}[Plan(16, 5, 3)] == 1
    assert Plan() != Plan(prune=False)
