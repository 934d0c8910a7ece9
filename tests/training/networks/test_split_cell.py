import numpy as np
import pytest
import torch
from torch.nn.functional import max_pool2d

from nbnas.errors import ArchitectureError
from nbnas.graphs.architecture import LINK, Architecture
from nbnas.graphs.spaces.dag.space import DagSpace
from nbnas.training.networks.split_cell import SplitCell
from nbnas.training.networks.weights import initialize

# Edges, channels and the channels of the inner vertices: model_builder_test.py of nasbench.
CHANNELS = [
    ("0-1,1-2,2-3", 16, [16, 16]),
    ("0-1,0-2,1-3,2-3,3-4", 16, [16, 16, 16]),
    ("0-1,0-2,1-3,2-3", 8, [4, 4]),
    ("0-1,0-2,1-3,2-3", 15, [8, 7]),
    ("0-1,0-2,0-3,1-4,2-4,3-4", 8, [3, 3, 2]),
    ("0-1,0-2,0-3,1-4,2-4,3-4", 15, [5, 5, 5]),
    ("0-1,1-2,1-3,2-4,3-4", 8, [4, 4, 4]),
    ("0-1,1-2,1-3,2-4,3-4", 9, [5, 5, 4]),
    ("0-1,0-3,1-2,1-4,2-3,3-4", 8, [4, 4, 4]),
    ("0-1,0-3,1-2,1-4,2-3,3-4", 15, [8, 7, 7]),
]


@pytest.mark.parametrize(("edges", "channels", "expected"), CHANNELS)
def test_channels_are_those_of_the_benchmark(edges, channels, expected):
    names = ",".join(["conv1x1-bn-relu"] * len(expected))
    cell = SplitCell(DagSpace().parse(f"{names}|{edges}"), 8, channels)
    assert [cell.width(v) for v in cell.places] == expected


def normalized(x):
    mean, var = x.mean((0, 2, 3), keepdim=True), x.var((0, 2, 3), correction=0, keepdim=True)
    return (x - mean) / torch.sqrt(var + 1e-5)


def by_the_matrix(module, architecture, images):
    """The cell computed as the benchmark's program does, from the matrix of its edges."""
    v = len(architecture.nodes)
    matrix = np.zeros((v, v), int)
    for source, target, _ in architecture.edges:
        matrix[source, target] = 1

    def convolved(layers, x):
        kernel = layers[0].weight
        return normalized(torch.conv2d(x, kernel, padding=kernel.shape[-1] // 2)).relu()

    values, joined = [images], []
    for t in range(1, v - 1):
        width = module.width(t)
        terms = [values[s][:, :width] for s in range(1, t) if matrix[s, t]]
        if matrix[0, t]:
            terms.append(convolved(module.projections[str(t)], images))
        x = torch.stack(terms).sum(0)
        pools = architecture.nodes[t] == "maxpool3x3"
        values.append(max_pool2d(x, 3, 1, 1) if pools else convolved(module.operations[str(t)], x))
        joined += [values[t]] if matrix[t, v - 1] else []
    if not joined:
        return convolved(module.projections[str(v - 1)], images)
    total = torch.cat(joined, 1)
    if matrix[0, v - 1]:
        total = total + convolved(module.projections[str(v - 1)], images)
    return total


CELLS = (
    *(*DagSpace().sample(1, 12), DagSpace().parse("|0-1")),
    DagSpace().parse("conv1x1-bn-relu,conv3x3-bn-relu,maxpool3x3|0-1,0-2,0-4,1-2,1-3,1-4,2-4,3-4"),
)


@pytest.mark.parametrize("architecture", CELLS, ids=str)
@pytest.mark.parametrize(("inputs", "channels"), [(5, 10), (11, 11)])
def test_a_cell_computes_what_the_benchmark_s_does(architecture, inputs, channels):
    module = SplitCell(architecture, inputs, channels)
    initialize(module, torch.Generator().manual_seed(0))
    images = torch.randn(5, inputs, 6, 7, generator=torch.Generator().manual_seed(1))
    expected = by_the_matrix(module, architecture, images)
    assert expected.shape == (5, channels, 6, 7)
    torch.testing.assert_close(module(images), expected, atol=1e-4, rtol=1e-4)


def test_dead_vertices_cost_nothing_and_a_dead_cell_gives_zeros():
    nodes = ("input", "conv1x1-bn-relu", "conv3x3-bn-relu", "output")
    edges = ((0, 1, LINK), (0, 2, LINK), (1, 3, LINK))
    dangling = SplitCell(Architecture(nodes, edges, "dangling"), 4, 8)
    pruned = SplitCell(DagSpace().parse("conv1x1-bn-relu|0-1,1-2"), 4, 8)
    assert [w.shape for w in dangling.parameters()] == [w.shape for w in pruned.parameters()]
    dead = SplitCell(Architecture(nodes, edges[:2], "dead"), 4, 8)
    assert torch.equal(dead(torch.ones(2, 4, 5, 5)), torch.zeros(2, 8, 5, 5))


def test_too_few_channels_are_refused():
    cell = DagSpace().parse("maxpool3x3,maxpool3x3|0-1,0-2,1-3,2-3")
    with pytest.raises(ArchitectureError, match=r"at least 2 channels.*got channels=1 for 'maxp"):
        SplitCell(cell, 4, 1)
