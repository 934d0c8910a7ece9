"""Bayesian optimisation on a published table of NAS-Bench-201; prints the best seen by queries.

python tests/benchmarks/search_a_table.py ../shared/data/nb201_cifar.csv.gz --value c10_valid_200
"""

import argparse

import numpy as np
import torch

import nbnas as nb

QUERIES = (20, 50, 75, 100, 150)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("table")
    parser.add_argument("--value", default="c10_valid_200")
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--queries", type=int, default=150)
    given = parser.parse_args()
    torch.set_num_threads(1)
    table = nb.TabularObjective.from_csv(given.table, value=given.value)
    traces, last = [], []
    for seed in range(given.first_seed, given.first_seed + given.seeds):
        # The members of the table were trained separately, so isomorphic cells differ.
        strategy = nb.BayesianOptimization(allow_isomorphic=True)
        search = nb.Search(nb.CellSpace(), table, strategy, seed=seed)
        seconds = []
        while len(search.observations) < given.queries:
            search.step()
            seconds.append(search.proposal.seconds)
        traces.append(100 * search.observations.trace)
        last += seconds[-5:]
        print(f"seed {seed}: {traces[-1][-1]:.3f} in {sum(seconds):.1f} s", flush=True)
    found = np.array(traces)
    best = 100 * table.optimum - 1e-9
    print(f"{given.value}: mean best (± standard error), share of seeds at the table's best")
    for n in (n for n in QUERIES if n <= given.queries):
        seen = found[:, n - 1]
        error = seen.std(ddof=1) / np.sqrt(len(seen))
        print(f"{n:5d} queries: {seen.mean():.3f} ± {error:.3f}   {(seen >= best).mean():.2f}")
    print(f"one suggestion after {given.queries - 1} queries: median {np.median(last):.3f} s")


if __name__ == "__main__":
    main()
