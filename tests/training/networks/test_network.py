import pytest
import torch
from torch import nn
from torch.nn.functional import avg_pool2d, cross_entropy, max_pool2d

from nbnas.errors import ArchitectureError, SettingError
from nbnas.graphs.architecture import LINK, Architecture
from nbnas.graphs.spaces.cell import OPERATIONS, CellSpace, cell
from nbnas.graphs.spaces.chain.space import ChainSpace
from nbnas.graphs.spaces.cnn.space import CnnSpace
from nbnas.graphs.spaces.dag.space import DagSpace
from nbnas.graphs.spaces.recurrent.space import RecurrentSpace, gru, lstm, rnn
from nbnas.training.data.images import digits
from nbnas.training.networks.cell import OPERATIONS as MODULES
from nbnas.training.networks.cell import Cell, VertexCell, live_edges
from nbnas.training.networks.network import (
    build_network,
    check_operations,
    count_multiply_adds,
    count_parameters,
    initialize,
    reads_text,
)
from nbnas.training.networks.recurrent import RecurrentNetwork, build_recurrent
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


SPACES = (
    CellSpace(),
    DagSpace(),
    ChainSpace(),
    CnnSpace(layers=(5, 12), units=(4, 16), image_size=8),
    RecurrentSpace(),
)


def scores_of(network, x):
    return network(x)[0] if isinstance(network, RecurrentNetwork) else network(x)


def step_lowers_the_loss(network, x, y, rate):
    """Whether one step down the gradient of a batch makes the loss of that batch smaller."""
    losses, optimizer = [], torch.optim.SGD(network.parameters(), lr=rate)
    for _ in range(2):
        loss = cross_entropy(scores_of(network, x).flatten(0, -2), y.flatten())
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return losses[1] < losses[0]


@pytest.mark.parametrize("space", SPACES, ids=lambda space: type(space).__name__)
def test_what_every_space_samples_is_built_and_learns(space):
    for seed, architecture in enumerate(space.sample(2, 8)):
        source = torch.Generator().manual_seed(seed)
        if reads_text(architecture):
            network = build(architecture, seed, None)
            x = torch.randint(10, (7, 3), generator=source)
            y = x.roll(-1, 0)
        else:
            network = build(architecture, seed)
            x, y = torch.randn(6, 1, 8, 8, generator=source), torch.arange(6)
        assert scores_of(network, x).shape == (*y.shape, 10)
        assert step_lowers_the_loss(network, x, y, rate=0.001)


def test_only_recurrent_cells_read_text():
    read = [type(s).__name__ for s in SPACES for a in s.sample(0, 3) if reads_text(a)]
    assert read == ["RecurrentSpace"] * 3


CLASSICAL = {"rnn": rnn(), "lstm": lstm(), "gru": gru()}
HAMLET = "to be or not to be, that is the question: "
TEXT = torch.tensor([ord(letter) % 11 for letter in HAMLET]).view(14, 3)


def build_reader(architecture, seed=0, **settings):
    return build(architecture, seed, None, **{"classes": 11, **settings})


def check_reader(architecture):
    network = build_reader(architecture, channels=6)
    logits, (states,) = network(TEXT[:-1])
    assert logits.shape == (13, 3, 11)
    assert {value.shape for value in states} == {(3, 6)}
    assert step_lowers_the_loss(network, TEXT[:-1], TEXT[1:], rate=0.05)


@pytest.mark.parametrize("architecture", CLASSICAL.values(), ids=CLASSICAL)
def test_classical_recurrent_cells_read_tokens_and_learn(architecture):
    check_reader(architecture)


def test_published_recurrent_cells_read_tokens_and_learn(recipe_rows):
    recipes = sorted({row["recipe"] for row in recipe_rows})
    for text in recipes[::24]:
        check_reader(RecurrentSpace().parse(text))


@pytest.mark.parametrize(
    ("architecture", "module"),
    [(rnn(), nn.RNN), (lstm(), nn.LSTM), (gru(), nn.GRU)],
    ids=CLASSICAL,
)
def test_classes_channels_and_cells_are_the_sizes_of_a_language_model(architecture, module):
    """Counted by torch's own layers, which have a second bias for each gate."""
    body = module(6, 6, 2)
    second = sum(p.numel() for name, p in body.named_parameters() if "bias_hh" in name)
    kept = 2 * 6 if module is nn.GRU else 0  # the bias that torch's GRU needs beside W x + b
    expected = sum(map(count_parameters, (nn.Embedding(11, 6), body, nn.Linear(6, 11))))
    network = build_reader(architecture, channels=6, cells=2)
    assert count_parameters(network) == expected - second + kept


def test_recurrent_cells_have_the_weights_of_build_recurrent():
    settings = {"channels": 5, "cells": 2}
    a, other = (build_reader(lstm(), seed, **settings).state_dict() for seed in (4, 5))
    network = build_recurrent(
        lstm(),
        vocabulary=11,
        embedding=5,
        hidden=5,
        layers=2,
        generator=torch.Generator().manual_seed(4),
    )
    b = network.state_dict()
    assert isinstance(build_reader(lstm()), RecurrentNetwork)
    assert a.keys() == b.keys()
    assert all(torch.equal(a[key], b[key]) for key in a)
    assert not all(torch.equal(a[key], other[key]) for key in a)


def test_an_image_shape_goes_with_images_alone():
    with pytest.raises(SettingError, match=r"no image_shape .* got \(1, 8, 8\); leave it out"):
        build(gru())
    for architecture in (cell(["none"] * 6), chain("dense:4")):
        with pytest.raises(SettingError, match=r"image_shape=\(C, H, W\) .* got None for"):
            build(architecture, shape=None)


@pytest.mark.parametrize("name", ["classes", "channels", "cells"])
def test_sizes_of_a_language_model_are_at_least_one(name):
    with pytest.raises(SettingError, match=f"at least one channel, cell and class.*{name}=0"):
        build_reader(rnn(), **{name: 0})


def test_recurrent_cells_are_checked_before_they_are_built():
    for architecture in CLASSICAL.values():
        check_operations(architecture)
    plain = Architecture(("x", "tanh", "h"), ((0, 1, LINK), (1, 2, LINK)), "recurrent")
    strange = Architecture(rnn().nodes, rnn().edges, str(rnn()).replace("tanh", "sine"))
    other_graph = Architecture(gru().nodes, gru().edges, str(rnn()))
    for architecture, message in (
        (plain, "JSON of a recipe"),
        (strange, "activation_sine"),
        (other_graph, "the graph of the recipe"),
    ):
        for use in (check_operations, build_reader):
            with pytest.raises(ArchitectureError, match=message):
                use(architecture)


def test_a_trainer_of_images_refuses_recurrent_cells_before_it_trains():
    trainer = Trainer(digits(), epochs=1, device="cpu")
    for use in (trainer, trainer.start, trainer.test):
        with pytest.raises(ArchitectureError, match=r"reads images, got .*recurrent .*build_netw"):
            use(lstm())
