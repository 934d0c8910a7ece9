"""Searches of graphs with settings on functions whose optimum is known; prints simple regrets.

python tests/benchmarks/peers/mixed.py --functions additive-0,hartmann \
  --strategies nbnas,tpe,random --seeds 20 --queries 60 --output runs/mixed.csv

Six choices of five options each, and three numbers. A run is written as soon as it is
finished; give the command again to go on after a kill. Peers are `tpe` and `tpe-multivariate` of
Optuna and `smac` (see `environments.py`); with `--strategies smac` nothing of nbnas is imported.
"""

import argparse
import csv
import os
import time
from collections import defaultdict
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

OPTIONS, PLACES, NUMBERS, INITIAL = 5, 6, 3, 10
COLUMNS = ("function", "strategy", "seed", "regret", "half", "seconds")


def additive(seed):
    """A worth of each option, of some pairs of them, and parabolas that they shift."""
    rng = np.random.default_rng((5, seed))
    alone = rng.normal(0, 1, (PLACES, OPTIONS))
    pairs = [tuple(rng.choice(PLACES, 2, replace=False)) for _ in range(4)]
    both = rng.normal(0, 0.7, (4, OPTIONS, OPTIONS))
    weight = rng.uniform(2, 8, NUMBERS)
    middle = rng.uniform(0.25, 0.75, NUMBERS)
    shift = rng.uniform(-0.2, 0.2, (NUMBERS, OPTIONS))

    def of_categories(c):
        together = sum(b[c[i], c[j]] for (i, j), b in zip(pairs, both, strict=True))
        return sum(alone[i, c[i]] for i in range(PLACES)) + together

    def function(c, x):
        at = middle + [shift[k, c[k]] for k in range(NUMBERS)]
        return of_categories(c) - (weight * (x - at) ** 2).sum()

    return function, max(of_categories(c) for c in np.ndindex(*[OPTIONS] * PLACES))


def hartmann(seed):
    """Hartmann's function of three numbers, times and plus what the options are worth."""
    rng = np.random.default_rng((6, seed))
    alone = rng.uniform(0, 1, (PLACES, OPTIONS))
    alone = (alone - alone.min(1, keepdims=True)) / np.ptp(alone, axis=1, keepdims=True)
    height = np.array([1.0, 1.2, 3.0, 3.2])
    steep = np.array([[3, 10, 30], [0.1, 10, 35], [3, 10, 30], [0.1, 10, 35]])
    centre = 1e-4 * np.array(
        [[3689, 1170, 2673], [4699, 4387, 7470], [1091, 8732, 5547], [381, 5743, 8828]]
    )

    def function(c, x):
        bumps = height @ np.exp(-(steep * (x - centre) ** 2).sum(1))
        worth = np.mean([alone[i, c[i]] for i in range(PLACES)])
        return bumps * (0.5 + 0.5 * worth) + 2 * worth

    return function, 3.8627797869493365 + 2


def branin(seed):
    """Branin's function of two numbers, a parabola that a category shifts, and pairs."""
    rng = np.random.default_rng((7, seed))
    both = rng.normal(0, 1, (3, OPTIONS, OPTIONS))
    middle = rng.uniform(0, 1, OPTIONS)

    def function(c, x):
        u, v = 15 * x[0] - 5, 15 * x[1]
        valley = (v - 5.1 / (4 * np.pi**2) * u**2 + 5 / np.pi * u - 6) ** 2
        valley += 10 * (1 - 1 / (8 * np.pi)) * np.cos(u) + 10
        pairs = sum(b[c[2 * i], c[2 * i + 1]] for i, b in enumerate(both))
        return pairs - valley / 30 - 4 * (x[2] - middle[c[0]]) ** 2

    return function, both.max((1, 2)).sum() - 0.39788735772973816 / 30


def function_of(word):
    """The function of a word such as additive-3, and its greatest value."""
    name, _, seed = word.partition("-")
    return {"additive": additive, "hartmann": hartmann, "branin": branin}[name](int(seed or 0))


