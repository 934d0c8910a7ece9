"""Three parts of what came in one, two or three.

Notation
    places   which images belong to a part, `(m,)`, by their place among all of them
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from nbnas.errors import DataError, SettingError
from nbnas.training.data.part import part_size, split

Places = NDArray[np.int64]


def three_parts(
    given: Mapping[str, Places],
    labels: NDArray[np.int64],
    *,
    validation: float | None,
    test: float | None,
    seed: int,
    name: str,
) -> tuple[tuple[Places, Places, Places], str]:
    """Make three parts; what is missing is split off at random, the classes spread evenly.

    Args:
        given: The places of each part that came, by its own name: the training part, then
            validation and test; of two the second is the test part.
        labels: The class of each image, `(n,)`.
        validation: Number of validation images, or their share, where they are split off.
        test: The same of the test images.
        seed: Seed of the split.
        name: Name of the data set, for errors.

    Returns:
        The places of the training, validation and test part, and in words where they came from.

    Raises:
        DataError: If a part would have fewer than two images.
        SettingError: If a size is asked for of a part that came.
    """
    first, *others = given
    places = given[first]
    n, off = len(places), f"split off {first}" if first else "split off at random"
    _check_amounts(others, validation, test)
    if len(others) == 2:
        parts = (places, given[others[0]], given[others[1]])
        return parts, f"parts as they came: {first}, {others[0]}, {others[1]}"
    held_out = part_size(n, validation)
    if others:
        cuts = split(labels[places], (n - held_out, held_out), seed, name)
        parts = (_chosen(places, cuts[0]), _chosen(places, cuts[1]), given[others[0]])
        return parts, f"validation {off}, test from {others[0]}"
    last = part_size(n, test)
    cuts = split(labels[places], (n - held_out - last, held_out, last), seed, name)
    one, two, three = (_chosen(places, cut) for cut in cuts)
    return (one, two, three), f"validation and test {off}"


def check_classes(
    given: Mapping[str, Places], labels: NDArray[np.int64], names: tuple[str, ...], why: str
) -> None:
    """Check that every part that came has every class.

    Raises:
        DataError: If not; `why` says what to do.
    """
    for part, places in given.items():
        counts = np.bincount(labels[places], minlength=len(names))
        empty = [names[k] for k in np.flatnonzero(counts == 0)]
        if empty:
            where = f" in {part}" if part else ""
            raise DataError(f"expected pictures of every class{where}, got none of {empty}; {why}")


def _chosen(places: Places, cut: Places) -> Places:
    """Some of the places, in their order, so that files are read from the front to the end."""
    return places[np.sort(cut)]


def _check_amounts(others: list[str], validation: float | None, test: float | None) -> None:
    """Check that nothing is asked for that came anyway."""
    came = {"validation": others[0] if len(others) == 2 else None}
    came["test"] = others[-1] if others else None
    for word, amount in (("validation", validation), ("test", test)):
        if amount is not None and came[word] is not None:
            raise SettingError(
                f"expected {word}=None where the data has the part {came[word]!r}, got "
                f"{word}={amount}; leave it out"
            )
