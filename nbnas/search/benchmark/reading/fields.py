"""The fields of a `BenchmarkTable` that the rows of a file fill."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from nbnas.graphs.architecture import Architecture
from nbnas.graphs.space import SearchSpace
from nbnas.records import Measure
from nbnas.search.benchmark.unit import unit_of
from nbnas.search.tables.columns import counts
from nbnas.search.tables.joined import INDEX
from nbnas.search.tables.options import Columns, Reading
from nbnas.search.tables.reading import Rows
from nbnas.search.tables.spaces import space_of


def fields_of(
    rows: Rows,
    columns: Columns,
    measure: Measure,
    space: SearchSpace,
    members: tuple[Architecture, ...],
) -> dict[str, Any]:
    """The fields that each table has.

    Args:
        rows: The rows of the table.
        columns: Which columns were read.
        measure: What the values are.
        space: A space that has all the architectures.
        members: The architecture of each row.
    """
    (value,), test, cost = columns.value, columns.test or "", columns.cost or ""
    whole = rows.whole[value]
    raw = dict(zip(members, rows.raw[value].tolist(), strict=True))
    tests = dict(zip(members, rows.in_unit(test, whole), strict=True)) if test else {}
    indices = zip(rows.raw[INDEX], members, strict=True) if INDEX in rows.raw else ()
    costs = zip(members, rows.raw[cost].tolist(), strict=True) if cost else ()
    return {
        "value": value,
        "space": space_of(space, members),
        "values": raw,
        "unit": unit_of(measure, whole, max(raw.values(), key=measure.gain)),
        "test": test,
        "tests": {a: number for a, number in tests.items() if np.isfinite(number)},
        "indices": {int(i): a for i, a in indices if np.isfinite(i)},
        "measure": measure,
        "cost": cost,
        "costs": {a: seconds for a, seconds in costs if np.isfinite(seconds)},
    }


def looks_of(
    rows: Rows, members: Sequence[Architecture], whole: float, reading: Reading
) -> dict[str, Any]:
    """The fields that are about fidelities; none without any.

    Args:
        rows: The rows of the table.
        members: The architecture of each.
        whole: What 100 % is in its values.
        reading: How it is read.
    """
    if reading.fidelities is None:
        return {}
    curve = dict(enumerate(reading.curve, 1))
    lower = reading.fidelities.lower
    names = {epochs: curve[epochs] for epochs in lower if epochs in curve} | {**reading.looks}
    columns = {epochs: rows.in_unit(name, whole) for epochs, name in names.items()}
    looks = {
        epochs: {a: v for a, v in zip(members, column, strict=True) if np.isfinite(v)}
        for epochs, column in columns.items()
    }
    counted = counts(rows, rows.parameters)
    parameters = {a: counted[t] for a, t in zip(members, rows.texts, strict=True) if t in counted}
    return {"fidelities": reading.fidelities, "looks": looks, "parameters": parameters}
