"""Scores of more candidates than a model's table should remember."""

from collections.abc import Callable, Sequence

from torch import Tensor

from nbnas.graphs.architecture import Architecture
from nbnas.search.candidates import LARGEST_LISTED

Scorer = Callable[[Sequence[Architecture]], Tensor]  # as that of `search.pending`


class Renewed:
    """A scorer that begins again with a new table where the old one has become large.

    A model numbers and measures every candidate that it is asked for, so that a space of millions,
    scored in parts, would fill the memory.

    Args:
        scorer: The first scorer.
        make: Makes another one, which scores alike, of a model with a table of its own.
        most: Candidates that a scorer is asked for, more only if they come at once.
    """

    def __init__(
        self, scorer: Scorer, make: Callable[[], Scorer], most: int = LARGEST_LISTED
    ) -> None:
        self._scorer, self._make, self._most, self._asked = scorer, make, most, 0

    def __call__(self, candidates: Sequence[Architecture]) -> Tensor:
        """The scores `(m,)` of `m` candidates."""
        if self._asked and self._asked + len(candidates) > self._most:
            self._scorer, self._asked = self._make(), 0
        self._asked += len(candidates)
        return self._scorer(candidates)
