"""The first queries of Bayesian optimisation under many settings, by a quick copy of the model.

python tests/benchmarks/early/first_queries.py ../shared/data \
    --variants 'default;initial-5' --out runs/early.csv

The copy, in numpy, has the default prior and chooses, query by query, what nbnas chooses with
`BayesianOptimization(initial=10, spread=False)`, which was its default once; *unlike* begins as
its default does now, but draws other cells to choose from. A seed of 30 queries takes a sixth of a
second. A row of the file is one seed: variant, table, seed, the best value after each query
(percent); what the file holds is not run again. In the end: mean best after 20 and 30 queries, the
share of seeds at the best of the table, and the difference to `default`, seed by seed, with its
standard error.

Notation
    n, m       numbers of observations and of candidates
    z          warped values `(n,)`
"""

import argparse
import csv
import math
from pathlib import Path

import numpy as np
from numpy_model import EXPECTED, Model, entropy, log_improvement
from published_tables import Table

from nbnas.records.ranks import normal_scores
from nbnas.surrogate.half_ranks import HalfRanks

VARIANTS = {
    "default": {},
    "initial-3": {"initial": 3},
    "initial-5": {"initial": 5},
    "initial-7": {"initial": 7},
    "marginalised": {"samples": 10},
    "marginalised, initial-5": {"samples": 10, "initial": 5},
    "spread-10": {"spread": True},
    "spread-5": {"spread": True, "initial": 5},
    "uneven noise": {"uneven": True},
    "max-value entropy": {"entropy": True},
    "half ranks": {"half": True},
    "mean of two scores": {"two": True},
    "noise .005": {"noise": 0.005},
    "noise .05": {"noise": 0.05},
    "depth 2 squared": {"square": 2, "by": 2},
    "depth 1 squared for 2": {"square": 2, "by": 1},
    "stddev * .7": {"stddev": 0.7},
    "stddev * .7, initial-5": {"stddev": 0.7, "initial": 5},
    "each second greedy": {"greedy": 2},
    "each second greedy, initial-5": {"greedy": 2, "initial": 5},
    "stddev * 1.4": {"stddev": 1.4},
    "weights * e": {"weights": 1.0},
    "depth 2 times Hamming": {"times": True},
    "weights / e": {"weights": -1.0},
    "new functions": {"functions": True},
    "new functions, initial-7": {"functions": True, "initial": 7},
    "inputs for depth 2": {"parts": (0, 1, 3)},
    "inputs for depth 2, initial-7": {"parts": (0, 1, 3), "initial": 7},
    "inputs for depth 2, new functions, initial-7": {
        "parts": (0, 1, 3),
        "functions": True,
        "initial": 7,
    },
    "unlike-10": {"unlike": 400},
    "unlike-7": {"unlike": 400, "initial": 7},
    "unlike-5": {"unlike": 400, "initial": 5},
    "unlike-7 of 100": {"unlike": 100, "initial": 7},
    "unlike-7, new functions": {"unlike": 400, "initial": 7, "functions": True},
    "unlike-7, new functions, inputs for depth 2": {
        "unlike": 400,
        "initial": 7,
        "functions": True,
        "parts": (0, 1, 3),
    },
    "unlike-7, new functions, each second greedy": {
        "unlike": 400,
        "initial": 7,
        "functions": True,
        "greedy": 2,
    },
}


def integrated(table, seen, pool):
    """Which of a pool takes most of the prior's variance from all of the pool."""
    rows = {i: prior_row(table, i) for i in pool}
    k = np.array([rows[i][pool] for i in pool])
    at = [pool.index(i) for i in seen]
    own = k[np.ix_(at, at)] + 0.02 * np.eye(len(at))
    left = k - k[:, at] @ np.linalg.solve(own, k[at])
    gain = (left**2).sum(axis=0) / (np.diagonal(left) + 0.02)
    gain[at] = -1
    return pool[int(np.argmax(gain))]


def unlike(table, how, seen, rng):
    """One of some random ones: that whose greatest correlation with one that was seen is least."""
    drawn = rng.choice(table.drawn, how["unlike"], replace=False)
    same = table.functions if how.get("functions") else table.same
    drawn = drawn[~np.isin(same[drawn], same[seen])]
    parts = how.get("parts", (0, 1, 2))
    similar = sum((table.features[p][drawn] @ table.features[p][seen].T).toarray() for p in parts)
    distances = (table.codes[drawn][:, None] != table.codes[seen][None]).sum(axis=-1)
    return int(drawn[np.argmin((similar + np.exp(-distances / 2)).max(axis=1))])


def prior_row(table, i):
    similar, distances = table.row(i)
    return 0.25 * (similar.sum(axis=0) + np.exp(-distances / 2))


def start(table, how, seed, rng):
    """The first architectures."""
    first, count = table.first(seed), how.get("initial", 10)
    if how.get("unlike"):
        seen = first[:1]
        while len(seen) < count:
            seen.append(unlike(table, how, seen, rng))
        return seen
    if not how.get("spread"):
        return first[:count]
    seen = first[:1]
    pool = sorted({*rng.choice(table.drawn, 400, replace=False).tolist(), *seen})
    while len(seen) < count:
        seen.append(integrated(table, seen, pool))
    return seen