def run_nbnas(function, queries, seed, strategy):
    import nbnas as nb

    choices = nb.ChoiceSpace(**{f"c{i}": nb.Choice(tuple("abcde")) for i in range(PLACES)})
    space = nb.JointSpace(choices, **{f"x{i}": nb.Real(0, 1) for i in range(NUMBERS)})

    def objective(a, seed):
        x = np.array([a.setting(f"x{i}") for i in range(NUMBERS)])
        return float(function(["abcde".index(a[f"c{i}"]) for i in range(PLACES)], x))

    chosen = nb.RandomSearch() if strategy == "random" else nb.BayesianOptimization()
    measure = nb.Measure("value")
    search = nb.Search(space, objective, chosen, measure=measure, seed=seed).run(queries)
    return [e.value for e in search.observations]


def run_tpe(function, queries, seed, strategy):
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)

    def objective(trial):
        c = [trial.suggest_categorical(f"c{i}", range(OPTIONS)) for i in range(PLACES)]
        x = np.array([trial.suggest_float(f"x{i}", 0, 1) for i in range(NUMBERS)])
        return function(c, x)

    sampler = optuna.samplers.TPESampler(
        seed=seed, n_startup_trials=INITIAL, multivariate=strategy == "tpe-multivariate"
    )
    study = optuna.create_study(direction="maximize", sampler=sampler)
    study.optimize(objective, n_trials=queries)
    return [trial.value for trial in study.trials]


def run_smac(function, queries, seed, _strategy):
    import tempfile

    from ConfigSpace import Categorical, ConfigurationSpace, Float
    from smac import HyperparameterOptimizationFacade, Scenario

    named = [Categorical(f"c{i}", list(range(OPTIONS))) for i in range(PLACES)]
    space = ConfigurationSpace(seed=seed)
    space.add([*named, *(Float(f"x{i}", (0.0, 1.0)) for i in range(NUMBERS))])
    values = []

    def objective(config, seed=0):
        c = [int(config[f"c{i}"]) for i in range(PLACES)]
        values.append(function(c, np.array([config[f"x{i}"] for i in range(NUMBERS)])))
        return -values[-1]

    with tempfile.TemporaryDirectory() as folder:
        scenario = Scenario(
            space, n_trials=queries, seed=seed, deterministic=True, output_directory=Path(folder)
        )
        start = HyperparameterOptimizationFacade.get_initial_design(scenario, n_configs=INITIAL)
        HyperparameterOptimizationFacade(
            scenario, objective, initial_design=start, overwrite=True, logging_level=50
        ).optimize()
    return values[:queries]


RUNS = {
    **dict.fromkeys(("nbnas", "random"), run_nbnas),
    **dict.fromkeys(("tpe", "tpe-multivariate"), run_tpe),
    "smac": run_smac,
}


def parser():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--functions", default="additive-0,hartmann,branin", help="with commas")
    parser.add_argument("--strategies", default="nbnas,tpe,random", help=", ".join(RUNS))
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--queries", type=int, default=60)
    parser.add_argument("--output", default="runs/mixed.csv")
    return parser


def main(words=None):
    given = parser().parse_args(words)
    path = Path(given.output)
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        path.write_text(",".join(COLUMNS) + "\n")
    done = {(r["function"], r["strategy"], int(r["seed"])) for r in rows(path)}
    for seed in range(given.seeds):
        for word in given.functions.split(","):
            for strategy in given.strategies.split(","):
                if (word, strategy, seed) not in done:
                    row = run(word, strategy, seed, given.queries)
                    with path.open("a") as file:
                        csv.writer(file).writerow(row)
    print(table(rows(path)))


def run(word, strategy, seed, queries):
    function, best = function_of(word)
    start = time.process_time()
    values = np.maximum.accumulate(RUNS[strategy](function, queries, seed, strategy))
    seconds = time.process_time() - start
    regrets = best - values[[queries - 1, queries // 2 - 1]]
    return (word, strategy, seed, *map(float, regrets), round(seconds, 2))


def rows(path):
    with Path(path).open() as file:
        return list(csv.DictReader(file))


def table(found):
    """Mean regrets with standard errors, in Markdown."""
    regrets = defaultdict(list)
    for row in found:
        regrets[row["function"], row["strategy"]].append(float(row["regret"]))
    lines = ["| function | strategy | seeds | regret | ± | median |", "|---|---|--:|--:|--:|--:|"]
    for (function, strategy), r in sorted(regrets.items()):
        error = np.std(r, ddof=1) / len(r) ** 0.5 if len(r) > 1 else np.nan
        numbers = f"{np.mean(r):.4f} | {error:.4f} | {np.median(r):.4f}"
        lines.append(f"| {function} | {strategy} | {len(r)} | {numbers} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
