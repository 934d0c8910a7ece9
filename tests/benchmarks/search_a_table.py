"""Bayesian optimisation on a published table of NAS-Bench-201; prints the best seen by queries.

python tests/benchmarks/search_a_table.py ../shared/data/nb201_cifar.csv.gz --value c10_valid_200

With --truth another column scores what the search takes for the best: search c10_valid_200_s777,
one noisy training of each cell, and score by c10_valid_200, the mean of several.
"""

import argparse

import numpy as np
import torch
from gpytorch.kernels import AdditiveKernel

import nbnas as nb

QUERIES = (20, 50, 75, 100, 150)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("table")
    parser.add_argument("--value", default="c10_valid_200")
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--queries", type=int, default=150)
    parser.add_argument("--depths", default="0,1,2", help="of the Weisfeiler-Lehman kernels")
    parser.add_argument("--truth", help="column that scores the incumbent; else --value")
    parser.add_argument("--noisy", action="store_true", help="by noisy expected improvement")
    given = parser.parse_args()
    torch.set_num_threads(1)
    table = nb.TabularObjective.from_table(given.table, value=given.value)
    truth = nb.TabularObjective.from_table(given.table, value=given.truth or given.value)
    traces, last = [], []
    for seed in range(given.first_seed, given.first_seed + given.seeds):
        # The members of the table were trained separately, so isomorphic cells differ.
        strategy = nb.BayesianOptimization(
            nb.GaussianProcess(kernel(given.depths)),
            nb.NoisyExpectedImprovement() if given.noisy else nb.LogExpectedImprovement(),
            allow_isomorphic=True,
        )
        search = nb.Search(nb.CellSpace(), table, strategy, seed=seed)
        seconds = []
        while len(search.observations) < given.queries:
            search.step()
            seconds.append(search.proposal.seconds)
        traces.append(true_values(search.observations, truth))
        last += seconds[-5:]
        print(f"seed {seed}: {traces[-1][-1]:.3f} in {sum(seconds):.1f} s", flush=True)
    found = np.array(traces)
    best = 100 * truth.optimum - 1e-9
    print(f"{given.value}: mean best (± standard error), share of seeds at the table's best")
    for n in (n for n in QUERIES if n <= given.queries):
        seen = found[:, n - 1]
        error = seen.std(ddof=1) / np.sqrt(len(seen))
        print(f"{n:5d} queries: {seen.mean():.3f} ± {error:.3f}   {(seen >= best).mean():.2f}")
    print(f"one suggestion after {given.queries - 1} queries: median {np.median(last):.3f} s")


def kernel(depths):
    parts = [nb.WeisfeilerLehmanKernel(int(depth)) for depth in depths.split(",")]
    return AdditiveKernel(*parts, nb.DistanceKernel(nb.HammingDistance()))


def true_values(observations, truth):
    """The true value, in percent, of what was the incumbent after each query."""
    incumbents = np.maximum.accumulate(observations.values)
    first = {
        value: e.architecture for e in reversed(observations.evaluations) for value in [e.value]
    }
    return np.array([100 * truth(first[value]).value for value in incumbents])


if __name__ == "__main__":
    main()
