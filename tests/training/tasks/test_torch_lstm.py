"""The recipe for text against torch's own layers in a loop written by hand."""

import gzip
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.functional import cross_entropy

import nbnas as nb
from nbnas.graphs.spaces.recurrent.space import lstm
from nbnas.training.device import Place, cpu_threads
from nbnas.training.run import network_of, optimizer_of, task_of

TEXT = Path(__file__).parents[4] / "shared" / "data" / "tinyshakespeare.txt.gz"


@pytest.fixture(scope="module")
def play():
    if not TEXT.exists():
        pytest.skip("needs tinyshakespeare.txt.gz in ../shared/data")
    return nb.from_text(gzip.decompress(TEXT.read_bytes()).decode()[:300_000], name="play")


@pytest.mark.slow
def test_it_learns_as_torchs_own_layer_does(play, by_hand, torchs):
    trainer = nb.Trainer(play, epochs=3, channels=64, device="cpu")
    mine = np.mean([trainer(lstm(), seed).value for seed in (0, 1)])
    theirs = []
    for seed in (0, 1):
        with torch.random.fork_rng(), cpu_threads(1):
            torch.manual_seed(seed)
            network = torchs(play.classes, 64)
            by_hand(trainer, network)
        figures = task_of(trainer, Place(), torch.Generator()).figures(network, (play.val,))
        theirs.append(figures[nb.BITS_A_CHARACTER])
    assert mine == pytest.approx(np.mean(theirs), abs=0.03)


@pytest.mark.slow
@pytest.mark.parametrize("size", [64, 128, 256])
def test_a_step_takes_less_than_four_times_that_of_torchs_lstm(play, size, torchs):
    trainer = nb.Trainer(play, channels=size, device="cpu")
    task = task_of(trainer, Place(), torch.Generator())
    batch = next(iter(task.batches((play.train,))))
    networks = (network_of(trainer, lstm(), torch.Generator()), torchs(play.classes, size))
    optimizers = [optimizer_of(trainer, network) for network in networks]
    lasted = [[], []]
    with cpu_threads(1):
        for _ in range(12):
            for network, optimizer, seconds in zip(networks, optimizers, lasted, strict=True):
                start = time.perf_counter()
                step(network, optimizer, *batch)
                seconds.append(time.perf_counter() - start)
    mine, theirs = (min(seconds[1:]) for seconds in lasted)
    assert mine < 4 * theirs


def step(network, optimizer, x, y):
    logits, _ = network(x)
    optimizer.zero_grad()
    cross_entropy(logits.flatten(0, 1), y.flatten()).backward()
    nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    optimizer.step()
