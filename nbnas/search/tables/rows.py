"""How rows are named in an error: by their numbers, from 1, the header not counted."""

from collections.abc import Iterable, Mapping

import numpy as np

NAMED = 8  # rows that an error names


def rows(chosen: Iterable[object]) -> str:
    """The rows that are chosen, in words.

    Args:
        chosen: Whether each row is, `(n,)`.

    Example:
        >>> rows([False, True]), rows([True] * 3), rows([True] * 10)
        ('row 2', 'rows 1, 2, 3', 'rows 1, 2, 3, 4, 5, 6, 7, 8 and 2 more')
    """
    numbers = [str(i + 1) for i in np.flatnonzero(np.asarray(chosen, dtype=bool))]
    more = f" and {len(numbers) - NAMED} more" if len(numbers) > NAMED else ""
    return f"row{'s' * (len(numbers) != 1)} {', '.join(numbers[:NAMED])}{more}"


def faults(found: Mapping[int, str]) -> str:
    """What is wrong with the first row of some, and which the others are.

    Args:
        found: What is wrong, by the place of the row, from 0.

    Example:
        >>> faults({4: "no number", 6: "no number"})
        'row 5: no number; also row 7'
    """
    first = min(found)
    others = [place in found and place != first for place in range(max(found) + 1)]
    also = f"; also {rows(others)}" if any(others) else ""
    return f"row {first + 1}: {found[first]}{also}"
