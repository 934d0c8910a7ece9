"""A search for a recurrent cell that begins with those that are known; prints each trial.

python tests/benchmarks/shakespeare.py ../shared/data/tinyshakespeare.txt.gz

Before it, the recipe's LSTM is held against `torch.nn.LSTM` in a loop written by hand, of the same
sizes and steps (--seeds 0 leaves it out). All in bits a character of the validation part.
"""

import argparse
import time

import numpy as np
import torch
from by_hand import Torchs, train_by_hand

import nbnas as nb
from nbnas.graphs.spaces.recurrent.space import gru, lstm, rnn
from nbnas.training.device import Place
from nbnas.training.tasks.of_recipe import task_of

KNOWN = {"LSTM": lstm(), "GRU": gru(), "RNN": rnn()}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("text")
    parser.add_argument("--letters", type=int, default=1_115_394, help="so many from the start")
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--units", type=int, default=64)
    parser.add_argument("--trials", type=int, default=8)
    parser.add_argument("--seeds", type=int, default=1, help="of the comparison with torch's")
    parser.add_argument("--seed", type=int, default=0, help="of the search")
    given = parser.parse_args()
    torch.set_num_threads(1)
    whole = nb.from_text(given.text)
    text = "".join(whole.decode(part) for part in (whole.train, whole.val, whole.test))
    data = nb.from_text(text[: given.letters], name=whole.name)
    trainer = nb.Trainer(data, epochs=given.epochs, channels=given.units, device="cpu")
    print(data, "\n", trainer, sep="", flush=True)
    compare(trainer, range(given.seeds))
    search(trainer, given.trials, given.seed)


def compare(trainer, seeds):
    """The LSTM of the recipe and torch's own."""
    pairs = [(trainer(lstm(), seed).value, by_hand(trainer, seed)) for seed in seeds]
    if pairs:
        mine, theirs = np.mean(pairs, axis=0)
        print(f"LSTM of the recipe {mine:.4f}, torch.nn.LSTM by hand {theirs:.4f}", flush=True)


def by_hand(trainer, seed):
    """Bits a character of torch's own LSTM."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network = Torchs(trainer.data.classes, trainer.channels)
        train_by_hand(trainer, network)
    task = task_of(trainer, Place(), torch.Generator())
    return task.figures(network, (trainer.data.val,))[nb.BITS_A_CHARACTER]


def search(trainer, trials, seed):
    """A search that tries the known cells first, and then what its model likes best."""
    first = tuple(KNOWN.values())
    strategy = nb.BayesianOptimization(first=first, initial=len(first))
    found = nb.Search(nb.RecurrentSpace(), trainer, strategy, seed=seed)
    names, started = {cell: name for name, cell in KNOWN.items()}, time.perf_counter()
    for number in range(1, trials + 1):
        found.run(number)
        last = found.observations.evaluations[-1]
        told = f"{last.value:.4f}, {last.seconds:.0f} s" if last.error is None else last.error
        print(f"{number}: {told}, {names.get(last.architecture, last.architecture)}", flush=True)
    best = found.best
    known = min(e.value for e in found.observations if e.architecture in names and e.value)
    print(f"best {best.value:.4f}, a {names.get(best.architecture, 'new cell')}", end="; ")
    print(f"best of the known {known:.4f}; {time.perf_counter() - started:.0f} s in all")


if __name__ == "__main__":
    main()
