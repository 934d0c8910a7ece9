"""Where the parts of a data set came from, and what was done to the pictures on the way.

Notation
    h, w   height and width of a picture as it is on disk, upright
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from nbnas.checks import Rule, instance

Sizes = tuple[tuple[tuple[int, int], int], ...]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the parts of a data set came from.

    Attributes:
        split: Which part came from where, in words; empty where nothing is known of it.
        sizes: Each size `(h, w)` of the pictures on disk, with the number of pictures that have
            it, the most frequent first; empty for arrays.
        fitted: What was done to make all pictures of one size, in words.
        skipped: The pictures that could not be read and were left out.
        ignored: Number of files beside the pictures that are no pictures by their names.
    """

    split: str = ""
    sizes: Sizes = ()
    fitted: str = ""
    skipped: tuple[str, ...] = ()
    ignored: int = 0

    @property
    def sentences(self) -> Iterator[str]:
        """What a person would want to know, most important first."""
        if self.skipped:
            yield f"{len(self.skipped)} unreadable left out"
        yield from (said for said in (self.split, self.fitted) if said)
        if self.ignored:
            yield f"{self.ignored} other files ignored"


def fitted_in_words(sizes: Sizes, size: tuple[int, int]) -> str:
    """What was done to make pictures one size.

    Args:
        sizes: Each size `(h, w)` of the pictures, with their number.
        size: `(H, W)` of the images.

    Example:
        >>> fitted_in_words((((30, 40), 7), ((50, 30), 1)), (24, 24))
        'the middle of each resized, from 30×40 to 50×30'
        >>> fitted_in_words((((32, 32), 9),), (32, 32))
        ''
    """
    if [each for each, _ in sizes] == [size]:
        return ""
    (height, width), (h, w) = size, sizes[0][0]
    if len(sizes) == 1:
        whole = abs(h * width - w * height) < max(h, w)  # up to a pixel that rounding costs
        return f"{'all' if whole else 'the middle'} of each resized from {_times(h, w)}"
    (least, most) = (end((each for each, _ in sizes), key=math.prod) for end in (min, max))
    return f"the middle of each resized, from {_times(*least)} to {_times(*most)}"


def _times(height: int, width: int) -> str:
    return f"{height}\N{MULTIPLICATION SIGN}{width}"


UNKNOWN = Origin()
ORIGIN: Rule[Origin] = instance(Origin, "Origin()")
