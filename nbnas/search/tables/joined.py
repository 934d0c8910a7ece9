"""Learning curves in a file of their own, a row an epoch, joined to the table they belong to.

Notation
    e    epochs after which a training is looked at
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from nbnas.checks import Rule, each, whole
from nbnas.errors import DataError
from nbnas.search.tables.source import Source, name_of, read_frame

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
