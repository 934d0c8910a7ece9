"""Optuna's searches for several goals on a table, by hypervolume; prints how good they were.

python tests/benchmarks/peers/goals.py ../shared/data/nb201_cifar.csv.gz --value c10_valid_200 \
  --classes 10 --also c10_edgegpu_latency_ms:min --also-from ../shared/data/nb201_hardware.csv.gz \
  --output runs/edgegpu.csv

All finished runs are in the file, which is that of notebooks/benchmark.ipynb with the same table
and -p also: what it holds of nbnas's own strategies is in the table, too. Give the command again
to go on after a kill. NSGA-II has a population of 20, which suits so few queries, and TPE models
all choices together; both do better so than by default. What they ask for twice counts twice, and
they know nothing beforehand. --picture runs/edgegpu.png draws the regret.
"""

import argparse
import dataclasses
import os
import time
import warnings
from functools import partial

os.environ.setdefault("OMP_NUM_THREADS", "1")

import optuna
from kept_runs import run_all
from work import TableWork

from nbnas.errors import ArchitectureError
from nbnas.graphs.spaces.choices import categorical
from nbnas.notebook.tables.also import goals_of_words
from nbnas.search.benchmark.compare import Query
from nbnas.search.benchmark.cost.limit import limit_of
from nbnas.search.benchmark.run import rows_of
from nbnas.search.benchmark.table import read_table
from nbnas.search.tables.joined import joined_columns

SAMPLERS = {  # whose means on NAS-Bench-201 with edge-GPU latency are those of issue 20
    "NSGA-II (Optuna)": partial(optuna.samplers.NSGAIISampler, population_size=20),
    "TPE (Optuna)": partial(optuna.samplers.TPESampler, multivariate=True),
}


def parser():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("table", help="a file")
    parser.add_argument("--value", required=True, help="column of the values")
    parser.add_argument("--also", required=True, help="further goals, as in the notebook")
    parser.add_argument("--also-from", default="", help="the file that has them")
    parser.add_argument("--classes", type=int, default=0, help="of an accuracy")
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--peers", default=";".join(SAMPLERS), help="names, with semicolons")
    parser.add_argument("--output", required=True, help="the CSV file")
    parser.add_argument("--picture", help="a PNG file of the hypervolume regret by queries")
    return parser


def main(words=None):
    given = parser().parse_args(words)
    table = table_of(given)
    names = [name.strip() for name in given.peers.split(";")]
    known = {name: {"peer": f"optuna {optuna.__version__}"} for name in names}
    run_all(
        given,
        TableWork(table, limit_of(table, given.queries)),
        known,
        lambda pair: rows_of(
            pair, search(table, SAMPLERS[pair[0]], pair[1], given.queries), table
        ),
        lambda rows: f"{rows[-1].hypervolume_regret:.4f}",
    )


def table_of(given):
    also = goals_of_words(given.also)
    names = [one.column for one in also]
    source = (
        joined_columns(given.table, given.also_from, names) if given.also_from else given.table
    )
    table = read_table(source, architecture="arch_str", value=given.value, also=also)
    return dataclasses.replace(table, classes=given.classes)


def search(table, sampler, seed, queries):
    """The queries of a run of one of Optuna's samplers."""
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    space = categorical(table.space)
    measures = (table.measure, *(one.measure for one in table.further))
    ways = ["maximize" if measure.maximize else "minimize" for measure in measures]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        study = optuna.create_study(directions=ways, sampler=sampler(seed=seed))
    found, best = [], None
    while len(found) < queries:
        started = time.perf_counter()
        trial = study.ask()
        chosen = [
            trial.suggest_categorical(f"choice {i}", list(range(n))) for i, n in sizes(space)
        ]
        seconds = time.perf_counter() - started
        architecture = architecture_of(space, chosen)
        if architecture not in table.values:
            study.tell(trial, state=optuna.trial.TrialState.FAIL)
            continue
        value = table.values[architecture]
        study.tell(trial, [value, *(one.values[architecture] for one in table.further)])
        if best is None or table.measure.gain(value) > table.measure.gain(table.values[best]):
            best = architecture
        shown = value / table.unit.whole, best, table.values[best] / table.unit.whole
        found.append(Query(len(found) + 1, architecture, *shown, seconds))
    return tuple(found)


def architecture_of(space, chosen):
    """The architecture of a row of choices; `None` where the space has none of it."""
    try:
        return space.decode(chosen)
    except ArchitectureError:
        return None


def sizes(space):
    """The number of options of each choice, by its place."""
    return [(i, len(options)) for i, options in enumerate(space.choices)]


if __name__ == "__main__":
    main()
