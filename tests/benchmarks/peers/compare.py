"""Other people's searches on the same work as nbnas's; prints how good they were.

python tests/benchmarks/peers/environments.py
python tests/benchmarks/peers/compare.py ../shared/data/nb201_cifar.csv.gz --value c10_valid_200 \
  --test c10_test_200 --queries 100 --seeds 20 --output runs/peers_c10.csv
python tests/benchmarks/peers/compare.py ../shared/data/nb201_cifar.csv.gz --test c10_test_200 \
  --fidelities c10_valid_12:12,c10_valid_200:200 --cost 30 --output runs/cost_c10.csv
python tests/benchmarks/peers/compare.py digits --output runs/peers_digits.csv
python tests/benchmarks/peers/compare.py additive-0 --queries 60 --output runs/peers_additive.csv

A table is a file, or digits, or a function of `mixed.py`. All finished runs are in the CSV,
which is that of notebooks/benchmark.ipynb with the same table: what it holds of nbnas's own
strategies is printed, too (--nbnas makes them here: bayes and random). Give the command again to
go on after a kill. A peer without an environment is left out. --picture draws the best so far.
"""

import argparse
import csv
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

from environments import python_of, version_of
from kept_runs import run_all
from mixed import function_of, run_nbnas
from registry import FIDELITIES, FULL
from work import FunctionWork, TableWork

from nbnas.benchmarks.shipped import digits_table
from nbnas.notebook.strategies import STRATEGIES
from nbnas.notebook.tables.fidelities import looks_of_words
from nbnas.search.benchmark.compare import run_once
from nbnas.search.benchmark.cost.limit import limit_of
from nbnas.search.benchmark.run import description_of, rows_of
from nbnas.search.benchmark.table import read_table
from nbnas.search.tables.options import Reading

FUNCTIONS = ("additive", "hartmann", "branin")
OWN = ("bayes", "random")  # strategies of nbnas, with the notebook's names and settings


def parser():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("table", help="a file, digits, or a function such as additive-0")
    parser.add_argument(
        "--value", default="", help="column of the values, where all go all the way"
    )
    parser.add_argument("--test", default="", help="column of values on test data")
    parser.add_argument(
        "--fidelities", default="", help="as in the notebook; runs go by cost then"
    )
    parser.add_argument("--queries", type=int, default=100, help="of a run")
    parser.add_argument("--cost", type=float, default=30.0, help="of a run, in full trainings")
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--peers", help="their names, with semicolons; all by default")
    parser.add_argument("--nbnas", action="store_true", help="make nbnas's own runs, too")
    parser.add_argument("--environments", default="runs/peers", help="those of environments.py")
    parser.add_argument("--limit", type=float, help="seconds after which no further run begins")
    parser.add_argument("--output", required=True, help="the CSV file")
    parser.add_argument("--picture", help="a PNG file of the best so far")
    return parser


def main(words=None):
    given = parser().parse_args(words)
    work, peers = work_of(given), FIDELITIES if given.fidelities else FULL
    names = list(peers) if given.peers is None else [n.strip() for n in given.peers.split(";")]
    pythons = installed([name for name in names if name], peers, given.environments)
    own = {name: own_settings(work, name) for name in OWN} if given.nbnas else {}
    if own and given.fidelities:
        sys.exit(
            "expected --nbnas without --fidelities: notebooks/benchmark.ipynb makes those runs"
        )
    known = own | {name: {"peer": version_of(peers[name].environment)} for name in pythons}
    with tempfile.TemporaryDirectory() as folder:
        work.write(Path(folder))
        run_all(given, work, known, Runs(given, work, own, pythons, Path(folder)).rows, said)


