"""A recipe that knows how large the networks are that it trains."""

from dataclasses import dataclass

from nbnas.records import Measure, MeasuredBy
from nbnas.training.known.size import known_size
from nbnas.training.recipe import Recipe


@dataclass(frozen=True, slots=True)
class Sized(Recipe):
    """The part of a trainer that tells measures without training."""

    def known(self, measure: Measure) -> MeasuredBy | None:
        """What tells a measure of each architecture without training it.

        Args:
            measure: What is asked for, such as `nbnas.PARAMETERS`.

        Returns:
            For `nbnas.PARAMETERS` and `nbnas.MULTIPLY_ADDS` the counts that evaluations have, too:
            those of a whole `CellSpace` take seconds. Networks of your own are made for it, one by
            one; an architecture whose network cannot be made has no number, and a warning says
            why. `None` for every other measure, see `nbnas.latency`.

        Raises:
            SettingError: If it is no measure.
        """
        return known_size(self, measure)
