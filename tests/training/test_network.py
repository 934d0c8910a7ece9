import pytest
import torch
from torch import nn
from torch.nn.functional import avg_pool2d, max_pool2d

from nbnas.errors import ArchitectureError, SettingError
from nbnas.graphs.architecture import LINK, Architecture
from nbnas.graphs.cell import OPERATIONS, CellSpace, cell
from nbnas.graphs.dag import DagSpace
from nbnas.training.cell import Cell, VertexCell, live_edges
from nbnas.training.data import digits
from nbnas.training.network import (
    build_network,
    check_operations,
    count_multiply_adds,
    count_parameters,
    initialize,
)
from nbnas.training.trainer import Trainer


def build(architecture, seed=0, shape=(1, 8, 8), **settings):
    generator = torch.Generator().manual_seed(seed)
    settings = {"classes": 10, **settings}
    return build_network(architecture, image_shape=shape, generator=generator, **settings)


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


@pytest.mark.parametrize("architecture", CellSpace().sample(3, 12), ids=str)
def test_cell_is_the_sum_of_its_edges(architecture):
    module = Cell(architecture, 4)
    initialize(module, torch.Generator().manual_seed(0))
    images = torch.randn(5, 4, 6, 6, generator=torch.Generator().manual_seed(1))
    torch.testing.assert_close(
        module(images), edge_by_edge(module, architecture, images), atol=1e-4, rtol=1e-4
    )


@pytest.mark.parametrize("word", OPERATIONS)
def test_every_operation_gives_scores(word):
    network = build(cell([word] * 6), shape=(3, 9, 7), cells=2, channels=4, classes=5)
    assert network(torch.randn(2, 3, 9, 7)).shape == (2, 5)


def test_any_number_of_vertices():
    two = Architecture(("input", "output"), ((0, 1, "nor_conv_3x3"),), "two")
    chain = (
        (0, 1, "nor_conv_1x1"),
        (1, 2, "skip_connect"),
        (2, 3, "avg_pool_3x3"),
        (3, 4, "none"),
    )
    for architecture in (two, Architecture(("input", *"abc", "output"), chain, "five")):
        assert build(architecture)(torch.randn(2, 1, 8, 8)).shape == (2, 10)


def test_dead_cell_shows_only_the_bias():
    network = build(cell(["nor_conv_3x3"] * 3 + ["none"] * 3)).eval()
    scores = network(torch.randn(3, 1, 8, 8))
    assert torch.equal(scores, network[-1].bias.expand(3, 10))


def test_dead_edges_cost_nothing():
    ends_nowhere = cell(["nor_conv_3x3", "none", "nor_conv_1x1", "skip_connect", "none", "none"])
    assert live_edges(ends_nowhere) == ((0, 3, "skip_connect"),)
    comes_from_nothing = cell(["none", "none", "nor_conv_3x3", "none", "nor_conv_3x3", "none"])
    assert live_edges(comes_from_nothing) == ()
    skip = cell(["none", "none", "none", "skip_connect", "none", "none"])
    assert count_parameters(build(ends_nowhere)) == count_parameters(build(skip))


def test_unknown_operation_lists_the_words():
    strange = Architecture(("input", "output"), ((0, 1, "conv_5x5"),), "strange")
    with pytest.raises(ArchitectureError, match=r"none.*nor_conv_1x1.*avg_pool_3x3.*conv_5x5"):
        build(strange)
    with pytest.raises(SettingError, match="channels=0"):
        build(cell(["none"] * 6), channels=0)


def test_weights_come_from_the_generator_alone():
    before = torch.random.get_rng_state()
    a, b, c = (build(cell(["nor_conv_3x3"] * 6), seed).state_dict() for seed in (7, 7, 8))
    assert torch.equal(before, torch.random.get_rng_state())
    assert all(torch.equal(a[key], b[key]) for key in a)
    assert not all(torch.equal(a[key], c[key]) for key in a)
    assert all(torch.isfinite(value).all() for value in a.values())


def test_initial_weights_have_the_documented_spread():
    network = build(cell(["nor_conv_3x3"] * 6), channels=32)
    conv = network[1].operations[0][1]
    assert conv.weight.std().item() == pytest.approx((2 / (9 * 32)) ** 0.5, rel=0.03)
    assert network[-1].weight.abs().max().item() <= 1 / 64**0.5
    norm = network[1].operations[0][2]
    assert norm.weight.unique().tolist() == norm.running_var.unique().tolist() == [1.0]
    assert norm.bias.abs().max() == norm.running_mean.abs().max() == 0


