"""Searches on shared weights on NAS-Bench-Digits, where every cell is known.

    python tests/benchmarks/gradient.py runs/gradient.csv [--seeds 5] [--only "DARTS;one-shot"]

Each run searches with the recipe of the table, and is told by the table: the rank of what it found
among 15,625 cells, its regret, its share of skip connections and of what else has no weights,
its cost in full trainings (by multiply-adds, and by seconds beside a training on this machine),
and Kendall's tau between the scores of 200 cells with inherited weights and the table, beside that
of the table's zero-cost proxies. Finalists, where a method names several, are trials of a search
by the table, each of which counts as a full training. Bayesian optimisation has as many trials as
that may cost in all. Good cells are larger than the mean one: `work` counts what such trials and
the search on shared weights take by their multiply-adds. It is also said what is found where a
trial is one training out of the three whose mean the table is.
A line is written after each run; give the same command again to go on after a kill.
"""

import argparse
import csv
import functools
import time
from pathlib import Path

import numpy as np
from scipy.stats import kendalltau

import nbnas as nb
from nbnas.benchmarks.protocol import recipe

SPACE, CELLS, COST, ONE = nb.CellSpace(), 200, 15, ", one training a trial"
# Of architecture parameters: an epoch has 5 steps here, where the paper's has 390. Chosen together
# with the number of epochs and the remedy on seeds 100 to 102, which are not told here.
RATE = 0.04
METHODS = {
    "DARTS": nb.Darts(epochs=12, learning_rate=RATE),
    "DARTS second order": nb.Darts(2, epochs=12, learning_rate=RATE),
    "DARTS-": nb.Darts(epochs=12, learning_rate=RATE, remedy=nb.AuxiliarySkip()),
    "beta-DARTS": nb.Darts(epochs=12, learning_rate=RATE, remedy=nb.BetaDecay()),
    # As many epochs before the first decision as a training has; an epoch for each later one.
    "perturbation": nb.PerturbationSelection(17, warmup=12, finalists=4),
    "one-shot": nb.SinglePathOneShot(epochs=60, candidates=100),
}
BAYES = f"Bayesian optimisation {COST} trainings"
KNOWS = "Bayesian optimisation 5 trainings, knows the perturbation"
COLUMNS = (
    "method",
    "seed",
    "cell",
    "rank",
    "regret",
    "skips",
    "bare",
    "cost",
    "seconds",
    "tau",
    "work",
)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("output", type=Path)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    every = (*METHODS, "perturbation" + ONE, BAYES, BAYES + ONE, KNOWS)
    parser.add_argument("--only", default=";".join(every), help="names, separated by ;")
    parser.add_argument(
        "--cells", type=int, default=CELLS, help="whose scores are ranked; 0: none"
    )
    given = parser.parse_args()
    wanted = [name for name in every if name in given.only.split(";")]
    table = nb.benchmarks.digits()
    kept = read(given.output)
    for seed in range(given.first, given.first + given.seeds):
        for name in wanted:
            if (name, str(seed)) not in kept:
                kept[name, str(seed)] = row = run((name, seed), table, given)
                write(given.output, row)
                print(" ".join(f"{row[column]}" for column in COLUMNS), flush=True)
    report(kept, wanted, table)


