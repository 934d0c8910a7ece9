"""Settings together with the architecture on 600 digits: equal trainings, paired by seeds.

    python tests/benchmarks/joint_digits.py [--seeds 5] [--trials 30] [--only NAME] [--out CSV]

Cells × learning rate × batch size × weight decay, searched by nbnas, by random search and by
Optuna's TPE over the same choices, beside nbnas over cells alone with the trainer's own settings.
Prints the mean of the best validation accuracy and of the incumbent's test accuracy, and each
difference to nbnas over both with its standard error over the seeds. What the file holds of a
search and a seed is not computed again.
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
    parser.add_argument("--only", choices=SEARCHES, action="append")
    asked = parser.parse_args()
    rows = known(asked.out, asked.trials)
    done = {row[:2] for row in rows}
    for seed in range(asked.seeds):
        for name in asked.only or SEARCHES:
            if (name, seed) in done:
                continue
            rows.append((name, seed, *run(name, seed, asked.trials)))
            print("{}, seed {}: validation {:.2f}, test {:.2f}".format(*rows[-1]), flush=True)
            if asked.out:
                write(asked.out, asked.trials, rows)
    report(rows)


def known(path, trials):
    """The rows of a file that was made with as many trials; none where there is no file."""
    if path is None or not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        return [
            (row["search"], int(row["seed"]), float(row["validation"]), float(row["test"]))
            for row in csv.DictReader(file)
            if int(row["trials"]) == trials
        ]


def write(path, trials, rows):
    with path.open("w", newline="", encoding="utf-8") as file:
        head = ("search", "seed", "validation", "test", "trials")
        csv.writer(file).writerows([head, *((*row, trials) for row in rows)])


def report(rows):
    """The means, and what nbnas over both gains on each other search, paired."""
    table = {name: np.array([row[2:] for row in rows if row[0] == name]) for name in SEARCHES}
    ours = table["both, nbnas"]
    for name, values in table.items():
        if values.shape != ours.shape:
            continue
        means = " and ".join(f"{v:.2f}" for v in values.mean(axis=0))
        gain = (ours - values).mean(axis=0)
        error = (
            (ours - values).std(axis=0, ddof=1) / len(values) ** 0.5 if len(values) > 1 else gain
        )
        told = ", ".join(f"{g:+.2f} ± {e:.2f}" for g, e in zip(gain, error, strict=True))
        print(f"{name:14s} validation and test {means}; nbnas over both gains {told}")


if __name__ == "__main__":
    main()
