"""What each member of the front is worth and costs, as a table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from os import PathLike
from typing import TYPE_CHECKING, Any

import pandas as pd

from nbnas.brief import brief
from nbnas.checks import each, instance, offering, settle, whole
from nbnas.errors import SettingError
from nbnas.graphs.framed import Framed
from nbnas.records import Evaluation, Goals, Observations
from nbnas.records.evaluation import EVALUATION
from nbnas.records.goals.goals import GOALS

if TYPE_CHECKING:
    from nbnas.training.export.exported import Exported

COUNTS = ("parameters", "multiply_adds")
_NUMBERS = each(whole(1))


@dataclass(frozen=True, slots=True)
class FrontTable(Framed):
    """The members of a front, what they are worth and what they cost; made by `front_table`.

    Attributes:
        goals: What was wanted.
        members: The evaluations of the front, the best of the last goal first.
        numbers: The place of each among the trials, from 1: members are called by it.
        search: What found them, where that can write them as files.

    Raises:
        SettingError: If something else is given.
    """

    goals: Goals
    members: tuple[Evaluation, ...]
    numbers: tuple[int, ...]
    search: Any = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        settle(self, goals=GOALS, members=each(EVALUATION), numbers=_NUMBERS)
        if len(self.members) != len(self.numbers):
            raise SettingError(
                f"expected a number for each of {len(self.members)} members, got "
                f"{len(self.numbers)}"
            )

    def _rows(self) -> Iterator[dict[str, Any]]:
        """A row for each member."""
        pairs = zip(self.numbers, self.members, strict=True)
        yield from (self._row(number, member) for number, member in pairs)

    @brief
    def __repr__(self) -> str:
        names = ", ".join(measure.name for measure in self.goals.measures)
        return f"{len(self)} of {names}: trials {', '.join(map(str, self.numbers))}"

    def __len__(self) -> int:
        """Number of members."""
        return len(self.members)

    def frame(self) -> pd.DataFrame:
        """A row for each member: trial, architecture, goals in their units, sizes, seconds.

        Sizes are missing where trials do not tell them.
        """
        return self.to_frame()  # type: ignore[no-any-return]

    def export(self, number: int, folder: str | PathLike[str]) -> Exported:
        """Write the network of a member as files that run without nbnas; see `Search.export`.

        Args:
            number: The number of its trial, from 1, as the table says it.
            folder: A new or empty folder, or an earlier export, which is replaced.

        Returns:
            Where the files are and how good they are.

        Raises:
            SettingError: If no member has this number, or nothing is there that can write it.
            ExportError: If the objective is no `Trainer`, or the files cannot be written.
        """
        number = whole(1)("number", number)
        if number not in self.numbers:
            raise SettingError(
                f"expected the trial of a member, one of {', '.join(map(str, self.numbers))}, "
                f"got {number}"
            )
        search = offering("a search", "Search(…)", "export")("search", self.search)
        member = self.members[self.numbers.index(number)]
        made: Exported = search.export(folder, evaluation=member)
        return made

    def _row(self, number: int, member: Evaluation) -> dict[str, object]:
        goals = {m.name: self.goals.value_of(member, m) for m in self.goals.measures}
        counts = {name: getattr(member, name) for name in COUNTS if name not in goals}
        known = {name: count for name, count in counts.items() if count is not None}
        first = {"trial": number, "architecture": str(member.architecture)}
        return {**first, **goals, **known, "seconds": member.seconds}


def front_table(search: Any) -> FrontTable:  # noqa: ANN401
    """What each member of the front is worth and costs.

    Args:
        search: A search with several goals, or its observations.

    Returns:
        The table. It draws itself, `frame()` gives it as numbers, and `export` writes the network
        of a member.

    Raises:
        SettingError: If it is no search, or there is one goal only.

    Example:
        >>> from nbnas.graphs.spaces.cell import CellSpace
        >>> first, second = CellSpace().sample(0, 2)
        >>> from nbnas.records import ACCURACY
        >>> from nbnas.records.measure import PARAMETERS
        >>> large = Evaluation(first, 0.9, parameters=900)
        >>> trials = (large, Evaluation(second, 0.8, parameters=700))
        >>> seen = Observations(trials, ACCURACY, Goals((ACCURACY, PARAMETERS)))
        >>> front_table(seen).frame()["parameters"].tolist()
        [700.0, 900.0]
    """
    seen = _SEEN("search", getattr(search, "observations", search))
    if seen.goals is None or len(seen.goals.measures) < 2:
        raise SettingError(
            f"expected a search with several goals, got one for {seen.measure.name}; give it "
            "goals=(nbnas.ACCURACY, nbnas.PARAMETERS)"
        )
    members = seen.front
    places = {id(each): number for number, each in enumerate(seen, 1)}
    numbers = tuple(places[id(member)] for member in members)
    return FrontTable(seen.goals, members, numbers, None if search is seen else search)


_SEEN = instance(Observations, "Search(…, goals=(nbnas.ACCURACY, nbnas.PARAMETERS))")
