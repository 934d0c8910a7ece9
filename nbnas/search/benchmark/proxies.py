"""Tables of zero-cost proxies: numbers that are known of architectures before any training.

References:
    Abdelfattah et al., Zero-cost proxies for lightweight NAS, ICLR 2021; Krishnakumar et al.,
    NAS-Bench-Suite-Zero, NeurIPS 2022 (tables of proxies).
"""

import numpy as np
import pandas as pd

from nbnas.errors import DataError
from nbnas.graphs.architecture import Architecture
from nbnas.search.benchmark.table import BenchmarkTable
from nbnas.search.tables.joined import INDEX
from nbnas.search.tables.source import Source, name_of, read_frame
from nbnas.search.tables.spaces import base_of, in_order

NOT_COMPUTABLE = -1e8  # what NAS-Bench-Suite-Zero writes for a proxy that has no value


def read_proxies(
    source: Source, table: BenchmarkTable
) -> tuple[tuple[str, ...], dict[Architecture, tuple[float, ...]]]:
    """Read numbers that are known of architectures before any training.

    Args:
        source: A table with a column arch_index and a column for each proxy.
        table: The table that it is joined to, by that column.

    Returns:
        The names of the proxies, and their numbers for each architecture of both tables, in an
        order that is not that of the rows. A proxy that could not be computed (-1e8) counts as
        the lowest one that could.

    Raises:
        DataError: If the file cannot be read, has no such columns or no architecture of the
            table, or a number is missing; or if the table has no column arch_index.
    """
    frame, path = read_frame(source, (INDEX,), ()), name_of(source)
    names = tuple(str(name) for name in frame if name != INDEX)
    if INDEX not in frame or not names or not table.indices:
        raise DataError(
            f"expected a column {INDEX} in {path}, with proxies beside it, and the same column in "
            f"the table of results; {path} has the columns {', '.join(map(str, frame))}"
        )
    frame = frame[frame[INDEX].isin(list(table.indices))]
    numbers = frame[list(names)].apply(pd.to_numeric, errors="coerce")
    if not len(frame) or not np.isfinite(numbers.to_numpy()).all():
        raise DataError(f"expected finite numbers in {path} for architectures of the table")
    lowest = numbers[numbers > NOT_COMPUTABLE].min()
    rows = numbers.where(numbers > NOT_COMPUTABLE, lowest, axis=1).itertuples(index=False)
    members = [table.indices[int(i)] for i in frame[INDEX]]
    known = {a: tuple(map(float, row)) for a, row in zip(members, rows, strict=True)}
    return names, {a: known[a] for a in in_order(base_of(table.space), known)}
