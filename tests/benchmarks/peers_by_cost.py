"""Other people's searches over fidelities on a table, by cost; prints how good they were.

python tests/benchmarks/peers_by_cost.py ../shared/data/nb201_cifar.csv.gz --test c10_test_200 \
  --fidelities c10_valid_12:12,c10_valid_200:200 --output runs/cost_c10.csv

All finished runs are in the file, which is that of notebooks/benchmark.ipynb with the same table
and -p fidelities: what it holds of nbnas's own strategies is in the table, too. Give the command
again to go on after a kill. `pip install 'nbnas[peers]'` brings the packages; a peer that is not
installed is left out. --picture runs/cost_c10.png draws the best so far.
"""

import argparse
import os
import sys
import time
from dataclasses import replace

os.environ.setdefault("OMP_NUM_THREADS", "1")

from kept_runs import run_all
from peers import PEERS, run_peer, version_of

from nbnas.benchmarks.shipped import digits_table
from nbnas.notebook.tables.fidelities import looks_of_words
from nbnas.search.benchmark.cost.limit import limit_of
from nbnas.search.benchmark.run import row_of
from nbnas.search.benchmark.table import read_table
from nbnas.search.tables.options import Reading


def parser():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("table", help="a file, or digits")
    parser.add_argument("--fidelities", required=True, help="as in the notebook")
    parser.add_argument("--test", default="", help="column of values on test data")
    parser.add_argument("--cost", type=float, default=30.0, help="of a run, in full trainings")
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--peers", default=";".join(PEERS), help="their names, with semicolons")
    parser.add_argument("--output", required=True, help="the CSV file")
    parser.add_argument("--picture", help="a PNG file of the best so far by cost")
    return parser


def main(words=None):
    given = parser().parse_args(words)
    table = table_of(given)
    names = [name.strip() for name in given.peers.split(";")]
    chosen = {name: installed(name) for name in names}
    for name in [name for name, version in chosen.items() if version is None]:
        print(f"{name} is left out: pip install {PEERS[name][1]}")
        del chosen[name]
    limit = limit_of(table, given.cost)
    known = {name: {"peer": version} for name, version in chosen.items()}
    run_all(
        given,
        table,
        limit,
        known,
        lambda pair: run(pair, table, given.cost),
        lambda rows: f"{rows[-1].best} in {len(rows)} trainings",
    )


def table_of(given):
    looks = looks_of_words(given.fidelities)
    if given.table == "digits":
        return digits_table(fidelities=looks.fidelities)
    reading = Reading(fidelities=looks.fidelities, looks=looks.lower)
    named = {"architecture": "arch_str", "value": looks.value, "test": given.test}
    return read_table(given.table, **named, reading=reading)


def installed(name):
    """The package of a peer with its version; `None` where it is not installed."""
    if name not in PEERS:
        sys.exit(f"expected peers out of {'; '.join(PEERS)}, got {name}")
    package = PEERS[name][1]
    version = version_of(package)
    return None if version is None else f"{package} {version}"


def run(pair, table, cost):
    """The rows of a run; its time is shared equally among its queries."""
    name, seed = pair
    started = time.perf_counter()
    queries = run_peer(PEERS[name][0], table, cost, seed)
    spent = queries[-1].cost if queries else 0.0
    if spent < cost - 1e-9:
        sys.exit(f"{name}, seed {seed}: nothing new was asked for at cost {spent:g}")
    seconds = (time.perf_counter() - started) / len(queries)
    rows = (row_of(pair, query, table) for query in queries)
    return tuple(replace(row, seconds=float(f"{seconds:.4g}")) for row in rows)


if __name__ == "__main__":
    main()