@dataclass(frozen=True)
class Runs:
    """Makes runs: of nbnas here, of peers in processes of their own.

    Attributes:
        given: What was asked for.
        work: What is searched; it stands in `folder`.
        own: The strategies of nbnas.
        pythons: The Python of each peer.
        folder: What peers read and write.
        began: When the first run began.
    """

    given: argparse.Namespace
    work: object
    own: dict
    pythons: dict
    folder: Path
    began: float = field(default_factory=time.monotonic)

    def rows(self, pair):
        """The rows of a run."""
        limit = self.given.limit
        if limit is not None and time.monotonic() - self.began > limit:
            sys.exit(f"stopped after {limit:g} s; give the command again to go on")
        if pair[0] in self.own:
            return own_run(self.work, pair)
        peer = (FIDELITIES if self.given.fidelities else FULL)[pair[0]]
        rows = self.work.rows(pair, asked(self.folder, peer, self.pythons[pair[0]], pair))
        if not self.work.limit.reached(rows):
            sys.exit(
                f"{pair[0]}, seed {pair[1]}: nothing new was asked for after {len(rows)} rows"
            )
        return rows


def said(rows):
    return f"{rows[-1].best:g} in {len(rows)} trainings"


def work_of(given):
    """What is searched."""
    if given.table.rpartition("-")[0] in FUNCTIONS or given.table in FUNCTIONS:
        return FunctionWork(given.table, given.queries)
    table = table_of(given)
    return TableWork(table, limit_of(table, given.cost if given.fidelities else given.queries))


def table_of(given):
    """The table of a command."""
    if not given.fidelities:
        if given.table == "digits":
            return digits_table()
        named = {"architecture": "arch_str", "value": given.value, "test": given.test}
        return read_table(given.table, **named)
    looks = looks_of_words(given.fidelities)
    if given.table == "digits":
        return digits_table(fidelities=looks.fidelities)
    reading = Reading(fidelities=looks.fidelities, looks=looks.lower)
    named = {"architecture": "arch_str", "value": looks.value, "test": given.test}
    return read_table(given.table, **named, reading=reading)


def installed(names, peers, environments):
    """The Python of each peer; those without one are left out, and it is said how to get them."""
    if unknown := [name for name in names if name not in peers]:
        sys.exit(f"expected peers out of {'; '.join(peers)}, got {'; '.join(unknown)}")
    found = {name: python_of(environments, peers[name].environment) for name in names}
    for name in [name for name, python in found.items() if python is None]:
        environment = peers[name].environment
        print(f"{name} is left out: python tests/benchmarks/peers/environments.py {environment}")
        del found[name]
    return found


def asked(folder, peer, python, pair):
    """What a peer asked for, in a process of its own."""
    driver = str(Path(__file__).with_name("drive.py"))
    words = [python, driver, peer.module, peer.function, str(folder), str(pair[1])]
    made = subprocess.run(words, capture_output=True, text=True)
    if made.returncode:
        sys.exit(f"{pair[0]}, seed {pair[1]}: {made.stderr[-2000:]}")
    with (folder / "asked.csv").open(newline="") as file:
        return list(csv.reader(file))


def own_settings(work, name):
    """What decides the numbers of one of nbnas's strategies."""
    if isinstance(work, FunctionWork):
        return {"strategy": name}
    make = own_maker(work, name)
    return description_of(make, make(), work.table)


def own_maker(work, name):
    """What makes one of nbnas's strategies, as the notebook does."""
    return lambda: STRATEGIES[name](0, True)


def own_run(work, pair):
    """The rows of a run of one of nbnas's strategies."""
    name, seed = pair
    if isinstance(work, TableWork):
        table, queries = work.table, work.limit.queries
        make = own_maker(work, name)
        return rows_of(pair, run_once(table.space, table.objective, make(), seed, queries), table)
    points = []

    def function(c, x):
        points.append(("-".join(map(str, c)), *map(repr, x.tolist()), "1", "nan"))
        return function_of(work.word)[0](c, x)

    began = time.perf_counter()
    run_nbnas(function, work.limit.queries, seed, name)
    seconds = (time.perf_counter() - began) / len(points)
    return work.rows(pair, [(*point[:-1], f"{seconds:.4g}") for point in points])


if __name__ == "__main__":
    main()