def test_counts_against_a_hand_count():
    network = build(cell(["nor_conv_1x1", *["none"] * 3, "nor_conv_3x3", "none"]))
    # stem 1->8, per stage one 1x1 and one 3x3, reduction 1x1 8->16, classifier 16->10
    weights = 72 + 64 + 576 + 128 + 256 + 2304
    norms = 2 * (8 + 2 * 8 + 16 + 2 * 16 + 16)
    assert count_parameters(network) == weights + norms + 16 * 10 + 10
    expected = 64 * (72 + 64 + 576) + 16 * (128 + 256 + 2304) + 160
    before = {key: value.clone() for key, value in network.state_dict().items()}
    assert count_multiply_adds(network, (1, 8, 8)) == expected
    assert network.training
    assert all(torch.equal(before[key], value) for key, value in network.state_dict().items())
    assert not any(module._forward_hooks for module in network.modules())


def test_only_known_modules_have_weights():
    network = build(cell(["nor_conv_3x3"] * 6))
    owners = {type(m) for m in network.modules() if list(m.parameters(recurse=False))}
    assert owners == {nn.Conv2d, nn.Linear, nn.BatchNorm2d}


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


def test_dead_vertices_cost_nothing():
    nodes = ("input", "conv1x1-bn-relu", "conv3x3-bn-relu", "output")
    dangling = Architecture(nodes, ((0, 1, LINK), (0, 2, LINK), (1, 3, LINK)), "dangling")
    pruned = DagSpace().parse("conv1x1-bn-relu|0-1,1-2")
    assert count_parameters(build(dangling)) == count_parameters(build(pruned))
    module = VertexCell(Architecture(nodes, ((0, 1, LINK), (0, 2, LINK)), "dead"), 4)
    assert torch.equal(module(torch.ones(1, 4, 5, 5)), torch.zeros(1, 4, 5, 5))


def test_vertex_cell_counts_against_a_hand_count():
    network = build(DagSpace().parse("conv1x1-bn-relu,maxpool3x3,conv3x3-bn-relu|0-1,1-2,2-3,3-4"))
    weights = 72 + 64 + 576 + 128 + 256 + 2304  # as for a 1x1 and a 3x3 on edges
    norms = 2 * (8 + 2 * 8 + 16 + 2 * 16 + 16)
    assert count_parameters(network) == weights + norms + 16 * 10 + 10
    expected = 64 * (72 + 64 + 576) + 16 * (128 + 256 + 2304) + 160
    assert count_multiply_adds(network, (1, 8, 8)) == expected


def test_a_dag_cell_trains():
    cell = DagSpace().parse("conv3x3-bn-relu,maxpool3x3,conv1x1-bn-relu|0-1,0-2,1-3,2-3,1-4,3-4")
    data = digits()
    first = Trainer(data, epochs=1, device="cpu")(cell, seed=1)
    assert first.status == "completed"
    assert first.value == Trainer(data, epochs=1, device="cpu")(cell, seed=1).value
    assert Trainer(data, epochs=6, device="cpu")(cell, seed=1).value > 0.9


def test_unknown_operation_of_a_vertex_lists_the_words():
    strange = Architecture(("input", "conv", "output"), ((0, 1, LINK), (1, 2, LINK)), "strange")
    with pytest.raises(ArchitectureError, match=r"conv3x3-bn-relu.*maxpool3x3; got conv in"):
        build(strange)
    mixed = Architecture(("input", "sum", "output"), ((0, 1, LINK), (1, 2, "none")), "mixed")
    with pytest.raises(ArchitectureError, match=r"none.*avg_pool_3x3; got link in"):
        build(mixed)


def chain(*labels):
    links = tuple((i, i + 1, LINK) for i in range(len(labels) + 1))
    return Architecture(("image", *labels, "output"), links, "chain")


def test_whole_networks_are_built_as_they_are():
    a, b = (build(chain("conv3x3:4", "relu", "dense:16"), seed, channels=3) for seed in (1, 1))
    scores = a(torch.randn(2, 1, 8, 8, generator=torch.Generator().manual_seed(0)))
    assert scores.shape == (2, 10)
    assert all(torch.equal(x, y) for x, y in zip(a.parameters(), b.parameters(), strict=True))


def test_whole_networks_are_checked_before_they_are_built():
    check_operations(chain("conv3x3:4", "pool"))
    with pytest.raises(ArchitectureError, match="'Conv 3'"):
        check_operations(chain("Conv 3"))
    with pytest.raises(ArchitectureError, match=r"conv3x3, .*dense.*got attention in"):
        check_operations(chain("attention:4"))
    wrong = Architecture(("image", "output"), ((0, 1, "skip_connect"),), "wrong")
    with pytest.raises(ArchitectureError, match="out of link; got skip_connect"):
        check_operations(wrong)


def test_recurrent_cells_are_sent_elsewhere():
    cell = Architecture(("x", "tanh", "h"), ((0, 1, LINK), (1, 2, LINK)), "recurrent")
    for use in (check_operations, build):
        with pytest.raises(ArchitectureError, match=r"training\.recurrent\.build_recurrent"):
            use(cell)
