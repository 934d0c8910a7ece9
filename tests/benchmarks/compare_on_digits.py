"""Bayesian optimisation against random search on the digits, really trained; prints a table.

python tests/benchmarks/compare_on_digits.py --seeds 10 --trials 30
"""

import argparse

import numpy as np
import torch

import nbnas as nb


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--trials", type=int, default=30)
    parser.add_argument("--store", default=None, help="where trials are kept, to resume")
    given = parser.parse_args()
    torch.set_num_threads(1)
    trainer = nb.Trainer(nb.digits(), device="cpu")
    strategies = {"bayes": nb.BayesianOptimization, "random": nb.RandomSearch}
    best = np.empty((given.seeds, 2))
    print("seed   bayes  random   (best validation accuracy, percent)")
    for seed in range(given.seeds):
        for column, (word, strategy) in enumerate(strategies.items()):
            search = nb.Search(
                nb.CellSpace(), trainer, strategy(), seed=seed, store=given.store,
                study=f"{word}-{seed}",
            )  # fmt: skip
            best[seed, column] = 100 * search.run(given.trials).best.value
        print(f"{seed:4d} {best[seed, 0]:7.2f} {best[seed, 1]:7.2f}", flush=True)
    mean, error = best.mean(axis=0), best.std(axis=0, ddof=1) / np.sqrt(given.seeds)
    gain = best[:, 0] - best[:, 1]
    print(f"mean {mean[0]:7.2f} {mean[1]:7.2f}")
    print(f" ± {error[0]:9.2f} {error[1]:7.2f}   (standard error of the mean)")
    print(
        f"bayes - random: {gain.mean():.2f} ± {gain.std(ddof=1) / np.sqrt(given.seeds):.2f}; "
        f"better in {(gain > 0).sum()}, equal in {(gain == 0).sum()} of {given.seeds}"
    )


if __name__ == "__main__":
    main()
