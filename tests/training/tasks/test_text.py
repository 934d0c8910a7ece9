import math

import numpy as np
import pytest
import torch
from by_hand import Torchs, train_by_hand
from torch import nn
from torch.nn.functional import nll_loss

import nbnas as nb
from nbnas.errors import ArchitectureError, SettingError
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.graphs.spaces.recurrent.space import RecurrentSpace, gru, lstm, rnn
from nbnas.training.device import Place
from nbnas.training.networks.recurrent import RecurrentNetwork
from nbnas.training.repeated import RepeatedTrainer
from nbnas.training.run import network_of
from nbnas.training.tasks.of_recipe import task_of

LINES = "to be, or not to be: that is the question\nwhether it is nobler\n" * 12


@pytest.fixture(scope="module")
def text():
    return nb.from_text(LINES, name="lines")


def small(text, **settings):
    given = {"epochs": 2, "batch_size": 4, "sequence": 8, "channels": 12, "device": "cpu"}
    return nb.Trainer(text, **{**given, **settings})


def task(trainer):
    return task_of(trainer, Place(), torch.Generator().manual_seed(0))


def test_streams_are_the_text_and_pieces_follow_each_other(text):
    trainer = small(text)
    made = task(trainer)
    train, held_out = made.parts(final=False)
    assert (train[0].equal(text.train), held_out[0].equal(text.val)) == (True, True)
    pieces = list(made.batches(train))
    assert len(pieces) == made.batches_of(train)
    x, y = (torch.cat(each) for each in zip(*pieces, strict=True))
    length = (len(text.train) - 1) // 4
    assert x.T.flatten().equal(text.train[: 4 * length])
    assert y.T.flatten().equal(text.train[1 : 4 * length + 1])
    assert {len(piece) for piece, _ in pieces[:-1]} == {8}


def test_final_trains_on_both_parts_and_tests_on_the_third(text):
    learned, held_out = task(small(text)).parts(final=True)
    assert learned[0].equal(torch.cat([text.train, text.val]))
    assert held_out[0].equal(text.test)
    trainer = small(text, epochs=1)
    assert trainer.test(lstm(), 3) == trainer.start(lstm(), 3, final=True).run().value


def test_every_token_but_the_first_counts_once(text):
    trainer = small(text)
    network = network_of(trainer, lstm(), torch.Generator().manual_seed(0))
    for length in (2, 3, 32, 33, 34, 75):
        tokens = text.val[:length]
        found = task(trainer).figures(network, (tokens,))
        streams = torch.arange(length - 1).split(math.ceil((length - 1) / 32))
        with torch.no_grad():
            chances = [network(tokens[s][:, None])[0][:, 0].log_softmax(1) for s in streams]
        expected = nll_loss(torch.cat(chances), tokens[1:]).item()
        assert found[nb.LOG_LOSS] == pytest.approx(expected, rel=1e-5)
        assert found[nb.PERPLEXITY] == pytest.approx(math.exp(expected), rel=1e-5)
        assert found[nb.BITS_A_CHARACTER] == pytest.approx(expected / math.log(2), rel=1e-5)


def test_the_loop_is_the_one_written_by_hand(text):
    trainer = small(text)
    training = trainer.start(lstm(), 5)
    evaluation = training.run()
    network = network_of(trainer, lstm(), torch.Generator().manual_seed(5))
    steps = train_by_hand(trainer, Flat(network))
    half = len(steps) // 2
    weights = [len(x) for x, _ in task(trainer).batches((text.train,))]
    expected = [np.average(each, weights=weights) for each in (steps[:half], steps[half:])]
    assert [r.train_loss for r in evaluation.reports] == pytest.approx(expected, rel=1e-5)
    for mine, theirs in zip(training.network.parameters(), network.parameters(), strict=True):
        torch.testing.assert_close(mine, theirs, rtol=1e-4, atol=1e-6)


class Flat(nn.Module):
    """A network of one layer whose state is that of the layer."""

    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, tokens, state):
        logits, (state,) = self.network(tokens, None if state is None else (state,))
        return logits, state


