"""Files that belong together, joined: a table with its learning curves, or with other columns.

Notation
    e    epochs after which a training is looked at
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from nbnas.checks import Rule, each, whole
from nbnas.errors import DataError
from nbnas.search.tables.source import Source, name_of, read_frame

INDEX = "arch_index"  # the column that joins tables of the same architectures
_EPOCHS = each(whole(1), least=1)
NAME = Rule("the name of a column", lambda name: isinstance(name, str) and bool(name), str)


def joined_curves(
    table: Source,
    curves: Source,
    epochs: Sequence[int],
    *,
    run: str = "run",
    epoch: str = "epoch",
    value: str = "val_loss",
) -> pd.DataFrame:
    """A table with the values of its learning curves after some epochs, a column each.

    Args:
        table: The table, with a training a row.
        curves: The learning curves, with an epoch of a training a row, in any order.
        epochs: After how many epochs, e.
        run: Column of both that says which training it is.
        epoch: Column of the curves: the number of the epoch, from 1.
        value: Column of the curves: what was measured after it.

    Returns:
        The table with further columns, called as `look_columns` says. A value is that of the very
        epoch, not the best one so far. It is missing where a curve ends before, or holds no
        number: a training that diverged has no looks after that.

    Raises:
        DataError: If a file cannot be read, a column is missing, an epoch of a training stands
            twice, or no training of the table has a curve that goes so far.
    """
    epochs = _EPOCHS("epochs", epochs)
    for what, named in (("run", run), ("epoch", epoch), ("value", value)):
        NAME(what, named)
    rows, found = _read(table, (run,)), _read(curves, (run, epoch, value))
    where = name_of(curves)
    numbers = found[[epoch, value]].apply(pd.to_numeric, errors="coerce")
    numbers[run] = found[run].astype(str)
    numbers = numbers[numbers[epoch].isin(epochs)]
    if (twice := numbers.duplicated([run, epoch])).any():
        some = numbers[twice].iloc[0]
        raise DataError(
            f"{where}: expected each epoch of a training once, got epoch {some[epoch]:.0f} of "
            f"{run}={some[run]!s:.100} twice"
        )
    wide = numbers.pivot(index=run, columns=epoch, values=value).reindex(rows[run].astype(str))
    columns = look_columns(epochs, value)
    for e, name in columns.items():
        column = wide[e].to_numpy(dtype=np.float64) if e in wide else np.full(len(rows), np.nan)
        if not np.isfinite(column).any():
            raise DataError(
                f"{where}: expected a value after epoch {e} for some {run} of the table, got none"
            )
        rows[name] = column
    return rows


def joined_columns(
    table: Source, other: Source, columns: Sequence[str], *, by: str = INDEX
) -> pd.DataFrame:
    """A table with further columns that another file has of the same architectures.

    Args:
        table: The table, with an architecture a row.
        other: The other file, in any order; rows that the table does not have are left out.
        columns: Which of its columns.
        by: The column of both that says which architecture it is.

    Returns:
        The table with the further columns; a value is missing where the other file has no row.

    Raises:
        DataError: If a file cannot be read, a column is missing, the other file says twice what
            an architecture has, the table has such a column already, or they share no row.
    """
    columns = each(NAME, least=1)("columns", columns)
    rows, found = _read(table, (NAME("by", by),)), _read(other, (by, *columns))
    if doubled := [name for name in columns if name in rows]:
        raise DataError(
            f"{name_of(table)} has a column {doubled[0]} itself; take that of the one or the other"
        )
    keys = found[by].astype(str)
    if (twice := keys.duplicated()).any():
        raise DataError(
            f"{name_of(other)}: expected each {by} once, got {keys[twice].iloc[0]!s:.100} twice"
        )
    further = found[[*columns]].set_axis(keys).reindex(rows[by].astype(str))
    if further.isna().all(axis=None):
        raise DataError(f"{name_of(other)}: expected some {by} of {name_of(table)}, got none")
    return rows.assign(**{name: further[name].to_numpy() for name in columns})


def look_columns(epochs: Sequence[int], value: str) -> dict[int, str]:
    """What `joined_curves` calls the columns of the values after some epochs.

    Example:
        >>> look_columns((3, 10), "val_loss")
        {3: 'val_loss after 3', 10: 'val_loss after 10'}
    """
    return {e: f"{value} after {e}" for e in epochs}


def _read(source: Source, columns: Sequence[str]) -> pd.DataFrame:
    frame = read_frame(source, columns, ())
    if missing := [name for name in columns if name not in frame]:
        has = ", ".join(map(str, frame))
        raise DataError(
            f"{name_of(source)} has no column {', '.join(missing):.200}; its columns are "
            f"{has:.1000}"
        )
    return frame.copy()
