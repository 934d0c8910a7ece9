"""Accuracy and latency of NAS-Bench-201 at once: the hypervolume that is still missed.

    python tests/benchmarks/hypervolume.py nb201_cifar.csv.gz nb201_hardware.csv.gz

Both measures are scaled to [0, 1] by the table's worst and best; the reference point is the
accuracy of chance and the slowest cell. Told is the hypervolume of the table's own front less that
of what a strategy has found, as a mean over seeds with its standard error.
"""

import argparse

import numpy as np
import pandas as pd
import torch

import nbnas as nb
from nbnas.records.goals.pareto import hypervolume, hypervolume_trace

QUERIES, CHANCE = (20, 50, 100, 200), 0.1
STRATEGIES = {
    "random": nb.RandomSearch(allow_isomorphic=True),
    "NSGA-II": nb.RegularizedEvolution(allow_isomorphic=True),
    "of 15": nb.RegularizedEvolution(population=15, allow_isomorphic=True),
    "bayes": nb.BayesianOptimization(),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("values")
    parser.add_argument("hardware")
    parser.add_argument("--device", default="edgegpu", help="such as raspi4, edgetpu, pixel3")
    parser.add_argument("--strategies", default="random,NSGA-II,of 15")
    parser.add_argument("--known", action="store_true", help="the latency needs no training")
    parser.add_argument("--seeds", type=int, default=20)
    given = parser.parse_args()
    latency = nb.Measure(f"c10_{given.device}_latency_ms", "ms", maximize=False, lower=0)
    torch.set_num_threads(1)
    table = both(given.values, given.hardware, latency.name)
    goals = nb.ACCURACY, table.beforehand(latency) if given.known else latency
    print(f"{latency.name}: hypervolume missed (± standard error) after queries")
    print(f"{'':10}" + "".join(f"{n:>19}" for n in QUERIES))
    for name in given.strategies.split(","):
        strategy = STRATEGIES[name]
        found = np.array([missed(table, goals, strategy, s) for s in range(given.seeds)])
        errors = found.std(axis=0, ddof=1) / np.sqrt(len(found))
        told = zip(found.mean(axis=0), errors, strict=True)
        print(f"{name:10}" + "".join(f"{mean:10.4f} ± {error:.4f}" for mean, error in told))


def both(values, hardware, latency):
    """The table of accuracies with the latencies of the same cells."""
    cells = pd.read_csv(values).merge(pd.read_csv(hardware), on="arch_index")
    return nb.TabularObjective.from_table(cells, value="c10_valid_200", measured=(latency,))


def missed(table, goals, strategy, seed):
    """The hypervolume that a search misses after each of some numbers of queries."""
    search = nb.Search(nb.CellSpace(), table, strategy, seed=seed, goals=goals).run(max(QUERIES))
    latency = search.goals.measures[1].name
    everything = np.array([[table.values[t], -table.measured[t][latency]] for t in table.values])
    best, worst = everything.max(axis=0), np.array([CHANCE, everything[:, 1].min()])
    own = scaled(search.observations.goal_gains, best, worst)
    whole = hypervolume(scaled(everything, best, worst), np.zeros(2))
    return whole - hypervolume_trace(own, np.zeros(2))[[n - 1 for n in QUERIES]]


def scaled(gains, best, worst):
    return (gains - worst) / (best - worst)


if __name__ == "__main__":
    main()