def test_an_evaluation_says_what_was_measured(text):
    training = small(text).start(gru(), 1)
    found = training.run()
    assert [*found.measured] == ["bits a character", "perplexity", "log loss"]
    last = found.reports[-1]
    assert found.value == last.value == found.measured["bits a character"]
    assert last.val_loss == found.measured["log loss"]
    assert math.isnan(last.val_accuracy)
    assert math.isnan(last.train_accuracy)
    assert found.parameters == sum(p.numel() for p in training.network.parameters())
    linears = [each for each in training.network.modules() if isinstance(each, nn.Linear)]
    assert found.multiply_adds == sum(each.weight.numel() for each in linears)
    assert "epoch 2 of 2, bits a character " in repr(training)
    assert training.counted == "characters"


def test_the_same_seed_gives_the_same_numbers_and_another_others(text):
    before = torch.get_rng_state()
    trainer = small(text, epochs=1, dropout=0.3)
    a, b, c = (trainer(rnn(), seed).value for seed in (1, 1, 2))
    assert a == b != c
    assert torch.equal(before, torch.get_rng_state())


def test_each_setting_has_an_effect(text):
    plain = small(text)(lstm()).reports[-1].val_loss
    changes = ("sequence", 5), ("dropout", 0.2), ("clip", 0.01), ("cells", 2), ("channels", 9)
    more = ("weight_decay", 0.5), ("momentum", 0.5), ("batch_size", 3), ("label_smoothing", 0.1)
    for name, value in (*changes, *more):
        assert small(text, **{name: value})(lstm()).reports[-1].val_loss != plain, name


def test_what_is_searched_is_the_measure(text):
    trainer = small(text, epochs=1, measure=nb.PERPLEXITY)
    search = nb.Search(RecurrentSpace((2, 4)), trainer, nb.RandomSearch(), seed=0).run(2)
    assert search.measure is nb.PERPLEXITY
    assert search.best.value == min(e.value for e in search.observations)
    assert trainer.fingerprint()["measure"].startswith("Measure(name='perplexity'")


def test_words_are_read_like_characters():
    words = nb.from_text(LINES, level="word", least=1)
    found = small(words, epochs=1)(lstm())
    assert [*found.measured] == ["perplexity", "log loss"]
    assert found.value == found.measured["perplexity"] < words.classes * 1.1
    with pytest.raises(SettingError, match="one of text: perplexity, log loss; got 'bits a"):
        small(words, measure=nb.BITS_A_CHARACTER)


def test_what_does_not_go_with_text_is_refused(text):
    for name, value in (("augment", nn.Identity()), ("channels_last", True)):
        with pytest.raises(SettingError, match=f"no {name} with text"):
            small(text, **{name: value})
    with pytest.raises(SettingError, match="batch_size=2000"):
        small(text, batch_size=2000)
    with pytest.raises(SettingError, match="Trainer on pictures"):
        RepeatedTrainer(small(text))
    with pytest.raises(ArchitectureError, match=r"expected a recurrent cell, .*RecurrentSpace"):
        small(text).start(CellSpace().sample(0, 1)[0])


def test_a_network_may_carry_any_state(text):
    made, batch = task(small(text)), (torch.zeros(3, 2, dtype=torch.int64),) * 2
    carried = made.answer(Torchs(text.classes, 5), batch, None).carried
    assert not any(each.requires_grad for each in carried)
    again = made.answer(Torchs(text.classes, 5), batch, carried)
    assert again.loss.requires_grad


def test_masks_drop_what_they_say_and_keep_the_mean():
    network = RecurrentNetwork(lstm(), 11, 400, 300, 2)
    masks = network.masks(50, 0.25, torch.Generator().manual_seed(0))
    assert [mask.shape for mask in masks] == [(50, 400), (50, 300), (50, 300)]
    for mask in masks:
        assert mask.unique().tolist() == pytest.approx([0, 4 / 3])
        assert mask.mean().item() == pytest.approx(1, abs=0.02)
    tokens = torch.zeros(3, 50, dtype=torch.int64)
    ones = [torch.ones_like(mask) for mask in masks]
    torch.testing.assert_close(network(tokens, None, ones)[0], network(tokens)[0])
    silent = [*masks[:2], torch.zeros_like(masks[2])]
    bias = network.decoder.bias.expand(3, 50, -1)
    torch.testing.assert_close(network(tokens, None, silent)[0], bias)
