"""`nb.recipes.strong` against the default recipe on 4,000 real photographs; prints two tables.

python tests/benchmarks/recipes.py FOLDER --csv runs.csv

FOLDER has CIFAR-10 as `train` and `test`, each with a folder of pictures for each class. Three
chosen and ten random cells are trained, with as many epochs by either recipe, and measured on the
ten thousand pictures of `test`, once, after their last epoch. What is in the file of runs is not
trained again.
"""

import argparse
import csv
from pathlib import Path

import numpy as np
import torch
from scipy.stats import spearmanr

import nbnas as nb
from nbnas.graphs.spaces.cell import cell
from nbnas.training.device import choose_place
from nbnas.training.measure import evaluate

CHOSEN = (
    cell(["nor_conv_3x3", "skip_connect", "nor_conv_3x3", "none", "nor_conv_1x1", "nor_conv_3x3"]),
    cell(["nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3", "skip_connect", "none", "nor_conv_3x3"]),
    cell(["skip_connect", "nor_conv_1x1", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3", "none"]),
)
RANKED = nb.CellSpace().sample(18, 10)
RECIPES = ("default", "strong")
COLUMNS = ("cell", "seed", "recipe", "epochs", "right", "seconds")
HELD_OUT = 200  # pictures that tell while it trains how far it is; they count for nothing


def pictures(folder, train=4_000, seed=0):
    """So many pictures to train on, as many of each class; all of `test` to measure with."""
    whole = nb.from_folder(folder)
    images, labels = (part.numpy() for part in whole.train)
    some = nb.from_arrays(
        f"cifar-{train}-{seed}", images, labels, train=train, validation=HELD_OUT, seed=seed
    )
    return nb.ImageData(some.name, 10, some.train, some.val, whole.test, whole.class_names)


def trainer_of(recipe, data, epochs):
    settings = {"epochs": epochs, "device": "cpu", "channels_last": True}
    if recipe == "default":
        return nb.Trainer(data, **settings)
    return getattr(nb.recipes, recipe)(data, **settings)


def train(trainer, architecture, seed):
    """The share of pictures of the test part that are right, and the seconds of the training."""
    training = trainer.start(architecture, seed)
    seconds = training.run().seconds
    place = choose_place(trainer.device, trainer.mixed_precision, trainer.channels_last)
    flip, data = trainer.test_flip, trainer.data
    totals = evaluate(training.network, data.test, data.classes, place, flip=flip)
    return totals[1:].sum().item() / len(data.test[1]), seconds


def journal(path):
    """What was trained before, by cell, seed, recipe and epochs."""
    if not path.exists():
        return {}
    with path.open(newline="") as lines:
        rows = [*csv.DictReader(lines)]
    return {tuple(row[name] for name in COLUMNS[:4]): row for row in rows}


def measured(path, key, make):
    """The row of a training: as it was written, or trained now and written."""
    known = journal(path)
    if key not in known:
        right, seconds = make()
        with path.open("a", newline="") as lines:
            writer = csv.writer(lines)
            if not known:
                writer.writerow(COLUMNS)
            writer.writerow([*key, f"{right:.4f}", f"{seconds:.0f}"])
        known = journal(path)
    return float(known[key]["right"]), float(known[key]["seconds"])


def all_runs(given, data, cells, seeds):
    """Percent right and seconds by cell, seed and recipe, `(n, seeds, 2, 2)`."""
    trainers = {recipe: trainer_of(recipe, data, given.epochs) for recipe in RECIPES}
    found = [
        measured(
            Path(given.csv),
            (str(a), str(seed), recipe, str(given.epochs)),
            lambda a=a, seed=seed, recipe=recipe: train(trainers[recipe], a, seed),
        )
        for a in cells
        for seed in range(seeds)
        for recipe in RECIPES
    ]
    return np.array(found).reshape(len(cells), seeds, 2, 2) * (100, 1)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", help="of CIFAR-10's pictures, with train and test")
    parser.add_argument("--epochs", type=int, default=24)
    parser.add_argument("--seeds", type=int, default=2, help="of the chosen cells")
    parser.add_argument("--ranked", type=int, default=1, help="seeds of the random cells")
    parser.add_argument("--csv", default="recipes.csv", help="where runs are kept, to resume")
    given = parser.parse_args()
    torch.set_num_threads(1)
    data = pictures(given.folder)
    chosen = all_runs(given, data, CHOSEN, given.seeds)
    ranked = all_runs(given, data, RANKED, given.ranked)
    print(f"{'cell':84} {'default':>8} {'strong':>8} {'gain':>6}")
    means = np.concatenate([runs[..., 0].mean(1) for runs in (chosen, ranked)])
    for a, (default, strong) in zip((*CHOSEN, *RANKED), means, strict=True):
        print(f"{a!s:84} {default:8.2f} {strong:8.2f} {strong - default:+6.2f}")
    for name, runs in (("chosen", chosen), ("random", ranked)):
        gains = runs[..., 1, 0] - runs[..., 0, 0]
        error = gains.mean(1).std(ddof=1) / np.sqrt(len(gains))
        print(f"{name}: gain {gains.mean():+.2f} ± {error:.2f} points (standard error over cells)")
    print(
        f"ranks of the random cells: Spearman {spearmanr(*ranked[..., 0].mean(1).T).statistic:.3f}"
    )
    default, strong = chosen[..., 1].mean((0, 1))
    print(f"seconds of a chosen cell: default {default:.0f}, strong {strong:.0f}")


if __name__ == "__main__":
    main()
