import json

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn.functional import cross_entropy

from nbnas.errors import ArchitectureError, SettingError
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.graphs.spaces.recurrent.space import RecurrentSpace, gru, lstm, rnn
from nbnas.training.networks.network import count_parameters
from nbnas.training.networks.recurrent import RecurrentNetwork, build_recurrent, initialize
from nbnas.training.networks.recurrent_cell import RecurrentCell

SPACE = RecurrentSpace()
WORDS = 33_278  # tokens of WikiText-2


def build(architecture, seed=0, **sizes):
    sizes = {"vocabulary": 11, "embedding": 5, "hidden": 7, **sizes}
    return build_recurrent(architecture, generator=torch.Generator().manual_seed(seed), **sizes)


def evaluate(recipe, cell, x, states):
    """A step computed from the JSON by recursion; `cell` only lends its weights."""

    def value(name):
        if name == "x":
            return x
        if name.startswith("h_prev_"):
            return states[int(name[7:])]
        op, sources = recipe[name]["op"], [value(source) for source in recipe[name]["input"]]
        if op == "linear":
            weights, bias = cell.weights(name)
            return bias + sum(s @ w.T for s, w in zip(sources, weights, strict=True))
        if op == "blend":
            return sources[0] * sources[1] + (1 - sources[0]) * sources[2]
        return {
            "elementwise_sum": lambda: torch.stack(sources).sum(0),
            "elementwise_prod": lambda: torch.stack(sources).prod(0),
            "activation_tanh": lambda: nn.Tanh()(sources[0]),
            "activation_sigm": lambda: nn.Sigmoid()(sources[0]),
            "activation_leaky_relu": lambda: nn.LeakyReLU()(sources[0]),
        }[op]()

    return tuple(value(f"h_new_{k}") for k in range(len(states)))


def test_every_published_cell_takes_a_step(recipe_rows, cell_of, random_inputs):
    recipes = {row["recipe"] for row in recipe_rows}
    assert len(recipes) == 291
    for text in recipes:
        a = SPACE.parse(text)
        cell = cell_of(a)
        x, states = random_inputs(cell)
        new = cell(x, states)
        expected = evaluate(json.loads(str(a)), cell, x, states)
        assert len(new) == len(states)
        for one, other in zip(new, expected, strict=True):
            torch.testing.assert_close(one, other, atol=1e-5, rtol=1e-5)


def test_parameters_are_as_many_as_published(recipe_rows):
    """3 layers of 600, 600 and 400, the decoder's weights tied to the embedding of 400."""
    for row in recipe_rows:
        a = SPACE.parse(row["recipe"])
        with torch.device("meta"):
            cells = [RecurrentCell(a, i, h) for i, h in ((400, 600), (600, 600), (600, 400))]
        own = WORDS * 400 + WORDS
        assert own + sum(map(count_parameters, cells)) == int(row["num_params"])


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_sampled_cells_build(seed):
    a = SPACE.sample(seed, 1)[0]
    network = build(SPACE.mutate(a, seed), layers=2)
    logits, state = network(torch.zeros(2, 3, dtype=torch.int64))
    assert logits.shape == (2, 3, 11)
    assert logits.isfinite().all()
    assert [len(states) for states in state] == [network.layers[0].hidden_states] * 2


def test_text_can_be_read_in_pieces(generator):
    network = build(lstm(), layers=2)
    tokens = torch.randint(11, (6, 3), generator=generator())
    whole, end = network(tokens)
    first, state = network(tokens[:2])
    second, again = network(tokens[2:], state)
    torch.testing.assert_close(torch.cat([first, second]), whole)
    torch.testing.assert_close(again, end)


@pytest.mark.parametrize(
    "architecture",
    [rnn(), lstm(), gru(), SPACE.sample(5, 1)[0]],
    ids=("rnn", "lstm", "gru", "sampled"),
)
def test_training_lowers_the_loss(architecture):
    text = torch.tensor([ord(c) % 11 for c in "to be or not to be, that is the question "])[
        :, None
    ]
    network = build(architecture)
    optimizer = torch.optim.SGD(network.parameters(), lr=0.1)
    losses = []
    for _ in range(4):
        logits, _ = network(text[:-1])
        loss = cross_entropy(logits.flatten(0, 1), text[1:].flatten())
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        assert all(p.grad is not None and p.grad.any() for p in network.layers[0].parameters())
        optimizer.step()
    assert losses == sorted(losses, reverse=True)


def test_weights_follow_the_seed_and_leave_torchs_generator_alone():
    before = torch.get_rng_state()
    one, same, other = (build(lstm(), seed, layers=2) for seed in (3, 3, 4))
    assert torch.equal(before, torch.get_rng_state())
    for a, b, c in zip(one.parameters(), same.parameters(), other.parameters(), strict=True):
        assert a.device.type == "cpu"
        assert torch.equal(a, b)
        assert not torch.equal(a, c) or not a.any()
    assert isinstance(one, RecurrentNetwork)


def test_weights_are_spread_as_in_the_benchmark(generator):
    network = build(gru(), vocabulary=200, embedding=20, hidden=25)
    initialize(network, generator(1))
    for cell in network.layers:
        for p in cell.parameters():
            assert p.detach().abs().max() <= 0.2
        assert cell.linears[0].weight.detach().std().item() == pytest.approx(
            0.2 / 3**0.5, rel=0.05
        )
    assert network.decoder.weight.detach().std().item() == pytest.approx(0.1 / 3**0.5, rel=0.05)
    assert network.embedding.weight.detach().std().item() == pytest.approx(1, rel=0.05)
    assert not network.decoder.bias.detach().any()


def test_refuses_what_it_cannot_build_or_read():
    with pytest.raises(ArchitectureError, match="JSON of a recipe"):
        build(CellSpace().sample(0, 1)[0])
    with pytest.raises(SettingError, match=r"at least 1, got .*'hidden': 0"):
        build(rnn(), hidden=0)
    network = build(lstm())
    with pytest.raises(SettingError, match="tokens"):
        network(torch.zeros(3, dtype=torch.int64))
    with pytest.raises(SettingError, match="1 layers, got 2"):
        network(torch.zeros(1, 3, dtype=torch.int64), [(), ()])
    with pytest.raises(SettingError, match="2 states, got 1"):
        network.layers[0](torch.zeros(1, 5), (torch.zeros(1, 7),))
    with pytest.raises(SettingError, match="linear node, got 'h_new_0'"):
        network.layers[0].weights("h_new_0")
