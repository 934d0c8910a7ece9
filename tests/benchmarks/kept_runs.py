"""Runs of peers that stay in a file of benchmarks, so that a command goes on after a kill."""

from pathlib import Path

import nbnas as nb
from nbnas.charts.render import to_png
from nbnas.search.benchmark.cost.results import results_of
from nbnas.search.benchmark.file import append_run, open_file, replace_run
from nbnas.search.benchmark.run import settings_of


def run_all(given, table, limit, known, rows_of_run, told):
    """Make the runs that are missing, print what all in the file found, and draw it if asked.

    Args:
        given: What was asked for: `seeds`, `output`, `picture`.
        table: The table.
        limit: When a run is over.
        known: Who makes runs, by name, and what is remembered of each.
        rows_of_run: Makes the rows of a run, by its name and seed.
        told: What is said of the rows of a run.
    """
    path = Path(given.output)
    runs = open_file(path, settings_of(table, 1), known)
    for seed in range(given.seeds):
        for name in known:
            pair = name, seed
            if limit.reached(runs.get(pair, ())):
                continue
            rows = rows_of_run(pair)
            (replace_run if pair in runs else append_run)(path, rows)
            runs[pair] = rows
            print(f"{name}, seed {seed}: {told(rows)}", flush=True)
    found = {pair: rows for pair, rows in runs.items() if limit.reached(rows)}
    results = results_of(table, found, tuple(dict.fromkeys(n for n, _ in found)), limit, 10)
    print(results.markdown)
    if given.picture:
        Path(given.picture).write_bytes(to_png(nb.charts.curves(results.best)))
