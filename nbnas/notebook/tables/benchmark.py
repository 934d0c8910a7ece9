"""The parameters of `notebooks/benchmark.ipynb`."""

import dataclasses
import math
from collections.abc import Mapping
from typing import Any

from nbnas.errors import SettingError, shown
from nbnas.notebook.checks import (
    SHIPPED,
    check_parameters,
    file,
    injected_parameters,
    new_file,
    table,
    text,
    whole,
    whole_or_none,
)
from nbnas.notebook.tables.also import check_also, goals_of_words
from nbnas.notebook.tables.fidelities import (
    BY_COST,
    DEFAULT,
    first_of,
    is_looking,
    looks_of_words,
    names_of_word,
    strategies_of_words,
)
from nbnas.notebook.tables.parameters import BenchmarkParameters
from nbnas.notebook.tables.words import TABLE_RULES


def read_benchmark_parameters(namespace: Mapping[str, Any]) -> BenchmarkParameters:
    """Check the parameters that the notebook of benchmarks was started with.

    Args:
        namespace: The notebook's `globals()`, after its parameters cell.

    Returns:
        The parameters with their types; the folder of `output` is looked for in the parent folder
        as well.

    Raises:
        SettingError: If a name is unknown or missing, or a value is not allowed.
    """
    chosen = BenchmarkParameters(**check_parameters(namespace, _RULES))
    chosen = _with_fidelities(chosen, "queries" in injected_parameters(namespace))
    first = chosen.initial or max(map(first_of, chosen.strategies))
    if chosen.fidelities is None and chosen.queries <= first:
        raise SettingError(
            f"queries: expected more than the {first} with which a strategy begins before it "
            f"learns from any (initial), got {chosen.queries}; all would be no better than random"
        )
    _check_table(chosen)
    check_also(chosen)
    return chosen


def _with_fidelities(chosen: BenchmarkParameters, counted: bool) -> BenchmarkParameters:
    """The same with what follows from the fidelities, or from there being none.

    Args:
        chosen: The parameters.
        counted: Whether a number of queries was asked for.
    """
    looks, by_default = chosen.fidelities, DEFAULT if chosen.fidelities is None else BY_COST
    chosen = dataclasses.replace(chosen, strategies=chosen.strategies or by_default)
    if looks is None:
        odd = [word for word in chosen.strategies if is_looking(word)]
        if chosen.curves or odd or not isinstance(chosen.cost, str):
            raise SettingError(
                "fidelities: expected them with curves, with a cost in full trainings, and with "
                f"strategies that look; got curves={chosen.curves!r}, cost={chosen.cost!r} and "
                f"{', '.join(odd) or 'no such strategy'} without fidelities"
            )
        return chosen
    if isinstance(chosen.cost, str) or chosen.simulated or counted:
        raise SettingError(
            "cost: expected a number of full trainings with fidelities, such as 30, in place of "
            f"queries, and no simulated workers; got cost={chosen.cost!r}"
            + ", and queries" * counted
            + f", and simulated={chosen.simulated}" * bool(chosen.simulated)
        )
    along = not looks.columns and chosen.table != SHIPPED
    if bool(chosen.curves) != along or (chosen.table == SHIPPED and looks.columns):
        raise SettingError(
            "fidelities and curves: expected columns with epochs, or epochs with a file of "
            f"learning curves, of which {SHIPPED} has its own; got {looks!r} and "
            f"curves={chosen.curves!r}"
        )
    if looks.value and chosen.value not in ("", looks.value):
        raise SettingError(
            f"value: expected nothing, or the last column of the fidelities, {looks.value}, got "
            f"{chosen.value!r}"
        )
    return dataclasses.replace(chosen, value=looks.value or chosen.value)


def _check_table(chosen: BenchmarkParameters) -> None:
    """Check that columns are named exactly where they are needed, and proxies fit the table."""
    if (chosen.table == SHIPPED) == bool(chosen.value or chosen.test):
        raise SettingError(
            f"value and test: expected the columns of the file, and none for {SHIPPED}, whose "
            f"columns are known; got table={chosen.table!r}, value={chosen.value!r} and "
            f"test={chosen.test!r}"
        )
    if chosen.table == SHIPPED and (chosen.direction == "minimize" or chosen.unit):
        raise SettingError(
            f"direction and unit: expected maximize and nothing for {SHIPPED}, whose values are "
            f"accuracies; got direction={chosen.direction!r} and unit={chosen.unit!r}"
        )
    column = isinstance(chosen.cost, str) and bool(chosen.cost)
    if (chosen.table != SHIPPED and bool(chosen.simulated)) != column:
        raise SettingError(
            f"cost and simulated: expected the column of training times and numbers of simulated "
            f"workers, or neither, and no column for {SHIPPED}, whose times are known; got "
            f"cost={chosen.cost!r} and simulated={','.join(map(str, chosen.simulated))!r}"
        )
    if chosen.simulated and chosen.batch > 1:
        raise SettingError(
            f"batch: expected 1 with simulated workers, each of which asks when it is free; got "
            f"{chosen.batch}"
        )
    if (chosen.table == SHIPPED) != (chosen.proxies == SHIPPED) and chosen.proxies:
        raise SettingError(
            f"proxies: expected those of the same table, got proxies={chosen.proxies!r} for "
            f"table={chosen.table!r}"
        )


def _table(value: Any) -> str:  # noqa: ANN401
    path = table(value)
    if not path:
        raise SettingError(
            f"expected {SHIPPED}, or the path of a table with an architecture a row, such as "
            "NAS-Bench-201's with the columns arch_str, c10_valid_200 and c10_test_200; got an "
            "empty text"
        )
    return path


def _cost(value: Any) -> str | float:  # noqa: ANN401
    """The name of a column, or a number above 0."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return text(value)
    if not 0 < value < math.inf:
        raise SettingError(f"expected a number of full trainings above 0; got {value}")
    return float(value)


def _classes(value: Any) -> int:  # noqa: ANN401
    """A number of classes, or 0 where nobody says."""
    return whole(2)(value) if value != 0 or isinstance(value, bool) else 0


def _numbers(value: Any) -> tuple[int, ...]:  # noqa: ANN401
    """Different whole numbers with commas, or none."""
    given = str(value).replace(" ", "") if isinstance(value, str | int) else "-"
    try:
        numbers = tuple(map(int, given.split(","))) if given else ()
    except ValueError:
        numbers = (0,)
    wrong = len({*numbers}) < len(numbers) or min(numbers, default=1) < 1
    if wrong or isinstance(value, bool):
        raise SettingError(
            "expected different numbers of workers, separated by commas, such as 1,4,8, or "
            f"nothing; got {shown(value)}"
        )
    return numbers


_RULES = {
    "table": _table,
    "architecture": text,
    "value": text,
    "test": text,
    **TABLE_RULES,
    "proxies": table,
    "fidelities": looks_of_words,
    "curves": file,
    "curve_columns": names_of_word,
    "also": goals_of_words,
    "also_from": file,
    "classes": _classes,
    "strategies": strategies_of_words,
    "queries": whole(3),
    "initial": whole_or_none(2),
    "batch": whole(1),
    "seeds": whole(1),
    "first_seed": whole(0),
    "workers": whole(1),
    "cost": _cost,
    "simulated": _numbers,
    "output": new_file,
}
