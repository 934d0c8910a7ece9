"""Bayesian optimisation against random search on NAS-Bench-Digits, really trained; prints a table.

python tests/benchmarks/compare_on_digits.py --seeds 5 --trials 30
"""

import argparse
import time

import numpy as np
import torch

import nbnas as nb

STRATEGIES = {"bayes": nb.BayesianOptimization, "random": nb.RandomSearch}
COLUMNS = ("best", "true", "rank")


def search(word, seed, given):
    """Best accuracy as it was trained and as the table has it, in percent; and its rank."""
    found = nb.Search(
        nb.CellSpace(), nb.benchmarks.digits_trainer(), STRATEGIES[word](), seed=seed,
        store=given.store, study=f"{word}-{seed}",
    ).run(given.trials)  # fmt: skip
    truths = nb.benchmarks.digits().values
    (standing,) = nb.Comparison((word,), (found.observations,), truths).standings
    return 100 * found.best.value, 100 * standing.truth, standing.rank


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--trials", type=int, default=30)
    parser.add_argument("--store", default=None, help="where trials are kept, to resume")
    given = parser.parse_args()
    torch.set_num_threads(1)
    results = np.empty((given.seeds, len(STRATEGIES), len(COLUMNS)))
    print("seed " + "".join(f"{w:>7} {'true':>6} {'rank':>5}" for w in STRATEGIES) + "   seconds")
    for seed in range(given.seeds):
        began = time.process_time()
        results[seed] = [search(word, seed, given) for word in STRATEGIES]
        row = "".join(f"{best:7.2f} {true:6.2f} {rank:5.0f}" for best, true, rank in results[seed])
        print(f"{seed:4d} {row} {time.process_time() - began:9.0f}", flush=True)
    root = np.sqrt(given.seeds)
    for place, name in enumerate(COLUMNS[:2]):
        both = results[:, :, place]
        gain = both[:, 0] - both[:, 1]
        parts = (*zip(STRATEGIES, both.T, strict=True), ("difference", gain))
        said = (f"{w} {each.mean():.2f} ± {each.std(ddof=1) / root:.2f}" for w, each in parts)
        print(f"{name}: {', '.join(said)} (mean ± standard error)")


if __name__ == "__main__":
    main()
