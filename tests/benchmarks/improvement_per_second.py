"""Bayesian optimisation by improvement and by improvement per second: the best seen by seconds.

python tests/benchmarks/improvement_per_second.py digits
python tests/benchmarks/improvement_per_second.py ../shared/data/nb201_cifar.csv.gz --value c10
and so c100, and nlp with nasbench_nlp_wikitext2_runs.csv.gz.

Accuracies are in percent, losses of NAS-Bench-NLP in nats a word. Seconds are told in mean full
trainings of the table. In brackets stands the share of seeds that have found the table's best,
and then the paired difference from the improvement alone.
"""

import argparse

import numpy as np
import torch

import nbnas as nb

COSTS = (10, 15, 20, 30)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("table", help='of NAS-Bench-201 or -NLP, or "digits"')
    parser.add_argument("--value", default="c10", help="c10, c100 or nlp")
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
        said = [told(*pair, table) for pair in zip(values, plain, strict=True)]
        at = [f"{cost}: {text}" for cost, text in zip(COSTS, said, strict=True)]
        print(f"{name:12s}" + "   ".join(at), flush=True)


def read(table, value):
    if table == "digits":
        return nb.benchmarks.digits()
    if value == "nlp":
        return nb.TabularObjective.from_table(
            table,
            architecture="recipe",
            value="best_val_loss",
            cost="train_hours",
            measure=nb.Measure("loss", maximize=False),
            missing="drop",
            repeated="mean",
        )
    columns = {"value": f"{value}_valid_200", "cost": f"{value}_train_s_200"}
    return nb.TabularObjective.from_table(table, **columns)


def best(table, acquisition, seed, mean):
    """The best value after so many mean trainings' seconds."""
    # The members of the published table were trained separately, so isomorphic cells differ.
    apart = "nb201" in table.name
    strategy = nb.BayesianOptimization(acquisition=acquisition, allow_isomorphic=apart)
    search, spent = nb.Search(table.space, table, strategy, seed=seed), [0.0]
    while spent[-1] <= COSTS[-1]:
        search.step()
        spent.append(spent[-1] + search.observations[-1].seconds / mean)
    reached = np.searchsorted(spent[1:], COSTS, side="right") - 1
    return search.observations.trace[reached]


def told(values, plain, table):
    gain, scale = table.measure.gain, 100 if table.measure.fraction else 1
    share = (gain(values) >= gain(table.optimum) - 1e-9).mean()
    apart = scale * (values - plain)
    error = apart.std(ddof=1) / np.sqrt(len(apart))
    return f"{scale * values.mean():.2f} ({share:.2f}) {apart.mean():+.2f} ± {error:.2f}"


if __name__ == "__main__":
    main()
