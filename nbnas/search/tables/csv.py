"""Reading the columns of a table of results from a CSV file."""

from collections.abc import Mapping, Sequence
from os import PathLike

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nbnas.errors import DataError
from nbnas.records import EpochReport

NAN = float("nan")


def read_columns(path: str | PathLike[str], columns: Sequence[str], key: str) -> pd.DataFrame:
    """Read columns of a CSV file; gzip is understood.

    Args:
        path: The file, with a header.
        columns: What is needed of it.
        key: The column in which nothing may stand twice.

    Returns:
        Those columns.

    Raises:
        DataError: If the file cannot be read, a column is missing, or something stands twice.
    """
    try:
        table = pd.read_csv(path)
    except (OSError, ValueError) as error:
        raise DataError(f"expected a readable CSV file at {path}: {error}") from error
    missing = [c for c in columns if c not in table]
    if missing:
        has = ", ".join(map(str, table))
        raise DataError(f"{path} has no column {', '.join(missing)}; its columns are {has}")
    doubled = table[key][table[key].duplicated()]
    if len(doubled):
        raise DataError(
            f"{path}: {len(doubled)} architectures stand twice, such as {doubled.iloc[0]}"
        )
    return table[list(dict.fromkeys(columns))]


def fractions(table: pd.DataFrame, columns: Sequence[str]) -> NDArray[np.float64]:
    """Columns of accuracies as fractions `(n, columns)`; numbers above 1 are taken as percent."""
    numbers = table[list(columns)].to_numpy(dtype=np.float64)
    return numbers / 100 if np.nanmax(numbers, initial=0.0) > 1 else numbers


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


def file_name(path: str | PathLike[str]) -> str:
    """The name of a file, without its folder."""
    return str(path).replace("\\", "/").rpartition("/")[2]
