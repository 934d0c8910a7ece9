"""The words by which notebook parameters say how a table is read."""

from collections.abc import Callable
from typing import Any

from nbnas.errors import SettingError
from nbnas.notebook.checks import text, word
from nbnas.records import Measure
from nbnas.search.tables.notations import NOTATIONS
from nbnas.search.tables.options import REPEATED, Reading
from nbnas.search.tables.units import UNITS

DIRECTIONS = ("maximize", "minimize")
Rules = dict[str, Callable[[Any], Any]]


def measure_of_words(value: str, direction: str, unit: str) -> Measure | None:
    """What a column holds.

    Args:
        value: Its name.
        direction: "maximize" or "minimize".
        unit: "percent" or "fraction" for fractions; any other unit of plain numbers, such as "ms";
            empty for accuracies, or plain numbers that are to be minimised.

    Returns:
        The measure; `None` for accuracies.
    """
    maximize = direction == "maximize"
    if unit in UNITS:
        return None if maximize else Measure(value, maximize=False, lower=0, upper=1)
    return None if maximize and not unit else Measure(value, unit, maximize=maximize)


def reading_of_words(notation: str, unit: str, missing: str, repeated: str) -> Reading:
    """How a table is read."""
    stated = unit if unit in UNITS else ""
    return Reading(notation=notation, unit=stated, missing=missing, repeated=repeated)


def columns_of_word(names: str) -> tuple[str, ...]:
    """The names of columns, separated by commas."""
    return tuple(name.strip() for name in names.split(",") if name.strip())


def _notation(value: Any) -> str:  # noqa: ANN401
    if text(value) and value not in NOTATIONS:
        raise SettingError(
            f"expected one of {', '.join(NOTATIONS)}, or nothing for that of a search space; "
            f"got {value!r}"
        )
    return str(value)


TABLE_RULES: Rules = {
    "direction": word(DIRECTIONS),
    "unit": text,
    "notation": _notation,
    "missing": word(("error", "drop")),
    "repeated": word(REPEATED),
}
