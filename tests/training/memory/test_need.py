"""What a training needs at least, against what torch itself keeps; and what is then refused."""

import dataclasses
import math

import pytest
import torch
from torch import nn

import nbnas as nb
from nbnas.errors import TrainingError
from nbnas.graphs.spaces.cell import cell
from nbnas.graphs.spaces.recurrent.space import lstm
from nbnas.training.device import Place
from nbnas.training.memory import need as module
from nbnas.training.memory.need import activations_of, check_batch_fits, need_of
from nbnas.training.run import network_of, optimizer_of

CELL = cell(["nor_conv_3x3", "none", "none", "skip_connect", "nor_conv_3x3", "avg_pool_3x3"])


@pytest.fixture(scope="module")
def data():
    return nb.digits(train=256, validation=100)


@pytest.fixture(scope="module")
def text(tmp_path_factory):
    path = tmp_path_factory.mktemp("text") / "book.txt"
    path.write_text("The quick brown fox jumps over 13 lazy dogs, and back again. " * 60)
    return nb.from_text(path)


def kept_by(forward, network):
    """What autograd keeps of a forward pass in training mode, by its own hooks."""
    own = {weight.data_ptr() for weight in (*network.parameters(), *network.buffers())}
    kept = {}

    def keep(tensor):
        storage = tensor.untyped_storage()
        kept[storage.data_ptr()] = 0 if storage.data_ptr() in own else storage.nbytes(), tensor
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        result = forward()
    assert result.requires_grad
    return sum(size for size, _ in kept.values())


@pytest.mark.parametrize("size", [16, 64])
def test_activations_of_pictures_are_what_autograd_keeps(data, size):
    trainer = nb.Trainer(data, batch_size=size, device="cpu")
    network = network_of(trainer, CELL, torch.Generator().manual_seed(0)).train()
    images = data.train[0][:size].float()
    whole = kept_by(lambda: network(images).logsumexp(1).sum(), network)
    assert activations_of(trainer, network, Place()) == pytest.approx(whole, rel=0.02)
    assert network.training


def test_activations_of_text_are_what_autograd_keeps(text):
    trainer = nb.Trainer(text, batch_size=16, sequence=24, channels=16, device="cpu")
    network = network_of(trainer, lstm(), torch.Generator().manual_seed(0)).train()
    tokens = text.train[: 16 * 24].view(24, 16)
    whole = kept_by(
        lambda: nn.functional.cross_entropy(network(tokens)[0].flatten(0, 1), tokens.flatten()),
        network,
    )
    assert 0.7 * whole < activations_of(trainer, network, Place()) <= whole


def kept_by_optimizer(trainer, network, loss):
    """What it keeps of each weight after a step, beside the number of steps."""
    optimizer = optimizer_of(trainer, network)
    loss.backward()
    optimizer.step()
    state = optimizer.state_dict()["state"].values()
    return sum(t.nbytes for one in state for name, t in one.items() if name != "step")


@pytest.mark.parametrize(("momentum", "copies"), [(0.9, 1), (0.0, 0)])
def test_what_the_optimizer_keeps_is_what_it_has_after_a_step(data, momentum, copies):
    trainer = nb.Trainer(data, epochs=1, momentum=momentum, device="cpu")
    network = network_of(trainer, CELL, torch.Generator())
    need = need_of(trainer, network)
    loss = network(data.train[0][:4]).logsumexp(1).sum()
    assert need.momenta == copies * need.gradients
    assert need.momenta == kept_by_optimizer(trainer, network, loss)
    assert need.gradients == 4 * trainer(CELL).parameters
    assert need.weights >= need.gradients


def test_what_adamw_keeps(text):
    trainer = nb.Trainer(text, epochs=1, channels=8, device="cpu", batch_size=8)
    network = network_of(trainer, lstm(), torch.Generator())
    need = need_of(trainer, network)
    loss = network(text.train[:20].view(10, 2))[0].logsumexp(2).sum()
    assert need.momenta == kept_by_optimizer(trainer, network, loss) == 2 * need.gradients


def available(monkeypatch, size):
    monkeypatch.setattr(module, "available_memory", lambda: size)


