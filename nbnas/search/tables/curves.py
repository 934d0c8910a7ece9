"""Learning curves of a table, and the mean of its runs."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from nbnas.records import ACCURACY, EpochReport, Measure


def mean_of_known(numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean of the numbers of each row `(n, k)` that are no NaN, `(n,)`; NaN where all are."""
    known = np.isfinite(numbers).sum(axis=1)
    return np.where(known > 0, np.nansum(numbers, axis=1) / np.maximum(known, 1), np.nan)


def reports(
    texts: Sequence[str],
    values: NDArray[np.float64],
    costs: Mapping[str, float],
    measure: Measure = ACCURACY,
) -> dict[str, tuple[EpochReport, ...]]:
    """Learning curves that know the value only; everything else is NaN.

    Args:
        texts: The architectures' texts, `n` of them.
        values: What was measured after each epoch, `(n, E)`.
        costs: Seconds of a training, by the architecture's text, where known.
        measure: What that is; of a fraction that is maximised, validation accuracy.

    Returns:
        For each architecture a report an epoch, which all take the same time.
    """
    epochs = values.shape[1]
    accuracies = measure.fraction and measure.maximize
    return {
        text: tuple(
            EpochReport(
                epoch,
                epochs,
                val_accuracy=float(value) if accuracies else math.nan,
                seconds=costs.get(text, 0.0) * epoch / epochs,
                value=None if accuracies else float(value),
            )
            for epoch, value in enumerate(row, 1)
        )
        for text, row in zip(texts, values, strict=True)
    }
