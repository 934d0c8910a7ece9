"""Units of columns: fractions or percent, stated or unmistakable; and counts, or millions of them.

Notation
    whole    what 100 % is in the column: 1 for fractions, 100 for percent
"""

import re
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from nbnas.errors import DataError, SettingError
from nbnas.records import Measure
from nbnas.search.tables.numbers import Numbers
from nbnas.search.tables.rows import rows

UNITS = {"percent": 100.0, "fraction": 1.0}
MARGIN = 10.0  # so far above the best of a column an accuracy is still plausible
LEAST = 20.0  # the best of a column from which on it cannot be a loss
FEW = 0.1  # the share of values up to 1 % that a column of percent may have
STATE = 'state it by unit="percent" or unit="fraction"'
LOWER_IS_BETTER = frozenset(
    ("err", "ppl", "nll", "mse", "rmse", "mae", "ce", "bpc", "bpb", "latency", "energy", "regret")
)

MILLION = 1_000_000
IN_MILLIONS = "_m"  # so ends the name of a column in millions, as published tables' c10_params_m
CALLED = {"params", "parameters", "weights"}

Values = NDArray[np.float64]


def check_accuracy(name: str) -> None:
    """Check that the name of a column does not say that it is none of accuracies.

    Raises:
        DataError: If it does, such as "val_loss".
    """
    words = re.findall("[a-z]+", re.sub("(?<=[a-z])(?=[A-Z])", " ", name).lower())
    if any(word in LOWER_IS_BETTER or re.search("loss|error|perplexity", word) for word in words):
        raise DataError(
            f"column {name}: its name says that it is not an accuracy; say what it is, such as "
            f'measure=nbnas.Measure("{name}", maximize=False), or measure=nbnas.ACCURACY'
        )


def whole_of(numbers: Numbers, measure: Measure, unit: str, where: str) -> float:
    """What 100 % is in a column, or in several of the same unit, `(n,)` or `(n, k)`.

    Args:
        numbers: The numbers.
        measure: What they are.
        unit: A word of `UNITS`, or empty for a unit that is unmistakable.
        where: What an error calls the column.

    Returns:
        100 for percent, else 1.

    Raises:
        DataError: If a number is outside the bounds of the measure, or the unit can be mistaken.
        SettingError: If a unit is given for a measure that is no fraction.
    """
    if not measure.fraction:
        return _whole_of_others(numbers, measure, unit, where)
    values, signs = _flat(numbers.values), _flat(numbers.percent)
    known = np.isfinite(values)
    if (signs & known).any():
        _check_signs(numbers, unit, where)
        unit = "percent"
    if unit:
        _check_bounds(numbers.values, UNITS[unit], f"in {unit}", measure, where)
        return UNITS[unit]
    _check_bounds(numbers.values, 100.0, "in percent or as a fraction", measure, where)
    top = values[known].max(initial=0.0)
    if top <= 1:
        return 1.0
    _check_percent(numbers.values, float(top), where)
    return 100.0


def counts_of(numbers: Mapping[str, float], column: str, where: str) -> dict[str, int]:
    """The numbers of a column as whole ones.

    Args:
        numbers: Those that are known, by the architectures' texts.
        column: Its name, which ends with "_m" where they are in millions.
        where: The table, for an error.

    Raises:
        DataError: If they are fractions of something, and the name does not say of millions; or
            below 0.
    """
    scale = MILLION if column.lower().endswith(IN_MILLIONS) else 1
    for text, number in numbers.items():
        if number < 0 or (scale == 1 and number != round(number)):
            raise DataError(
                f"{where}, column {column}: expected whole numbers of at least 0, got {number:g} "
                f"for {text:.200}; a column in millions has a name that ends with {IN_MILLIONS!r}"
            )
    return {text: round(scale * number) for text, number in numbers.items()}


def parameters_among(columns: Iterable[object], value: Sequence[str]) -> str | None:
    """The column that tells numbers of parameters, by its name, where one is not asked for.

    Args:
        columns: The names of a table's columns.
        value: Those of its values: `c10_params_m` is of `c10_valid_200`.

    Returns:
        The only one, or the only one that begins as the values do; `None` without such a one.

    Example:
        >>> parameters_among(("arch", "c10_params_m", "c100_params_m"), ("c10_valid_200",))
        'c10_params_m'
    """
    named = [(c, _words(c)) for c in columns if isinstance(c, str) and CALLED & set(_words(c))]
    own = [column for column, words in named if words[0] == _words(value[0])[0]]
    found = own or [column for column, _ in named]
    return found[0] if len(found) == 1 else None


def _whole_of_others(numbers: Numbers, measure: Measure, unit: str, where: str) -> float:
    if unit:
        raise SettingError(
            f"unit={unit!r} is for fractions, but {measure} is none; give it the bounds 0 and 1"
        )
    if numbers.percent.any() and measure.unit != "%":
        raise DataError(
            f"{where}: percent signs, but {measure.name} is no fraction; give the measure the "
            'bounds 0 and 1, or the unit "%"'
        )
    outside = (numbers.values < measure.lower) | (numbers.values > measure.upper)
    if outside.any():
        raise DataError(
            f"{where}: expected {measure.name} from {measure.lower:g} to {measure.upper:g}, got "
            f"{numbers.values[outside][0]:g} ({rows(_any(outside))})"
        )
    return 1.0


def _check_signs(numbers: Numbers, unit: str, where: str) -> None:
    without = np.isfinite(numbers.values) & ~numbers.percent
    if without.any():
        raise DataError(
            f"{where}: percent signs, but none in {rows(_any(without))}; write all or none"
        )
    if unit == "fraction":
        raise DataError(f'{where}: percent signs, but unit="fraction"; leave the unit away')


def _check_bounds(values: Values, whole: float, words: str, measure: Measure, where: str) -> None:
    outside = (values < 0) | (values > whole)
    outside &= np.isfinite(values)
    if outside.any():
        raise DataError(
            f"{where}: expected {measure.name} {words}, from 0 to {whole:g}, got "
            f"{values[outside][0]:g} ({rows(_any(outside))}); say what the column is, such as "
            'measure=nbnas.Measure("loss", maximize=False)'
        )


def _check_percent(values: Values, top: float, where: str) -> None:
    """Check that a column with numbers above 1 is unmistakably percent."""
    low = (values > 0) & (values <= 1)
    mixed = low & (100 * values <= top + MARGIN)
    if top >= LEAST and mixed.any():
        raise DataError(
            f"{where}: fractions and percent in one column: up to {top:g}, but "
            f"{values[mixed][0]:g} in {rows(_any(mixed))}; write all in one unit, or, if it is "
            f"one, {STATE}"
        )
    if top < LEAST or low.sum() > max(FEW * np.isfinite(values).sum(), 1):
        raise DataError(
            f"{where}: numbers up to {top:g} may be percent or no accuracies at all; {STATE}, or "
            'what they are, such as measure=nbnas.Measure("loss", maximize=False)'
        )


def _flat(values: NDArray) -> NDArray:  # type: ignore[type-arg]
    return values.reshape(-1)


def _any(chosen: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Whether a row has a chosen number, `(n,)`."""
    return np.asarray(chosen.reshape(len(chosen), -1).any(axis=1))


def _words(name: str) -> list[str]:
    return re.findall("[a-z0-9]+", name.lower()) or [""]
