"""Processor time of a suggestion by number of observations n and of candidates m; prints a table.

python tests/benchmarks/suggestion_speed.py ../shared/data/nb201_cifar.csv.gz

The cells are random, all of one table; each n is measured after n - 1, as in a search. Candidates
beyond the 15,625 cells are cells of NAS-Bench-101, drawn anew for each suggestion.
"""

import argparse
import time

import numpy as np
import torch

import nbnas as nb
from nbnas.graphs.spaces.dag.space import DagSpace


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("table")
    parser.add_argument("--value", default="c10_valid_200")
    parser.add_argument("--observations", default="20,50,100,150,200,300,500,700,1000")
    parser.add_argument("--candidates", default="2000,10000,50000,100000")
    given = parser.parse_args()
    torch.set_num_threads(1)
    table = nb.TabularObjective.from_table(given.table, value=given.value)
    cells = nb.CellSpace().sample(0, max(map(int, given.observations.split(","))))
    everything = nb.Observations(tuple(table(a) for a in cells))
    print("  n        m   fit, s   suggestion with it, s")
    for n in map(int, given.observations.split(",")):
        strategy = nb.BayesianOptimization(allow_isomorphic=True)
        report(strategy, nb.CellSpace(), everything, n, 15_625)
    cells = DagSpace().sample(0, 100)
    made_up = nb.Observations(tuple(nb.Evaluation(a, 1 / (2 + len(a.edges))) for a in cells))
    for m in map(int, given.candidates.split(",")):
        strategy = nb.BayesianOptimization(maximizer=nb.RandomPool(m))
        report(strategy, DagSpace(), made_up, 100, m)


def report(strategy, space, everything, n, m):
    """Warm up on n - 3 … n - 1 observations, measure on n."""
    from nbnas.search.strategies.fits import fitted

    rng = np.random.default_rng(0)
    first = nb.Observations(everything.evaluations[: n - 1])
    strategy.propose(space, first, (), 1, rng)
    observations = nb.Observations(everything.evaluations[:n])
    started = time.process_time()
    fitted(strategy.prior, observations, strategy.kept)
    fit = time.process_time() - started
    strategy.propose(space, observations, (), 1, rng)
    total = time.process_time() - started
    print(f"{n:4d} {m:8,d} {fit:8.3f} {total:8.3f}", flush=True)


if __name__ == "__main__":
    main()
