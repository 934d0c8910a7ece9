import pytest
import torch
from torch.nn.functional import avg_pool2d, max_pool2d

from nbnas.graphs.architecture import LINK, Architecture
from nbnas.graphs.spaces.cell import OPERATIONS, CellSpace, cell
from nbnas.graphs.spaces.dag.space import DagSpace
from nbnas.training.networks.cell import OPERATIONS as MODULES
from nbnas.training.networks.cell import Cell, VertexCell, live_edges
from nbnas.training.networks.network import (
    count_multiply_adds,
    count_parameters,
)
from nbnas.training.networks.weights import initialize


def edge_by_edge(module, architecture, images):
    """The cell computed one edge at a time, with the convolutions cut out of the module's."""
    weights = {}
    for (source, _, targets), operation in zip(module.fans, module.operations, strict=True):
        for i, target in enumerate(targets):
            weights[source, target] = (operation, i)
    values = [images] + [torch.zeros_like(images) for _ in architecture.nodes[1:]]
    for source, target, word in architecture.edges:
        x = values[source]
        if word == "skip_connect":
            y = x
        elif word == "avg_pool_3x3":
            y = avg_pool2d(x, 3, 1, 1, count_include_pad=False)
        elif word == "none" or (source, target) not in weights:
            y = torch.zeros_like(x)
        else:
            operation, i = weights[source, target]
            c = images.shape[1]
            kernel = operation[1].weight[i * c : (i + 1) * c]
            y = torch.conv2d(x.relu(), kernel, padding=kernel.shape[-1] // 2)
            y = (y - y.mean((0, 2, 3), keepdim=True)) / torch.sqrt(
                y.var((0, 2, 3), correction=0, keepdim=True) + 1e-5
            )
        values[target] = values[target] + y
    return values[-1]


def test_average_pooling_leaves_channels_last_on_the_cpu():
    images = torch.randn(2, 3, 5, 5).contiguous(memory_format=torch.channels_last)
    pooled = MODULES["avg_pool_3x3"](3, 1)(images)
    assert pooled.is_contiguous(memory_format=torch.channels_last)
    assert torch.equal(pooled, avg_pool2d(images, 3, 1, 1, count_include_pad=False))


@pytest.mark.parametrize("architecture", CellSpace().sample(3, 12), ids=str)
def test_cell_is_the_sum_of_its_edges(architecture):
    module = Cell(architecture, 4)
    initialize(module, torch.Generator().manual_seed(0))
    images = torch.randn(5, 4, 6, 6, generator=torch.Generator().manual_seed(1))
    torch.testing.assert_close(
        module(images), edge_by_edge(module, architecture, images), atol=1e-4, rtol=1e-4
    )


@pytest.mark.parametrize("architecture", CellSpace().sample(8, 12), ids=str)
def test_a_cell_that_is_not_pruned_computes_every_edge(architecture):
    module = Cell(architecture, 4, prune=False)
    built = {(u, v) for u, _, targets in module.fans for v in targets}
    assert built == {(u, v) for u, v, word in architecture.edges if word != "none"}
    initialize(module, torch.Generator().manual_seed(0))
    images = torch.randn(5, 4, 6, 6, generator=torch.Generator().manual_seed(1))
    expected = edge_by_edge(module, architecture, images)
    torch.testing.assert_close(module(images), expected, atol=1e-4, rtol=1e-4)


def test_what_begins_with_nothing_learns_a_bias():
    module = Cell(cell(["none", "none", "nor_conv_1x1", "none", "none", "skip_connect"]), 2)
    assert not module.fans
    module = Cell(cell(["none", "none", "none", "none", "nor_conv_1x1", "none"]), 2, prune=False)
    with torch.no_grad():
        module.operations[0][2].bias.copy_(torch.tensor([1.0, -2.0]))
    given = module(torch.randn(3, 2, 4, 4))
    assert torch.equal(given, torch.tensor([1.0, -2.0])[:, None, None].expand(3, 2, 4, 4))


@pytest.mark.parametrize("word", OPERATIONS)
def test_every_operation_gives_scores(word, build):
    network = build(cell([word] * 6), shape=(3, 9, 7), cells=2, channels=4, classes=5)
    assert network(torch.randn(2, 3, 9, 7)).shape == (2, 5)


def test_any_number_of_vertices(build, chain):
    two = Architecture(("input", "output"), ((0, 1, "nor_conv_3x3"),), "two")
    chain = (
        (0, 1, "nor_conv_1x1"),
        (1, 2, "skip_connect"),
        (2, 3, "avg_pool_3x3"),
        (3, 4, "none"),
    )
    for architecture in (two, Architecture(("input", *"abc", "output"), chain, "five")):
        assert build(architecture)(torch.randn(2, 1, 8, 8)).shape == (2, 10)


def test_dead_cell_shows_only_the_bias(build):
    network = build(cell(["nor_conv_3x3"] * 3 + ["none"] * 3)).eval()
    scores = network(torch.randn(3, 1, 8, 8))
    assert torch.equal(scores, network[-1].bias.expand(3, 10))


def test_dead_edges_cost_nothing(build):
    ends_nowhere = cell(["nor_conv_3x3", "none", "nor_conv_1x1", "skip_connect", "none", "none"])
    assert live_edges(ends_nowhere) == ((0, 3, "skip_connect"),)
    comes_from_nothing = cell(["none", "none", "nor_conv_3x3", "none", "nor_conv_3x3", "none"])
    assert live_edges(comes_from_nothing) == ()
    skip = cell(["none", "none", "none", "skip_connect", "none", "none"])
    assert count_parameters(build(ends_nowhere)) == count_parameters(build(skip))


def normalized(x):
    mean, var = x.mean((0, 2, 3), keepdim=True), x.var((0, 2, 3), correction=0, keepdim=True)
    return (x - mean) / torch.sqrt(var + 1e-5)


def vertex_by_vertex(module, architecture, images):
    """The cell computed from the whole adjacency, dead vertices included."""
    values = [images]
    for vertex, label in enumerate(architecture.nodes[1:], 1):
        sources = [u for u, v, _ in architecture.edges if v == vertex]
        x = torch.stack([values[u] for u in sources]).sum(0) if sources else 0 * images
        if label.startswith("conv") and str(vertex) in module.operations:
            kernel = module.operations[str(vertex)][0].weight
            x = normalized(torch.conv2d(x, kernel, padding=kernel.shape[-1] // 2)).relu()
        elif label == "maxpool3x3":
            x = max_pool2d(x, 3, 1, 1)
        values.append(x)
    return values[-1]


@pytest.mark.parametrize("architecture", DagSpace().sample(1, 12), ids=str)
def test_vertex_cell_applies_operations_to_sums(architecture):
    module = VertexCell(architecture, 4)
    initialize(module, torch.Generator().manual_seed(0))
    images = torch.randn(5, 4, 6, 6, generator=torch.Generator().manual_seed(1))
    expected = vertex_by_vertex(module, architecture, images)
    torch.testing.assert_close(module(images), expected, atol=1e-4, rtol=1e-4)


def test_dead_vertices_cost_nothing(build):
    nodes = ("input", "conv1x1-bn-relu", "conv3x3-bn-relu", "output")
    dangling = Architecture(nodes, ((0, 1, LINK), (0, 2, LINK), (1, 3, LINK)), "dangling")
    pruned = DagSpace().parse("conv1x1-bn-relu|0-1,1-2")
    assert count_parameters(build(dangling)) == count_parameters(build(pruned))
    module = VertexCell(Architecture(nodes, ((0, 1, LINK), (0, 2, LINK)), "dead"), 4)
    assert torch.equal(module(torch.ones(1, 4, 5, 5)), torch.zeros(1, 4, 5, 5))


def test_vertex_cell_counts_against_a_hand_count(build):
    network = build(DagSpace().parse("conv1x1-bn-relu,maxpool3x3,conv3x3-bn-relu|0-1,1-2,2-3,3-4"))
    weights = 72 + 64 + 576 + 128 + 256 + 2304  # as for a 1x1 and a 3x3 on edges
    norms = 2 * (8 + 2 * 8 + 16 + 2 * 16 + 16)
    assert count_parameters(network) == weights + norms + 16 * 10 + 10
    expected = 64 * (72 + 64 + 576) + 16 * (128 + 256 + 2304) + 160
    assert count_multiply_adds(network, (1, 8, 8)) == expected
