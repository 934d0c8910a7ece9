"""What the README of NAS-Bench-Digits says in numbers: `python -m nbnas.benchmarks.report --help`.

Notation
    v         validation accuracy of the classes after the last epoch, one column a seed, `(K, G)`
    s         standard deviation between the seeds, pooled over classes
"""

import argparse
import itertools
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import spearmanr

from nbnas.benchmarks.archive import Archive
from nbnas.benchmarks.shipped import archive
from nbnas.charts.render import to_png
from nbnas.charts.table import seed_deviation as seed_deviation
from nbnas.charts.table import table as draw_table
from nbnas.graphs.spaces.cell import texts

Array = NDArray[np.float64]
TOP = 0.1  # the share of the best classes that is looked at by itself
QUANTILES = (0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 1.0)


def best_classes(v: Array, share: float = TOP) -> NDArray[np.bool_]:
    """Which classes are among the best by their mean, `(K,)`."""
    means = v.mean(axis=1)
    return np.asarray(means >= np.quantile(means, 1 - share))


def rank_correlation(first: Array, second: Array) -> float:
    """Spearman's ρ of two columns `(K,)`."""
    return float(spearmanr(first, second).statistic)


def seed_correlation(v: Array) -> float:
    """Spearman's ρ between two seeds, averaged over the pairs of columns of `(K, G)`."""
    pairs = itertools.combinations(v.T, 2)
    return float(np.mean([rank_correlation(a, b) for a, b in pairs]))


def seed_correlation_at_the_top(v: Array, share: float = TOP) -> float:
    """The same among the best classes by a third seed, averaged over which one is the third.

    Among the best by the mean of all seeds it would be too low: who got there by the luck of one
    seed has no luck left for the others.
    """
    found = []
    for judge in range(v.shape[1]):
        top = best_classes(v[:, [judge]], share)
        found.append(seed_correlation(np.delete(v, judge, axis=1)[top]))
    return float(np.mean(found))


def within_noise(v: Array) -> tuple[int, float]:
    """How many classes lie within one seed-standard-deviation of the best, and that deviation.

    The deviation is that of single trainings among the best 10 %, where it counts.
    """
    means, deviation = v.mean(axis=1), seed_deviation(v[best_classes(v)])
    return int((means >= means.max() - deviation).sum()), deviation


def epoch_correlations(val: Array) -> Array:
    """Spearman's ρ between the accuracy after each epoch and after the last, `(E,)`.

    Args:
        val: Accuracy after each epoch of each seed, `(K, G, E)`; the seeds' mean is compared.
    """
    means = val.mean(axis=1)
    return np.array([rank_correlation(column, means[:, -1]) for column in means.T])


def figures(table: Archive) -> Iterator[str]:
    """The figures that the table alone gives, as rows of a Markdown table.

    Args:
        table: The table.

    Yields:
        A row each: what, and the number.
    """
    v, test = table.val[:, :, -1], table.test
    top, (near, deviation) = best_classes(v), within_noise(v)
    quantiles = np.quantile(v.mean(axis=1), QUANTILES)
    spread = ", ".join(f"{q:.0%}: {x:.3f}" for q, x in zip(QUANTILES, quantiles, strict=True))
    epochs = epoch_correlations(table.val)
    yield _row("classes trained, seeds, epochs", f"{len(v):,}, {v.shape[1]}, {table.val.shape[2]}")
    yield _row("seconds of one core in all", f"{table.seconds.sum(dtype=np.float64):,.0f}")
    yield _row("parameters, from to", f"{table.parameters.min():,} to {table.parameters.max():,}")
    yield _row("validation accuracy (mean of seeds), quantiles", spread)
    yield _row("standard deviation between seeds, all classes", f"{seed_deviation(v):.4f}")
    yield _row("the same among the best 10 %", f"{deviation:.4f}")
    yield _row("classes within that of the best", f"{near}")
    yield _row("Spearman, one seed and another (the noise ceiling)", f"{seed_correlation(v):.3f}")
    at_top = seed_correlation_at_the_top(v)
    yield _row("the same among the best 10 % by the third seed", f"{at_top:.3f}")
    val_test = rank_correlation(v.mean(axis=1), test.mean(axis=1))
    yield _row("Spearman, validation and test (means)", f"{val_test:.3f}")
    val_test = rank_correlation(v[top].mean(axis=1), test[top].mean(axis=1))
    yield _row("the same among the best 10 %", f"{val_test:.3f}")
    said = ", ".join(f"{epoch}: {rho:.2f}" for epoch, rho in enumerate(epochs, 1))
    yield _row("Spearman, each epoch and the last", said)
    for name, scores in zip(table.metadata["proxies"], table.proxies.T, strict=True):
        yield _row(f"Spearman, `{name}` and validation", f"{_correlation(scores, v):.3f}")
    counts = {"parameters": table.parameters, "multiply-adds": table.multiply_adds}
    for name, numbers in counts.items():
        yield _row(f"Spearman, {name} and validation", f"{_correlation(numbers, v):.3f}")


def published(table: Archive, path: Path, columns: Sequence[str]) -> Iterator[str]:
    """How the table agrees with NAS-Bench-201's, as rows of a Markdown table.

    Args:
        table: The table.
        path: The CSV file of NAS-Bench-201, with a column arch_str.
        columns: Its columns of accuracies; all cells are compared.

    Yields:
        A row a column.
    """
    frame = pd.read_csv(path).set_index("arch_str").loc[list(texts())]
    own = table.val[:, :, -1].mean(axis=1)[table.place]
    for column in columns:
        rho = rank_correlation(own, frame[column].to_numpy(np.float64))
        yield _row(f"Spearman, NAS-Bench-201's `{column}`, all 15,625 cells", f"{rho:.3f}")


def _correlation(numbers: NDArray[np.generic], v: Array) -> float:
    return rank_correlation(numbers.astype(np.float64), v.mean(axis=1))


def _row(what: str, number: str) -> str:
    return f"| {what} | {number} |"


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; see `--help`."""
    parser = argparse.ArgumentParser(
        prog="python -m nbnas.benchmarks.report",
        description="The figures of the README of NAS-Bench-Digits, in Markdown.",
    )
    parser.add_argument("--nas-bench-201", type=Path, help="CSV file of NAS-Bench-201's results")
    parser.add_argument("--columns", default="c10_valid_200,c10_valid_12,c100_valid_200")
    parser.add_argument("--chart", type=Path, help="PNG file for the README's picture")
    chosen = parser.parse_args(arguments)
    rows = [*figures(archive())]
    if chosen.nas_bench_201 is not None:
        rows += published(archive(), chosen.nas_bench_201, chosen.columns.split(","))
    sys.stdout.write("| what | number |\n|---|---|\n" + "\n".join(rows) + "\n")
    if chosen.chart is not None:
        val = archive().val
        chosen.chart.write_bytes(to_png(draw_table(val, epoch_correlations(val))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
