"""The recipe for text against torch's own layers in a loop written by hand."""

import gzip
from pathlib import Path

import numpy as np
import pytest
import torch
from by_hand import Torchs, train_by_hand

import nbnas as nb
from nbnas.graphs.spaces.recurrent.space import lstm
from nbnas.training.device import Place, cpu_threads
from nbnas.training.tasks.of_recipe import task_of

TEXT = Path(__file__).parents[4] / "shared" / "data" / "tinyshakespeare.txt.gz"


@pytest.fixture(scope="module")
def play():
    if not TEXT.exists():
        pytest.skip("needs tinyshakespeare.txt.gz in ../shared/data")
    return nb.from_text(gzip.decompress(TEXT.read_bytes()).decode()[:150_000], name="play")


@pytest.mark.slow
def test_it_learns_as_torchs_own_layer_does(play):
    trainer = nb.Trainer(play, epochs=3, channels=64, device="cpu", learning_rate=0.02)
    mine = np.mean([trainer(lstm(), seed).value for seed in (0, 1)])
    theirs = []
    for seed in (0, 1):
        with torch.random.fork_rng(), cpu_threads(1):
            torch.manual_seed(seed)
            network = Torchs(play.classes, 64)
            train_by_hand(trainer, network)
        figures = task_of(trainer, Place(), torch.Generator()).figures(network, (play.val,))
        theirs.append(figures[nb.BITS_A_CHARACTER])
    assert mine == pytest.approx(np.mean(theirs), abs=0.03)
