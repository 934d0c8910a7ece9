"""Bayesian optimisation that looks before it trains, by what its trainings cost.

python tests/benchmarks/looks.py ../shared/data/nb201_cifar.csv.gz --value c10
python tests/benchmarks/looks.py digits --epochs 1,12
python tests/benchmarks/looks.py ../shared/data/nasbench_nlp_wikitext2_runs.csv.gz --value nlp \
    --curves ../shared/data/nasbench_nlp_wikitext2_curves.csv.gz --epochs 3,10,50 --costs 5,10,20
python tests/benchmarks/looks.py ../shared/data/nb201_cifar.csv.gz --acquisition kg

Prints the mean of the best full value so far by cost, in full trainings, and the share of seeds
that had found the table's best; and the mean cost until then.
"""

import argparse
import dataclasses
import time

import numpy as np
import torch

import nbnas as nb
from nbnas.benchmarks.shipped import digits
from nbnas.search.fidelities.costs import costs
from nbnas.search.tables.joined import joined_curves, look_columns

ACQUISITIONS = {
    "logei": nb.LogExpectedImprovement,
    "kg": nb.KnowledgeGradient,
    "mes": nb.MaxValueEntropy,
}
LOSS = nb.Measure("validation loss", "nats", maximize=False, lower=0)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("table", help='of NAS-Bench-201 or -NLP, or "digits"')
    parser.add_argument("--value", default="c10", help="c10, c100 or nlp")
    parser.add_argument("--curves", help="of nlp: the file of its learning curves")
    parser.add_argument("--epochs", default="", help="the lengths along learning curves")
    parser.add_argument("--costs", default="10,15,20,30")
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--acquisition", choices=tuple(ACQUISITIONS), default="logei")
    parser.add_argument("--full", action="store_true", help="full trainings alone")
    given = parser.parse_args()
    torch.set_num_threads(1)
    objective, space, isomorphic = table(given)
    at = [float(cost) for cost in given.costs.split(",")]
    found, until, slowest = [], [], []
    for seed in range(given.first_seed, given.first_seed + given.seeds):
        strategy = nb.BayesianOptimization(
            acquisition=ACQUISITIONS[given.acquisition](),
            fidelities=None if given.full else objective.fidelities,
            allow_isomorphic=isomorphic,
        )
        began = time.perf_counter()
        search, seconds = run(nb.Search(space, objective, strategy, seed=seed), at[-1])
        spent, trace = np.cumsum(costs(objective, search.observations)), search.observations.trace
        found.append([by(trace, spent, cost) for cost in at])
        best = np.flatnonzero(np.abs(trace - objective.optimum) < 1e-9)
        until.append(spent[best[0]] if len(best) else np.inf)
        slowest.append(max(seconds))
        full, all_ = len(search.observations.full), len(search.observations)
        print(
            f"seed {seed}: {found[-1][-1]:.4f}, best at {until[-1]:.1f}, "
            f"{full} full and {all_ - full} looks, {time.perf_counter() - began:.0f} s",
            flush=True,
        )
    report(np.array(found), at, objective)
    print(f"cost until the best: mean {np.mean(until):.1f}, median {np.median(until):.1f}")
    print(f"longest suggestion of each seed: median {np.median(slowest):.2f} s")


def table(given):
    """The objective, its space, and whether members that compute the same were each trained."""
    if given.table == "digits":
        lengths = nb.Fidelities(tuple(map(int, given.epochs.split(","))), continued=True)
        return dataclasses.replace(digits(), fidelities=lengths), nb.CellSpace(), False
    if given.value == "nlp":
        epochs = tuple(map(int, given.epochs.split(",")))
        frame = joined_curves(given.table, given.curves, epochs[:-1])
        made = nb.TabularObjective.from_table(
            frame,
            architecture="recipe",
            value="best_val_loss",
            measure=LOSS,
            missing="fail",
            repeated="mean",
            parameters="num_params",
            fidelities=nb.Fidelities(epochs, continued=True),
            looks=look_columns(epochs[:-1], "val_loss"),
        )
        return made, made.space, False
    made = nb.TabularObjective.from_table(
        given.table,
        value=f"{given.value}_valid_200",
        fidelities=nb.Fidelities((12, 200)),
        looks={12: f"{given.value}_valid_12"},
    )
    return made, nb.CellSpace(), False


def run(search, cost):
    seconds = []
    search.stepped.connect(lambda step: seconds.append(search.proposal.seconds))
    return search.run(cost=cost), seconds


def by(trace, spent, cost):
    """The best full value when so much was spent; NaN before the first."""
    within = np.flatnonzero(spent <= cost + 1e-9)
    return trace[within[-1]] if len(within) else np.nan


def report(found, at, objective):
    scale = 100 if objective.measure == nb.ACCURACY else 1
    for column, cost in zip(found.T, at, strict=True):
        seen = column[np.isfinite(column)]
        error = seen.std(ddof=1) / np.sqrt(len(seen)) if len(seen) > 1 else np.nan
        share = np.mean(np.abs(column - objective.optimum) < 1e-9)
        print(
            f"cost {cost:5g}: {scale * seen.mean():.3f} ± {scale * error:.3f}   share {share:.2f}"
        )


if __name__ == "__main__":
    main()