def run(pair, table, given):
    """A row of the file: what a search found, and what it cost."""
    name, seed = pair
    asked = nb.benchmarks.digits(seed % 3) if name.endswith(ONE) else table
    name = name.removesuffix(ONE)
    if name == BAYES:
        search = nb.Search(SPACE, asked, nb.BayesianOptimization(), seed=seed).run(COST)
        trained = search.observations.architectures
        work = f"{trainings(table, trained):.1f}"
        return told(pair, search.best.architecture, table) | {"cost": COST, "work": work}
    method = "perturbation" if name == KNOWS else name
    relaxation = nb.Supernet(SPACE, recipe()).start(METHODS[method], seed)
    relaxation.keep(given.output.with_suffix(f".{method}-{seed}"))
    began = time.process_time()
    cell, cost = relaxation.run(), relaxation.cost
    lasted = time.process_time() - began
    trained = relaxation.finalists if len(relaxation.finalists) > 1 else ()
    if trained:
        strategy, trials = nb.RandomSearch(first=trained), len(trained)
        if name == KNOWS:
            strategy, trials = nb.BayesianOptimization(knowledge=gaps(relaxation)), 5
        search = nb.Search(SPACE, asked, strategy, seed=seed).run(trials)
        cell, trained = search.best.architecture, search.observations.architectures
    cells = SPACE.sample(10_000 + seed, given.cells)
    scores = relaxation.scores(cells)
    tau = f"{kendalltau(scores, truths(table, cells)).statistic:.3f}" if scores else ""
    seconds = f"{lasted / full_training() + len(trained):.1f}" if asked is table else ""
    skips = "/".join(
        f"{report.skips:.2f}"
        for report in relaxation.reports[:: max(1, len(relaxation.reports) // 6)]
    )
    return told(pair, cell, table) | {
        "skips": skips,
        "cost": f"{cost + len(trained):.2f}",
        "seconds": seconds,
        "tau": tau,
        "work": f"{cost + trainings(table, trained):.1f}",
    }


def gaps(relaxation):
    """What selection by perturbation says of every cell: by how much less its edges are missed."""
    learner = relaxation._learner
    known = np.zeros((6, len(SPACE.words)))
    for choice, losses in zip(learner.choices, learner.losses, strict=True):
        row = choice.options[0][0]
        known[row] = min(losses) - max(losses)  # of "none", too, which nobody asks
        for (_, place), loss in zip(choice.options, losses, strict=True):
            known[row, place] = loss - max(losses)
    sums = {cell: (float(known[range(6), SPACE.encode(cell)].sum()),) for cell in SPACE}
    return nb.Knowledge(("gap",), sums)


def told(pair, cell, table):
    values = np.array(list(table.values.values()))
    bare = sum(word in ("skip_connect", "avg_pool_3x3", "none") for *_, word in cell.edges)
    return dict.fromkeys(COLUMNS, "") | {
        "method": pair[0],
        "seed": pair[1],
        "cell": cell.text,
        "rank": 1 + int((values > table.values[cell.text]).sum()),
        "regret": f"{table.regret(cell):.4f}",
        "bare": f"{bare / 6:.2f}",
    }


def trainings(table, cells):
    """Multiply-adds of the trainings of cells, in those of a mean one; see `Relaxation.cost`."""
    usual = np.mean([table.multiply_adds[cell.text] for cell in SPACE.sample(0, 100)])
    return sum(table.multiply_adds[cell.text] for cell in cells) / usual


@functools.cache
def full_training():
    """Seconds of the processor of a full training here: the mean of four cells."""
    began = time.process_time()
    for cell in SPACE.sample(20_000, 4):
        recipe()(cell)
    return (time.process_time() - began) / 4


def truths(table, cells):
    return [table.values[cell.text] for cell in cells]


def report(kept, wanted, table):
    """The means of each method, and the proxies on the same cells."""
    best = len(table.values) // 50
    heads = ("top 2 %", 8), ("regret", 9), ("bare", 6), ("cost", 7), ("seconds", 8), ("tau", 7)
    heads += (("work", 7),)
    print(f"\n{'':60}{'ranks':30}" + "".join(f"{head:>{wide}}" for head, wide in heads))
    for name in wanted:
        rows = [row for (known, _), row in sorted(kept.items()) if known == name]
        ranks = [int(row["rank"]) for row in rows]
        columns = ("regret", "bare", "cost", "seconds", "tau", "work")
        means = (mean(rows, column) for column in columns)
        told = "{:9.4f}{:6.2f}{:7.1f}{:8.1f}{:7.3f}{:7.1f}".format(*means)
        top = f"{sum(rank <= best for rank in ranks)} of {len(ranks)}"
        print(f"{name:60}{' '.join(map(str, ranks)):30}{top:>8}{told}")
    names, proxies = nb.benchmarks.digits_proxies()
    for place, name in enumerate(names):
        found = []
        for seed in sorted({int(seed) for _, seed in kept}):
            cells = SPACE.sample(10_000 + seed, CELLS)
            scores = [proxies[cell][place] for cell in cells]
            found.append(kendalltau(scores, truths(table, cells)).statistic)
        print(f"{name:128}{np.mean(found):7.3f}")


def mean(rows, column):
    numbers = [float(row[column]) for row in rows if row[column] != ""]
    return float(np.mean(numbers)) if numbers else float("nan")


def read(path):
    if not path.exists():
        return {}
    with path.open(newline="", encoding="utf-8") as file:
        return {(row["method"], row["seed"]): row for row in csv.DictReader(file)}


def write(path, row):
    new = not path.exists()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader() if new else None
        writer.writerow(row)


if __name__ == "__main__":
    main()
