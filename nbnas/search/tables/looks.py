"""What a table knows of trainings that go less far than all: columns, or its learning curves.

Notation
    e          epochs of such a look
"""

import hashlib
from collections.abc import Mapping
from dataclasses import replace

from nbnas.errors import DataError
from nbnas.records import EpochReport, Fidelities, Measure
from nbnas.search.tables.columns import NUMBERS, check_bounds

Curve = tuple[EpochReport, ...]
Looks = Mapping[int, Mapping[str, float]]


def check_looks(
    table: str,
    fidelities: Fidelities | None,
    looks: object,
    curves: Mapping[str, object],
    *,
    of: Measure,
) -> Looks:
    """Check that a table has what its fidelities promise.

    Args:
        table: What it is called.
        fidelities: The lengths of its trainings, where it has several.
        looks: Its values after fewer epochs than all, by the number of these.
        curves: Its learning curves.
        of: What the values are.

    Returns:
        The values, frozen.

    Raises:
        DataError: If there are none for some epochs, or some for epochs that no fidelity has; or
            a column is no dictionary of numbers within the bounds of the measure.
    """
    if not isinstance(looks, Mapping):
        raise DataError(f"expected looks as columns by their epochs, got {looks!r:.100}")
    lower = () if fidelities is None else fidelities.lower
    odd = [epochs for epochs in looks if epochs not in lower]
    if odd:
        raise DataError(
            f"table {table!r}: expected looks after {', '.join(map(str, lower)) or 'no'} epochs, "
            f"got some after {odd[0]!r:.50}; give fidelities=nbnas.Fidelities((…)) that have them"
        )
    absent = [epochs for epochs in lower if epochs not in looks and not curves]
    if absent:
        raise DataError(
            f"table {table!r}: expected values after {absent[0]} epochs, got neither a column of "
            "looks nor learning curves; give looks={epochs: column}"
        )
    found = {epochs: NUMBERS("looks", column) for epochs, column in looks.items()}
    for column in found.values():
        check_bounds(table, column, of)
    return found


def look_at(
    table: str, looks: Looks, curves: Mapping[str, Curve], text: str, epochs: int
) -> float | None:
    """The value of an architecture after some epochs; `None` where the table has none.

    Raises:
        DataError: If its learning curve ends before.
    """
    if epochs in looks:
        return looks[epochs].get(text)
    curve = curves.get(text)
    if curve is not None and len(curve) < epochs:
        raise DataError(
            f"table {table!r}: expected a learning curve of at least {epochs} epochs, got "
            f"{len(curve)} for {text}"
        )
    return None if curve is None else curve[epochs - 1].measured


def curve_of_look(curve: Curve, epochs: int) -> Curve:
    """The beginning of a learning curve, as a training that is planned to end there."""
    return tuple(replace(report, epochs=epochs) for report in curve[:epochs])


def fingerprint_of(fidelities: Fidelities, looks: Looks) -> str:
    """The fidelities, and a hash of what their columns hold."""
    content = repr(sorted((e, sorted(column.items())) for e, column in looks.items())).encode()
    return f"{fidelities!r} {hashlib.sha256(content).hexdigest()[:16]}"
