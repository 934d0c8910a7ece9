import pytest
import torch
from torch import nn

from nbnas.errors import ArchitectureError, SettingError
from nbnas.graphs.architecture import LINK, Architecture
from nbnas.graphs.spaces.cell import CellSpace, cell
from nbnas.graphs.spaces.chain.space import ChainSpace
from nbnas.graphs.spaces.cnn.space import CnnSpace
from nbnas.graphs.spaces.dag.space import DagSpace
from nbnas.graphs.spaces.recurrent.space import RecurrentSpace, gru, lstm, rnn
from nbnas.training.data.images import digits
from nbnas.training.networks.network import (
    check_operations,
    count_parameters,
    reads_text,
)
from nbnas.training.networks.recurrent import RecurrentNetwork, build_recurrent
from nbnas.training.trainer import Trainer

SPACES = (
    CellSpace(),
    DagSpace(),
    ChainSpace(),
    CnnSpace(layers=(5, 12), units=(4, 16), image_size=8),
    RecurrentSpace(),
)


def test_only_recurrent_cells_read_text():
    read = [type(s).__name__ for s in SPACES for a in s.sample(0, 3) if reads_text(a)]
    assert read == ["RecurrentSpace"] * 3


CLASSICAL = {"rnn": rnn(), "lstm": lstm(), "gru": gru()}
HAMLET = "to be or not to be, that is the question: "
TEXT = torch.tensor([ord(letter) % 11 for letter in HAMLET]).view(14, 3)


@pytest.fixture
def build_reader(build):
    def built(architecture, seed=0, **settings):
        return build(architecture, seed, None, **{"classes": 11, **settings})

    return built


@pytest.fixture
def check_reader(build_reader, step_lowers_the_loss):
    def check(architecture):
        network = build_reader(architecture, channels=6)
        logits, (states,) = network(TEXT[:-1])
        assert logits.shape == (13, 3, 11)
        assert {value.shape for value in states} == {(3, 6)}
        assert step_lowers_the_loss(network, TEXT[:-1], TEXT[1:], rate=0.05)

    return check


@pytest.mark.parametrize("architecture", CLASSICAL.values(), ids=CLASSICAL)
def test_classical_recurrent_cells_read_tokens_and_learn(architecture, check_reader):
    check_reader(architecture)


def test_published_recurrent_cells_read_tokens_and_learn(recipe_rows, check_reader):
    recipes = sorted({row["recipe"] for row in recipe_rows})
    for text in recipes[::24]:
        check_reader(RecurrentSpace().parse(text))


@pytest.mark.parametrize(
    ("architecture", "module"),
    [(rnn(), nn.RNN), (lstm(), nn.LSTM), (gru(), nn.GRU)],
    ids=CLASSICAL,
)
def test_classes_channels_and_cells_are_the_sizes_of_a_language_model(
    architecture, module, build_reader
):
    """Counted by torch's own layers, which have a second bias for each gate."""
    body = module(6, 6, 2)
    second = sum(p.numel() for name, p in body.named_parameters() if "bias_hh" in name)
    kept = 2 * 6 if module is nn.GRU else 0  # the bias that torch's GRU needs beside W x + b
    expected = sum(map(count_parameters, (nn.Embedding(11, 6), body, nn.Linear(6, 11))))
    network = build_reader(architecture, channels=6, cells=2)
    assert count_parameters(network) == expected - second + kept


def test_recurrent_cells_have_the_weights_of_build_recurrent(build_reader):
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


def test_an_image_shape_goes_with_images_alone(build, chain):
    with pytest.raises(SettingError, match=r"no image_shape .* got \(1, 8, 8\); leave it out"):
        build(gru())
    for architecture in (cell(["none"] * 6), chain("dense:4")):
        with pytest.raises(SettingError, match=r"image_shape=\(C, H, W\) .* got None for"):
            build(architecture, shape=None)


@pytest.mark.parametrize("name", ["classes", "channels", "cells"])
def test_sizes_of_a_language_model_are_at_least_one(name, build_reader):
    with pytest.raises(SettingError, match=f"at least one channel, cell and class.*{name}=0"):
        build_reader(rnn(), **{name: 0})


def test_recurrent_cells_are_checked_before_they_are_built(build_reader):
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
        with pytest.raises(ArchitectureError, match=r"reads images, got .*recurrent .*from_text"):
            use(lstm())
