"""The words by which notebook parameters name further goals of a table."""

from collections.abc import Mapping
from typing import Any

from nbnas.errors import SettingError, shown
from nbnas.notebook.checks import SHIPPED, text
from nbnas.search.benchmark.goals.further import GoalColumn

ENDS: Mapping[str, bool] = {"min": False, "max": True}
KNOWN = "known"


def goals_of_words(value: Any) -> tuple[GoalColumn, ...]:  # noqa: ANN401
    """Columns of further goals, each with which end is better; or none.

    Args:
        value: Such as "latency_ms:min,params_m:min:known", with commas between columns; what ends
            with ":known" is known of each architecture beforehand.

    Raises:
        SettingError: If it is something else.

    Example:
        >>> goals_of_words("latency_ms:min:known")
        (GoalColumn(column='latency_ms', maximize=False, known=True),)
    """
    given = [part.strip() for part in text(value).split(",")] if value != "" else []
    found = []
    for part in given:
        known = part.endswith(f":{KNOWN}")
        column, _, end = part.removesuffix(f":{KNOWN}").rpartition(":")
        if not column.strip() or end not in ENDS:
            raise SettingError(
                "expected columns with min or max, and known after that where strategies know all "
                f"numbers beforehand, such as latency_ms:min or latency_ms:min:known; got "
                f"{shown(part or value)}"
            )
        found.append(GoalColumn(column.strip(), ENDS[end], known))
    names = [one.column for one in found]
    if len({*names}) < len(names):
        raise SettingError(f"expected different columns, got {shown(value)}")
    return tuple(found)


def check_also(chosen: Any) -> None:  # noqa: ANN401
    """Check that further goals go together with the other parameters of the notebook.

    Args:
        chosen: The parameters.

    Raises:
        SettingError: If they do not.
    """
    if not chosen.also:
        if chosen.also_from or chosen.classes:
            raise SettingError(
                "also: expected columns of further goals with also_from and classes, got none and "
                f"also_from={chosen.also_from!r}, classes={chosen.classes}"
            )
        return
    columns = ",".join(one.column for one in chosen.also)
    if chosen.table == SHIPPED or chosen.fidelities is not None or chosen.simulated:
        raise SettingError(
            f"also: expected none with the table {SHIPPED}, which has no further columns, with "
            f"fidelities or with simulated workers; got {columns} with table={chosen.table!r}, "
            f"fidelities={chosen.fidelities!r} and simulated={chosen.simulated}"
        )
    if chosen.value in {one.column for one in chosen.also}:
        raise SettingError(f"also: expected other columns than the value, got {columns}")
