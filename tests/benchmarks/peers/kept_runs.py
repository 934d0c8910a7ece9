"""Runs of peers that stay in a file of benchmarks, so that a command goes on after a kill."""

from pathlib import Path

from registry import FIDELITIES, FULL

import nbnas as nb
from nbnas.charts.render import to_png
from nbnas.search.benchmark.file import append_run, open_file, replace_run

PEERS = {*FULL, *FIDELITIES}


def run_all(given, work, known, rows_of_run, told):
    """Make the runs that are missing, print what all in the file found, and draw it if asked.

    Args:
        given: What was asked for: `seeds`, `output`, `picture`.
        work: What is searched: `settings`, `limit`, and `results` of runs.
        known: Who makes runs, by name, and what is remembered of each.
        rows_of_run: Makes the rows of a run, by its name and seed.
        told: What is said of the rows of a run.
    """
    path = Path(given.output)
    runs = open_file(path, work.settings, known)
    for seed in range(given.seeds):
        for name in known:
            pair = name, seed
            if work.limit.reached(runs.get(pair, ())):
                continue
            rows = rows_of_run(pair)
            (replace_run if pair in runs else append_run)(path, rows)
            runs[pair] = rows
            print(f"{name}, seed {seed}: {told(rows)}", flush=True)
    found = {pair: rows for pair, rows in runs.items() if work.limit.reached(rows)}
    names = dict.fromkeys(name for name, _ in found)
    results = work.results(found, tuple(sorted(names, key=PEERS.__contains__)))  # nbnas's first
    print(results.markdown)
    if given.picture:
        Path(given.picture).write_bytes(to_png(nb.charts.curves(results.best)))
