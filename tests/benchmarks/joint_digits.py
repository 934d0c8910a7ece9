"""Settings together with the architecture on 600 digits: equal trainings, paired by seeds.

    python tests/benchmarks/joint_digits.py [--seeds 5] [--trials 30] [--out FILE.csv]

Cells × learning rate × batch size × weight decay, searched by nbnas, by random search and by
Optuna's TPE over the same choices, beside nbnas over cells alone with the trainer's own settings.
Prints the mean of the best validation accuracy and of the incumbent's test accuracy, and each
difference to nbnas over both with its standard error over the seeds.
"""

import argparse
import csv
import pathlib

import numpy as np

import nbnas as nb

SETTINGS = {
    "learning_rate": nb.Real(1e-3, 1.0, log=True),
    "batch_size": nb.Integer(16, 256, log=True),
    "weight_decay": nb.Real(1e-5, 1e-2, log=True),
}
CELLS = nb.CellSpace()
BOTH = nb.JointSpace(CELLS, **SETTINGS)
SEARCHES = {
    "both, nbnas": (BOTH, nb.BayesianOptimization),
    "cells, nbnas": (CELLS, nb.BayesianOptimization),
    "both, random": (BOTH, nb.RandomSearch),
    "both, TPE": (BOTH, nb.Tpe),
}


def run(name, seed, trials):
    """Best validation accuracy and test accuracy of the incumbent, in percent."""
    space, strategy = SEARCHES[name]
    trainer = nb.Trainer(nb.digits(), threads=1)
    search = nb.Search(space, trainer, strategy(), seed=seed).run(trials)
    return 100 * search.best.value, 100 * search.finish().test


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--trials", type=int, default=30)
    parser.add_argument("--out", type=pathlib.Path)
    asked = parser.parse_args()
    rows = []
    for seed in range(asked.seeds):
        for name in SEARCHES:
            rows.append((name, seed, *run(name, seed, asked.trials)))
            print("{}, seed {}: validation {:.2f}, test {:.2f}".format(*rows[-1]), flush=True)
    if asked.out:
        with asked.out.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([("search", "seed", "validation", "test"), *rows])
    report(rows)


def report(rows):
    """The means, and what nbnas over both gains on each other search, paired."""
    table = {name: np.array([row[2:] for row in rows if row[0] == name]) for name in SEARCHES}
    ours = table["both, nbnas"]
    for name, values in table.items():
        means = " and ".join(f"{v:.2f}" for v in values.mean(axis=0))
        gain = (ours - values).mean(axis=0)
        error = (
            (ours - values).std(axis=0, ddof=1) / len(values) ** 0.5 if len(values) > 1 else gain
        )
        told = ", ".join(f"{g:+.2f} ± {e:.2f}" for g, e in zip(gain, error, strict=True))
        print(f"{name:14s} validation and test {means}; nbnas over both gains {told}")


if __name__ == "__main__":
    main()
