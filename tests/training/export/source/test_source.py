import ast
import shutil
import subprocess

import pytest
import torch
from torch import nn

from nbnas.graphs.spaces.cell import CellSpace, cell
from nbnas.graphs.spaces.chain.space import ChainSpace
from nbnas.graphs.spaces.cnn.space import CnnSpace
from nbnas.graphs.spaces.dag.space import DagSpace
from nbnas.graphs.spaces.darts.space import DartsSpace
from nbnas.training.networks.skeleton.skeleton import CellSkeleton

SPACES = {
    "cells": (CellSpace(), (3, 16, 16), {"channels": 6, "cells": 2}),
    "dag": (DagSpace(), (1, 9, 7), {"channels": 4}),
    "darts": (DartsSpace(), (3, 9, 7), {"channels": 3}),
    "chain": (ChainSpace(), (3, 32, 32), {}),
    "cnn": (CnnSpace(), (1, 28, 28), {}),
}
ONES = [
    cell(["none"] * 6),
    cell(["skip_connect"] * 6),
    cell(["avg_pool_3x3"] * 6),
    cell(["nor_conv_3x3"] * 6),
    cell(["nor_conv_1x1", "nor_conv_1x1", "none", "none", "nor_conv_3x3", "nor_conv_3x3"]),
]


def architectures(name, number):
    """Some of a space, the light ones: a network of millions of weights shows nothing more."""
    space, shape, settings = SPACES[name]
    drawn = space.sample(7, number)
    light = sorted(drawn, key=lambda a: (sum(":" in n for n in a.nodes), len(a.text)))
    return light[: number if name in ("cells", "dag") else 5], shape, settings


def check_same(found, image_shape, *, all_weights=True):
    generator = torch.Generator().manual_seed(1)
    x = torch.randint(0, 256, (5, *image_shape), dtype=torch.uint8, generator=generator)
    with torch.no_grad():
        expected, got = found.trained(x), found.made(x)
    assert expected.std() > 0
    assert torch.isfinite(expected).all()
    torch.testing.assert_close(got, expected, rtol=1e-5, atol=1e-5)
    number = sum(weight.numel() for weight in found.made.parameters())
    whole = sum(weight.numel() for weight in found.trained.parameters())
    assert number == whole if all_weights else number <= whole


@pytest.mark.parametrize("name", SPACES)
def test_the_source_is_the_network(sourced, name):
    some, shape, settings = architectures(name, 24)
    assert some
    for architecture in some:
        check_same(sourced(architecture, shape, **settings), shape)


SKELETONS = {
    "201": CellSkeleton(4, 2, prune=False),
    "101": CellSkeleton(8, 3, 3, "max", "conv-bn-relu", "concatenate", "plain"),
    "max": CellSkeleton(5, 1, 3, "max"),
    "two": CellSkeleton(6, 2, 2, vertices="concatenate"),
    "one": CellSkeleton(6, 1, 1, stem="resnet"),
    "four": CellSkeleton(3, 1, 4, "average"),
}


@pytest.mark.parametrize("name", SKELETONS)
def test_the_source_of_a_network_by_a_skeleton_is_the_network(sourced, name, formatted):
    skeleton, shape = SKELETONS[name], (3, 16, 13)
    for architecture in (ONES[4], *CellSpace().sample(6, 2), *DagSpace().sample(6, 3)):
        found = sourced(architecture, shape, skeleton=skeleton)
        check_same(found, shape, all_weights=skeleton.prune)
        formatted(found.source.text)


def test_dead_ends_are_left_out_and_what_begins_with_nothing_is_not(sourced):
    architecture = cell(["none", "nor_conv_3x3", "nor_conv_1x1", "none", "nor_conv_3x3", "none"])
    text = sourced(architecture, skeleton=SKELETONS["201"]).source.text
    assert "edge_0_2" not in text
    assert "edge_1_2" not in text
    assert "        x1 = torch.zeros_like(x0)\n        return self.edge_1_3(x1)\n" in text


