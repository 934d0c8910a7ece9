"""Retrain cells of NAS-Bench-Digits and compare with the table: exactly, else against the noise.

python tests/benchmarks/retrain_digits.py --cells 30
"""

import argparse

import numpy as np

from nbnas.benchmarks.generate import train
from nbnas.benchmarks.protocol import classes
from nbnas.benchmarks.report import seed_deviation
from nbnas.benchmarks.shipped import archive


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cells", type=int, default=30)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    table, (cells, _) = archive(), classes()
    places = np.random.default_rng(chosen.seed).choice(len(cells), chosen.cells, replace=False)
    again = [train(str(cells[k])) for k in places]
    curves = np.array([found.val_right for found in again])
    tests = np.array([found.test_right for found in again])
    same_curves = (curves == table.val_right[places]).all((1, 2))
    same = same_curves & (tests == table.test_right[places]).all(1)
    before, images = table.val_right[places, :, -1].astype(int), table.images("validation")
    difference = (curves[:, :, -1] - before) / images
    noise = seed_deviation(table.val[places, :, -1])
    print(f"{same.sum()} of {chosen.cells} cells give every number of the table exactly")
    print(
        f"validation accuracy: root mean square difference {np.sqrt((difference**2).mean()):.4f}, "
        f"mean {difference.mean():+.4f}; between the seeds of these cells {noise:.4f}"
    )


if __name__ == "__main__":
    main()
