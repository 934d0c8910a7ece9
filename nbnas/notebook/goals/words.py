"""The words by which `notebooks/search.ipynb` says what it wants beyond a good value.

`-p goals accuracy,latency` wants several measures at once; `-p limits "parameters<=100k"` lets
only those architectures count that keep to it.
"""

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nbnas.errors import SettingError, shown
from nbnas.notebook.checks import text
from nbnas.notebook.recipes import Choice
from nbnas.records import MULTIPLY_ADDS, PARAMETERS, Constraint, Measure, MeasuredBy
from nbnas.records.measure import (
    ACCURACY,
    BALANCED_ACCURACY,
    BITS_A_CHARACTER,
    LOG_LOSS,
    PERPLEXITY,
)
from nbnas.training.known.latency import LATENCY, latency

MEASURES: Mapping[str, Measure] = {
    "accuracy": ACCURACY,
    "balanced-accuracy": BALANCED_ACCURACY,
    "log-loss": LOG_LOSS,
    "bits-a-character": BITS_A_CHARACTER,
    "perplexity": PERPLEXITY,
}
OF_KIND = {
    "pictures": ("accuracy", "balanced-accuracy", "log-loss"),
    "text": ("bits-a-character", "perplexity", "log-loss"),
}
SIZES: Mapping[str, Measure] = {"parameters": PARAMETERS, "multiply-adds": MULTIPLY_ADDS}
KNOWN: Mapping[str, Measure] = {**SIZES, "latency": LATENCY}  # without training
ENDS = {"min": False, "max": True}
SUFFIXES = {"": 1.0, "k": 1e3, "m": 1e6, "g": 1e9, "%": 0.01}
_LIMIT = re.compile(r"([^<>=]+)(<=|>=)([^<>=]+)")
_NUMBER = re.compile(r"([-+]?[0-9.]+(?:e[-+]?[0-9]+)?)\s*([kmg%]?)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit in words.

    Attributes:
        word: Of which measure.
        most: Whether it is the greatest allowed value, or the least.
        bound: That value, in the unit of the measure.
    """

    word: str
    most: bool
    bound: float

    @property
    def words(self) -> str:
        """It for a person: "parameters at most 100,000"."""
        return f"{self.word} at {'most' if self.most else 'least'} {self.bound:,.12g}"

    def __str__(self) -> str:
        """As it is written."""
        return f"{self.word}{'<=' if self.most else '>='}{self.bound:g}"


@dataclass(frozen=True, slots=True)
class Aims:
    """What a search wants beyond a good value.

    Attributes:
        goals: The words of the goals, that of the value first; empty for a good value alone.
        limits: The limits.
    """

    goals: tuple[str, ...] = ()
    limits: tuple[Limit, ...] = ()

    def of(self, objective: Any, space: Any) -> dict[str, Any]:  # noqa: ANN401
        """What a `Search` is given as goals and constraints; nothing where nothing is wanted.

        Args:
            objective: What `make_objective` made.
            space: The search space.

        Raises:
            SettingError: If a word stands for nothing that this objective tells, or the first
                goal is not its own measure.
        """
        if not (self.goals or self.limits):
            return {}
        known = getattr(objective, "for_space", lambda space: objective)(space)
        found = {word: _measure(word, known) for word in self._words}
        if self.goals:
            _check_first(self.goals[0], found[self.goals[0]], known)
        goals = tuple(found[word] for word in self.goals) or None
        limits = tuple(_constraint(limit, found[limit.word]) for limit in self.limits)
        return {"goals": goals, "constraints": limits}

    def choices(self) -> tuple[Choice, ...]:
        """What is said of them, where something is wanted."""
        found = []
        if self.goals:
            why = "all at once: the result is the front, of which none is better in all of them"
            found.append(Choice("goals", ", ".join(self.goals), why))
        if self.limits:
            why = "only what keeps to them counts; what is known not to is never trained"
            found.append(Choice("limits", ", ".join(limit.words for limit in self.limits), why))
        return tuple(found)

    @property
    def name(self) -> str:
        """What a study is called after them; empty where nothing is wanted."""
        said = "-".join(self.goals[1:])
        limits = "-".join(map(str, self.limits)).replace("<=", "-most-").replace(">=", "-least-")
        return "-".join(filter(None, (said, limits))).replace(":", "-")

    @property
    def _words(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.goals, *(limit.word for limit in self.limits))))


def goals_of_words(value: Any) -> tuple[str, ...]:  # noqa: ANN401
    """The words of several goals, none twice; or none.

    Raises:
        SettingError: If it is something else, such as one goal alone.
    """
    found = tuple(_plain(part) for part in text(value).split(",")) if value != "" else ()
    if "" in found or len({*found}) < len(found) or len(found) == 1:
        raise SettingError(
            "expected two goals or more with commas, that of the value first, such as "
            f"accuracy,latency, or nothing for a good value alone; got {shown(value)}"
        )
    return found


def limits_of_words(value: Any) -> tuple[Limit, ...]:  # noqa: ANN401
    """The limits of words such as "parameters<=100k,latency<=5"; or none.

    Raises:
        SettingError: If it is something else.

    Example:
        >>> [str(limit) for limit in limits_of_words("parameters<=100k, accuracy >= 90%")]
        ['parameters<=100000', 'accuracy>=0.9']
    """
    return tuple(_limit(part) for part in text(value).split(",")) if value != "" else ()


def _limit(part: str) -> Limit:
    found = _LIMIT.fullmatch(part.strip())
    number = _NUMBER.fullmatch(found[3].strip()) if found else None
    try:
        if found and number:
            bound = float(number[1]) * SUFFIXES[number[2].lower()]
            return Limit(_plain(found[1]), found[2] == "<=", float(f"{bound:.12g}"))
    except ValueError:  # such as 1.2.3
        pass
    raise SettingError(
        "expected limits with <= or >=, separated by commas, such as "
        f"parameters<=100k,latency<=5,accuracy>=90%; got {part.strip()!r:.100}"
    )


def _plain(word: str) -> str:
    """A word as it is looked up: multiply_adds is multiply-adds."""
    plain = word.strip()
    return plain.replace("_", "-") if plain.replace("_", "-") in (*MEASURES, *KNOWN) else plain


def check_aims(values: Mapping[str, Any]) -> Iterator[str]:
    """What does not go together with goals and limits; see `check_combinations`."""
    goals, limits = values["goals"], values["limits"]
    if values["objective"] or not (goals or limits):
        return
    allowed = (*OF_KIND[values["data"].kind], *KNOWN)
    said = {"goals": goals, "limits": tuple(limit.word for limit in limits)}
    for name, words in said.items():
        yield from (f"{name}: {fault}" for fault in _unknown(words, allowed))
    value = values["measure"] or allowed[0]
    if goals and goals[0] in allowed and goals[0] != value:
        yield (
            f"goals: expected {value} as the first of them, by which is searched, got {goals[0]}; "
            "put it first, or give another measure, as in -p measure log-loss"
        )
    if goals and values["strategy"] not in ("bayes", "random", "evolution"):
        yield (
            f"goals: expected strategy bayes, evolution or random, which serve several goals, got "
            f"{values['strategy']}"
        )
    if goals and (values["fidelities"] or values["scheduler"]):
        yield "goals: expected full trainings, without fidelities or scheduler"


def _unknown(words: Sequence[str], allowed: Sequence[str]) -> Iterator[str]:
    """What is wrong with words, each with the nearest that is right."""
    for word in words:
        if word not in allowed:
            near = difflib.get_close_matches(word, allowed, 1, 0.5)
            hint = f"; did you mean {near[0]}?" if near else ""
            yield f"expected words out of {', '.join(allowed)}; got {shown(word)}{hint}"


def _measure(word: str, objective: Any) -> Measure | MeasuredBy:  # noqa: ANN401
    """What a word stands for with an objective.

    Raises:
        SettingError: If it stands for nothing there.
    """
    own: Measure = getattr(objective, "measure", ACCURACY)
    if word in (own.name, own.noun) or MEASURES.get(word) == own:
        return own
    trains = hasattr(getattr(objective, "trainer", objective), "data")
    if word == "latency" and trains:
        return latency(objective)
    if word in SIZES or (word in MEASURES and trains):
        return {**SIZES, **MEASURES}[word]
    name, _, end = word.rpartition(":")
    if trains or end not in ENDS or not name:
        raise SettingError(
            f"expected {own.noun}, {', '.join(SIZES)}, or what your objective tells in "
            f"Evaluation.measured with which end is better, such as {word.partition(':')[0]}:min "
            f"or {word.partition(':')[0]}:max; got {shown(word)}"
        )
    return Measure(name, maximize=ENDS[end])


def _constraint(limit: Limit, of: Measure | MeasuredBy) -> Constraint:
    if isinstance(of, MeasuredBy):
        return Constraint(of.measure, limit.bound, limit.most, of)
    return Constraint(of, limit.bound, limit.most)


def _check_first(word: str, first: Measure | MeasuredBy, objective: Any) -> None:  # noqa: ANN401
    own = getattr(objective, "measure", ACCURACY)
    if first != own:
        raise SettingError(
            f"goals: expected the objective's {own.noun} first, by which is searched, got {word}"
        )