def warped(y, how):
    """z, and the noise variances that differ where the ranks lie close, relative to the median."""
    if how.get("half"):
        return HalfRanks().fit(y / 100).forward(y / 100), None
    knots, scores = normal_scores(y)
    z = scores[np.searchsorted(knots, y)]
    if not how.get("uneven"):
        return z, None
    order, n = np.argsort(y, kind="stable"), len(y)
    k, places = max(2, n // 5), np.arange(n)
    low, high = np.maximum(places - k // 2 - 1, 0), np.minimum(places + k // 2 + 1, n - 1)
    zs, ys = z[order], y[order] / 100
    slopes = (zs[high] - zs[low]) / np.maximum(ys[high] - ys[low], 1e-6)
    noise = np.empty(n)
    noise[order] = np.clip((slopes / np.median(slopes)) ** 2, 0.1, 30)
    return z, noise


def search(table, how, seed, queries):
    """The values after each query, by one variant."""
    rng = np.random.default_rng([seed, 77])
    seen, theta, chain = start(table, how, seed, rng), EXPECTED, None
    similar = np.empty((3, queries, table.m), np.float32)
    distances, known = np.empty((queries, table.m), np.uint8), 0
    while (n := len(seen)) < queries:
        for i in range(known, n):
            similar[:, i], distances[i] = table.row(seen[i], how.get("parts", (0, 1, 2)))
            if how.get("times"):
                similar[2, i] *= np.exp(distances[i].astype(np.float32) / np.float32(-2))
            if "square" in how:
                similar[how["square"], i] = similar[how["by"], i] ** 2
        known = n
        z, uneven = warped(table.y[seen], how)
        expected = EXPECTED + np.array([how.get("weights", 0.0)] * 4 + [0, 0])
        expected[5] = math.log(how.get("noise", 0.02))
        own = similar[:, :n, seen].astype(float), distances[:n, seen].astype(float)
        model = Model(*own, z, expected, uneven)
        if not how.get("samples"):
            theta = model.fit(theta)
            thetas = [theta, EXPECTED] if how.get("two") else [theta]
        else:
            first = 30 if chain is None else 5
            thetas = model.draw(model.fit(theta) if chain is None else chain, rng, 10, first)
            chain = thetas[-1]
        scores = scored(model, thetas, how, (similar[:, :n], distances[:n]), rng)
        same = table.functions if how.get("functions") else table.same
        scores[np.isin(same, same[seen])] = -np.inf
        seen.append(int(table.drawn[np.argmax(scores[table.drawn])]))
    return np.maximum.accumulate(table.y[seen])


def scored(model, thetas, how, rows, rng):
    """The acquisition function of all `(m,)`, averaged over some θ."""
    found, best = [], model.z.max()
    for theta in thetas:
        mean, stddev = model.predict(theta, *rows)
        stddev = stddev * how.get("stddev", 1.0)
        if how.get("greedy") and len(model.z) % how["greedy"] == 0:
            stddev = 0.05 * stddev
        if how.get("entropy"):
            return entropy(mean, stddev, best, rng)
        found.append(log_improvement(mean, stddev, best))
    return np.logaddexp.reduce(found)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="of the published tables")
    parser.add_argument(
        "--variants", default="all", help=f"of {'; '.join(VARIANTS)}", metavar="A;B"
    )
    parser.add_argument("--tables", default="c10,c100,digits,cora")
    parser.add_argument("--seeds", default="0:40")
    parser.add_argument("--queries", type=int, default=30)
    parser.add_argument("--out", type=Path, default=Path("early.csv"))
    given = parser.parse_args()
    names = list(VARIANTS) if given.variants == "all" else given.variants.split(";")
    seeds = range(*map(int, given.seeds.split(":")))
    for name in given.tables.split(","):
        table, done = Table(given.folder, name), known(given.out, name, given.queries)
        for variant, seed in ((v, s) for v in names for s in seeds if (v, s) not in done):
            done[variant, seed] = search(table, VARIANTS[variant], seed, given.queries)
            with given.out.open("a", newline="") as file:
                values = (f"{value:.4f}" for value in done[variant, seed])
                csv.writer(file).writerow([variant, name, seed, *values])
        report(name, done, names, seeds, table.best)


def known(path, name, queries):
    """What the file holds of a table: traces by variant and seed."""
    if not path.exists():
        return {}
    with path.open(newline="") as file:
        rows = [row for row in csv.reader(file) if row[1] == name and len(row) >= 3 + queries]
    return {(row[0], int(row[2])): np.array(row[3:], float) for row in rows}


def report(name, done, names, seeds, best):
    for variant in names:
        line = f"{name:6} {variant:26}"
        for at in (20, 30):
            found = np.array([done[variant, seed][at - 1] for seed in seeds])
            share = (found >= best - 5e-5).mean()
            line += f" | {at}: {found.mean():.3f} ({share:.2f})"
            if all(("default", seed) in done for seed in seeds):
                more = found - [done["default", seed][at - 1] for seed in seeds]
                line += f" {more.mean():+.3f} ± {more.std(ddof=1) / np.sqrt(len(more)):.3f}"
        print(line, flush=True)


if __name__ == "__main__":
    main()
