"""Learning curves of a table, and the mean of its runs."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from nbnas.records import EpochReport

NAN = float("nan")


def mean_of_known(numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean of the numbers of each row `(n, k)` that are no NaN, `(n,)`; NaN where all are."""
    known = np.isfinite(numbers).sum(axis=1)
    return np.where(known > 0, np.nansum(numbers, axis=1) / np.maximum(known, 1), np.nan)


def reports(
    texts: Sequence[str], accuracies: NDArray[np.float64], costs: Mapping[str, float]
) -> dict[str, tuple[EpochReport, ...]]:
    """Learning curves that know the validation accuracy only; everything else is NaN.

    Args:
        texts: The architectures' texts, `n` of them.
        accuracies: Validation accuracy after each epoch, `(n, E)`.
        costs: Seconds of a training, by the architecture's text, where known.

    Returns:
        For each architecture a report an epoch, which all take the same time.
    """
    epochs = accuracies.shape[1]
    return {
        text: tuple(
            EpochReport(
                *(epoch, epochs, NAN, NAN, NAN, float(accuracy), NAN),
                seconds=costs.get(text, 0.0) * epoch / epochs,
                images_per_second=NAN,
            )
            for epoch, accuracy in enumerate(row, 1)
        )
        for text, row in zip(texts, accuracies, strict=True)
    }