def test_weights_that_cannot_fit_are_refused_before_they_are_made(data, monkeypatch):
    available(monkeypatch, 8e9)
    monkeypatch.setattr("nbnas.training.run.build_network", None)
    trainer = nb.Trainer(data, channels=20_000, device="cpu")
    with pytest.raises(TrainingError) as raised:
        trainer(CELL)
    said = str(raised.value)
    assert said.startswith("expected a training that fits the memory, of which 8.00 GB are")
    for part in ("needs at least", "weights", "gradients", "optimiser", "smaller batch_size"):
        assert part in said


def test_a_batch_that_cannot_fit_is_refused_before_the_first_step(data, monkeypatch):
    available(monkeypatch, 4e5)
    monkeypatch.setattr("nbnas.training.run.optimizer_of", None)
    with pytest.raises(TrainingError, match=r"activations of a batch 1\.\d MB.*which is 64"):
        nb.Trainer(data, device="cpu")(CELL)


def test_a_search_has_it_as_a_failed_trial(data, monkeypatch):
    available(monkeypatch, 4e5)
    trainer = nb.Trainer(data, epochs=1, device="cpu")
    search = nb.Search(nb.CellSpace(), trainer, nb.RandomSearch(), seed=1).run(2)
    assert {each.status for each in search.observations} == {"failed"}
    assert "expected a training that fits the memory" in search.observations[0].error


def test_what_fits_is_trained_to_the_same_numbers(data, monkeypatch):
    trainer = nb.Trainer(data, epochs=1, device="cpu")
    usual = trainer(CELL, 3)
    available(monkeypatch, 1e8)
    monkeypatch.setattr(module, "NUMBERS_OF_PICTURES", math.inf)  # it is counted
    counted = trainer(CELL, 3)
    assert counted.measured == usual.measured
    assert counted.reports[0].train_loss == usual.reports[0].train_loss


class Drawing(nn.Module):
    """Draws from torch's own generator, in evaluation mode too, and fails on one picture."""

    def __init__(self, least):
        super().__init__()
        self.least, self.linear = least, nn.Linear(64, 10)

    def forward(self, images):
        if len(images) < self.least:
            raise ValueError("too few")
        return self.linear(images.flatten(1)) + torch.rand(10)


@pytest.mark.parametrize("least", [0, 3])
def test_a_network_of_ones_own_is_left_as_it_was(data, least, monkeypatch):
    network, place = Drawing(least), Place()
    trainer = nb.Trainer(data, device="cpu", network=lambda a, d: Drawing(0))
    monkeypatch.setattr(module, "NUMBERS_OF_PICTURES", math.inf)
    before, network.linear.training = torch.get_rng_state(), True
    check_batch_fits(trainer, CELL, network, place)
    assert torch.equal(torch.get_rng_state(), before)
    assert network.training
    assert (activations_of(trainer, network, place) > 0) == (least == 0)
    available(monkeypatch, 1000)
    with pytest.raises(TrainingError, match="smaller network"):
        check_batch_fits(trainer, CELL, network, place)


def test_small_batches_are_not_counted(data, monkeypatch):
    monkeypatch.setattr(module, "_kept", None)
    trainer = nb.Trainer(data, device="cpu")
    network = network_of(trainer, CELL, torch.Generator())
    available(monkeypatch, 4 * 10_000 * 64 * 64 + 1)
    check_batch_fits(trainer, CELL, network, Place())
    available(monkeypatch, 4 * 10_000 * 64 * 64)
    with pytest.raises(TypeError):
        check_batch_fits(trainer, CELL, network, Place())
    few = dataclasses.replace(trainer, batch_size=10_000)
    assert module.examples_of(few) == 256


def test_a_gpu_says_it_itself(data, monkeypatch):
    available(monkeypatch, 0)
    trainer = nb.Trainer(data, device="cpu")
    elsewhere = Place(torch.device("meta"))
    module.check_weights_fit(trainer, CELL, elsewhere)
    check_batch_fits(trainer, CELL, nn.Linear(1, 1), elsewhere)
