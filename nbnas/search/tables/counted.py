"""Columns of whole numbers: parameters of a network, and its multiply-adds.

Published tables give them in millions, as `c10_params_m`; so ends the name of such a column.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

from nbnas.errors import DataError

MILLION = 1_000_000
IN_MILLIONS = "_m"
CALLED = {"params", "parameters", "weights"}


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


def _words(name: str) -> list[str]:
    return re.findall("[a-z0-9]+", name.lower()) or [""]
