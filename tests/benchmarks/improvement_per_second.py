"""Bayesian optimisation by improvement and by improvement per second: the best seen by seconds.

python tests/benchmarks/improvement_per_second.py ../shared/data/nb201_cifar.csv.gz --value c10
python tests/benchmarks/improvement_per_second.py digits

Seconds are told in mean full trainings of the table. In brackets stands the share of seeds that
have found the table's best, and then the paired difference from the improvement alone.
"""

import argparse

import numpy as np
import torch

import nbnas as nb

COSTS = (10, 15, 20, 30)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("table", help='of NAS-Bench-201, or "digits"')
    parser.add_argument("--value", default="c10", help="c10 or c100")
    parser.add_argument("--seeds", type=int, default=20)
    given = parser.parse_args()
    torch.set_num_threads(1)
    table = read(given.table, given.value)
    mean = np.mean(list(table.costs.values()))
    acquisitions = {
        "improvement": nb.LogExpectedImprovement(),
        "per second": nb.ImprovementPerSecond(),
        "half power": nb.ImprovementPerSecond(power=0.5),
        "cooled": nb.ImprovementPerSecond(budget=float(COSTS[-1] * mean)),
    }
    plain = None
    for name, each in acquisitions.items():
        seeds = range(given.seeds)
        values = np.array([best(table, each, seed, mean) for seed in seeds]).T
        plain = values if plain is None else plain
        said = [told(*pair, 100 * table.optimum) for pair in zip(values, plain, strict=True)]
        at = [f"{cost}: {text}" for cost, text in zip(COSTS, said, strict=True)]
        print(f"{name:12s}" + "   ".join(at), flush=True)


def read(table, value):
    if table == "digits":
        return nb.benchmarks.digits()
    columns = {"value": f"{value}_valid_200", "cost": f"{value}_train_s_200"}
    return nb.TabularObjective.from_table(table, **columns)


def best(table, acquisition, seed, mean):
    """The best value in percent after so many mean trainings' seconds."""
    # The members of the published table were trained separately, so isomorphic cells differ.
    apart = table.name != nb.benchmarks.digits().name
    strategy = nb.BayesianOptimization(acquisition=acquisition, allow_isomorphic=apart)
    search, spent = nb.Search(nb.CellSpace(), table, strategy, seed=seed), [0.0]
    while spent[-1] <= COSTS[-1]:
        search.step()
        spent.append(spent[-1] + search.observations[-1].seconds / mean)
    reached = np.searchsorted(spent[1:], COSTS, side="right") - 1
    return 100 * search.observations.trace[reached]


def told(values, plain, optimum):
    apart = values - plain
    error = apart.std(ddof=1) / np.sqrt(len(apart))
    share = (values >= optimum - 1e-9).mean()
    return f"{values.mean():.2f} ({share:.2f}) {apart.mean():+.2f} ± {error:.2f}"


if __name__ == "__main__":
    main()
