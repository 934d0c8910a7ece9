"""What a search wanted, from what its study remembers."""

import re
from collections.abc import Iterator, Mapping, Sequence

from nbnas.errors import SearchError
from nbnas.graphs.architecture import Architecture
from nbnas.records import Constraint, Evaluation, Goals, Measure, MeasuredBy
from nbnas.records.measure import MULTIPLY_ADDS, PARAMETERS
from nbnas.search.opened.known import Unreadable, make, read

_NUMBER = r"-?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?"
_LIMIT = re.compile(rf"(?P<name>.+?) at (?P<way>most|least) (?P<bound>{_NUMBER})")

GONE = (
    "what told {} of each candidate is not in the study's store; to make rounds again, give it "
    "with the goals: nbnas.open_study(…, goals=…)"
)


def goals_from(
    words: Mapping[str, str], trials: Sequence[Evaluation]
) -> tuple[Goals | None, tuple[str, ...]]:
    """The goals of a study, without the functions that told some of them.

    Args:
        words: All that the study remembers.
        trials: Its trials, with what was told of them.

    Returns:
        The goals, `None` where a good value was all that was wanted, and the names of measures
        that were told without training, by functions that a store does not hold.

    Raises:
        Unreadable: If they cannot be made again.
    """
    if "goals" not in words:
        return None, ()
    measures = tuple(_measure(said) for said in _numbered("goals.measure", words))
    told = tuple(_measure(said) for said in _numbered("goals.known", words, ".measure"))
    named = {measure.name: measure for measure in (PARAMETERS, MULTIPLY_ADDS, *told, *measures)}
    limits = tuple(_limit(said, named) for said in _numbered("goals.limit", words))
    reference = read(words["goals.reference"]) if "goals.reference" in words else None
    known = tuple(MeasuredBy(_Told(measure.name, trials), measure) for measure in told)
    goals: Goals = make(Goals, measures, known, limits, reference)
    limited = (limit.measure.name for limit in limits)  # which may be known, too
    return goals, tuple(dict.fromkeys([*(measure.name for measure in told), *limited]))


class _Told:
    """In the place of a function that told a measure: what it told of the trials."""

    def __init__(self, name: str, trials: Sequence[Evaluation]) -> None:
        self._name = name
        self._told = {e.architecture: e.measured[name] for e in trials if name in e.measured}

    def __call__(self, architecture: Architecture) -> float:
        """What was told; nobody knows it of other architectures."""
        if architecture not in self._told:
            raise SearchError(GONE.format(self._name))
        return self._told[architecture]


def _numbered(name: str, words: Mapping[str, str], part: str = "") -> Iterator[str]:
    number = 1
    while (said := words.get(f"{name} {number}{part}")) is not None:
        yield said
        number += 1


def _measure(said: str) -> Measure:
    found = read(said)
    if not isinstance(found, Measure):
        raise Unreadable(f"{said!r:.100}, which is no measure")
    return found


def _limit(said: str, named: Mapping[str, Measure]) -> Constraint:
    """A limit from its words; its bound is as exact as these are."""
    found = _LIMIT.match(said)
    if found is None:
        raise Unreadable(f"the limit {said!r:.100}")
    most = found["way"] == "most"
    measure = named.get(found["name"]) or make(Measure, found["name"], maximize=not most)
    percent = 0.01 if said[found.end() :].lstrip().startswith("%") else 1.0
    bound = float(found["bound"].replace(",", "")) * percent
    limit: Constraint = make(Constraint, measure, bound, most)
    if limit.words != said:
        raise Unreadable(f"the limit {said!r:.100}")
    return limit