def test_reductions_have_one_class(sourced):
    text = sourced(ONES[3], skeleton=SKELETONS["201"]).source.text
    assert text.count("class Reduction(nn.Module)") == 1
    assert "nn.Conv2d(channels, 2 * channels, 3, stride=2, padding=1, bias=False)" in text
    assert "self.reduction_2 = Reduction(8)" in text
    assert "self.cells_3 = nn.Sequential(*(Cell(16) for _ in range(2)))" in text
    assert "self.reduction = Reduction(6)" in (
        sourced(ONES[3], skeleton=SKELETONS["two"]).source.text
    )


@pytest.mark.parametrize("architecture", ONES, ids=str)
def test_the_source_of_a_cell_is_the_network(sourced, architecture):
    check_same(sourced(architecture, cells=2), (3, 16, 16))


@pytest.fixture(scope="module")
def formatted(tmp_path_factory):
    """Takes texts; in the end they have to be as ruff formats them."""
    texts = set()
    yield texts.add
    folder = tmp_path_factory.mktemp("sources")
    for number, text in enumerate(sorted(texts)):
        (folder / f"{number}.py").write_text(text, encoding="utf-8")
    if ruff := shutil.which("ruff"):
        subprocess.run([ruff, "format", "--isolated", "--check", folder], check=True)


def test_the_source_of_every_space_is_formatted_and_needs_no_nbnas(sourced, tmp_path):
    ruff = shutil.which("ruff") or pytest.skip("ruff is not on the path")
    for name in SPACES:
        some, shape, settings = architectures(name, 8)
        for number, architecture in enumerate(some):
            text = sourced(architecture, shape, **settings).source.text
            (tmp_path / f"{name}_{number}.py").write_text(text, encoding="utf-8")
            imports = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Import)]
            imports += [x for x in ast.walk(ast.parse(text)) if isinstance(x, ast.ImportFrom)]
            assert "nbnas" not in " ".join(map(ast.unparse, imports))
    subprocess.run([ruff, "format", "--isolated", "--check", tmp_path], check=True)
    subprocess.run(
        [ruff, "check", "--isolated", "--select", "E4,E7,E9,F,I,B", tmp_path], check=True
    )


def test_names_of_users_come_through_as_they_are(sourced):
    found = sourced(ONES[3])
    assert found.module.CLASS_NAMES == (
        "a'b",
        'c"d',
        '"""\nimport os',
        "\u202egnp.exe",
        "{0}",
        "\\",
    )
    assert found.module.DATA == 'my \'data\' """'
    assert str(ONES[3]) == found.module.ARCHITECTURE
    assert all(letter.isprintable() or letter == "\n" for letter in found.source.text)


def test_classes_are_said_by_name(sourced):
    found = sourced(ONES[3])
    x = torch.randint(0, 256, (4, 3, 16, 16), dtype=torch.uint8)
    names = found.module.classify(found.made, x)
    assert names == [found.module.CLASS_NAMES[i] for i in found.trained(x).argmax(1)]


def test_equal_operations_have_one_function(sourced):
    text = sourced(ONES[3]).source.text
    assert text.count("def nor_conv_3x3(channels: int)") == 1
    assert text.count("nor_conv_3x3(channels)\n") == 6
    assert "nn.Conv2d(channels, channels, 3, padding=1, bias=False)" in text


def test_a_network_of_layers_in_a_row_is_written(take):
    network = nn.Sequential(
        nn.Conv2d(3, 4, 3), nn.GELU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 6)
    )
    found = take(network, ONES[0], (3, 8, 8))
    check_same(found, (3, 8, 8))
    assert "nn.GELU()" in found.source.text


def test_a_network_of_somebodys_own_is_not_written(take):
    class Mine(nn.Module):
        def forward(self, x):
            return x.mean((2, 3))

    assert take(Mine(), ONES[0], (3, 8, 8)).source is None
