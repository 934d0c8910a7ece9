"""A step of the recipe's LSTM against one of `torch.nn.LSTM`; prints a ratio for each size.

python tests/benchmarks/lstm_speed.py ../shared/data/tinyshakespeare.txt.gz --sizes 64 128 256
"""

import argparse
import time

import torch
from by_hand import Torchs
from torch import nn
from torch.nn.functional import cross_entropy

import nbnas as nb
from nbnas.graphs.spaces.recurrent.space import lstm
from nbnas.training.device import Place
from nbnas.training.run import network_of, optimizer_of
from nbnas.training.tasks.of_recipe import task_of


def seconds(network, optimizer, x, y):
    """What a step takes."""
    start = time.perf_counter()
    logits, _ = network(x)
    optimizer.zero_grad()
    cross_entropy(logits.flatten(0, 1), y.flatten()).backward()
    nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    optimizer.step()
    return time.perf_counter() - start


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("text")
    parser.add_argument("--sizes", type=int, nargs="+", default=[64, 128, 256])
    parser.add_argument("--steps", type=int, default=30)
    given = parser.parse_args()
    torch.set_num_threads(1)
    data = nb.from_text(given.text)
    for size in given.sizes:
        trainer = nb.Trainer(data, channels=size, device="cpu")
        task = task_of(trainer, Place(), torch.Generator())
        batch = next(iter(task.batches((data.train,))))
        networks = network_of(trainer, lstm(), torch.Generator()), Torchs(data.classes, size)
        pairs = [(network, optimizer_of(trainer, network)) for network in networks]
        lasted = [[seconds(*pair, *batch) for pair in pairs] for _ in range(given.steps)]
        mine, theirs = (min(each) for each in zip(*lasted[1:], strict=True))  # one after the other
        print(f"{size:4d} units: {1000 * mine:.1f} ms against {1000 * theirs:.1f}", end="")
        print(f", {mine / theirs:.2f} times")


if __name__ == "__main__":
    main()
