"""Zero-cost proxies of NAS-Bench-201's cells against the published ones; prints rank correlations.

python tests/benchmarks/proxies_on_nb201.py ../shared/data --images digits --cells 1
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from scipy.stats import spearmanr

import nbnas as nb
from nbnas.training.proxies.scores import flops, grad_norm, jacov, nwot, params, snip, synflow

PROXIES = (nwot, jacov, synflow, snip, grad_norm, params, flops)
PUBLISHED = {"params": "params_m", "flops": "flops_m"}  # where the table has another name
ARRAYS = {
    "fashion": ("fashion_mnist_2k.npz", "x", "y"),
    "mnist": ("mnist_20k.npz", "x_test", "y_test"),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="where the published tables are")
    parser.add_argument("--images", choices=["digits", *ARRAYS], default="digits")
    parser.add_argument("--architectures", type=int, default=100)
    parser.add_argument("--channels", type=int, default=8)
    parser.add_argument("--cells", type=int, default=1)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    torch.set_num_threads(1)
    table = pd.read_csv(given.folder / "nb201_zerocost_cifar10.csv.gz")
    table = table.merge(pd.read_csv(given.folder / "nb201_cifar.csv.gz"), on="arch_index")
    table = table.sample(given.architectures, random_state=given.seed)
    zero_cost = nb.ZeroCost(
        images(given.folder, given.images), batch=given.batch, seed=given.seed,
        channels=given.channels, cells=given.cells, proxies=PROXIES, device="cpu",
    )  # fmt: skip
    cells = [nb.CellSpace().parse(text) for text in table["arch_str"]]
    found = list(zero_cost.score_all(cells))
    print(f"{zero_cost.data}; {given}")
    print(f"{1000 * found[-1].seconds / len(found):.1f} ms a cell for all of these")
    print("rank correlation of: ours, theirs | ours, accuracy | theirs, accuracy (c10_valid_200)")
    accuracy = table["c10_valid_200"]
    for proxy in PROXIES:
        name = proxy.__name__
        ours, theirs = [f.scores[name] for f in found], table[PUBLISHED.get(name, name)]
        pairs = ((ours, theirs), (ours, accuracy), (theirs, accuracy))
        print(f"{name:10s}", *(f"{spearmanr(a, b).statistic:8.3f}" for a, b in pairs))


def images(folder, name):
    """A data set of real images."""
    if name == "digits":
        return nb.digits()
    file, x, y = ARRAYS[name]
    with np.load(folder / file) as arrays:
        return nb.from_arrays(name, arrays[x], arrays[y], train=1000, validation=500)


if __name__ == "__main__":
    main()
