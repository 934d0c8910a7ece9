"""The words by which notebook parameters say how far trainings may go, and who makes use of it."""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from nbnas.brief import brief
from nbnas.checks import MAPPING, settle
from nbnas.errors import SettingError, shown
from nbnas.notebook.checks import text
from nbnas.notebook.schedulers import SCHEDULERS
from nbnas.notebook.strategies import STRATEGIES, Proxies, initial_for, known
from nbnas.records import Fidelities
from nbnas.records.fidelities import FIDELITIES
from nbnas.search.strategies.bayesian import BayesianOptimization
from nbnas.search.strategies.initial import RANDOM
from nbnas.search.strategies.strategy import Strategy

DEFAULT = ("bayes", "random")
LOOKING = "bayes-fidelities"  # the word for Bayesian optimisation that looks before it trains
BY_COST = (  # with fidelities by default
    *(LOOKING, *SCHEDULERS),
    *("bayes", "local-search", "evolution", "random"),
)


@dataclass(frozen=True, slots=True)
class Looks:
    """How far trainings of a table may go.

    Args:
        fidelities: The lengths.
        columns: The column of values of each length, where each is a training of its own; empty
            where learning curves tell.
    """

    fidelities: Fidelities
    columns: Mapping[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        settle(self, fidelities=FIDELITIES, columns=MAPPING)
        object.__setattr__(self, "columns", MappingProxyType(dict(self.columns)))

    @brief
    def __repr__(self) -> str:
        columns = ", ".join(self.columns.values()) or "along learning curves"
        return f"{self.fidelities!r}, {columns}"

    @property
    def value(self) -> str:
        """The column of the full trainings; empty where learning curves tell."""
        return self.columns.get(self.fidelities.full, "")

    @property
    def lower(self) -> dict[int, str]:
        """The columns of the looks."""
        return {e: name for e, name in self.columns.items() if e != self.fidelities.full}


def looks_of_words(value: Any) -> Looks | None:  # noqa: ANN401
    """How far trainings may go, or `None` for full ones only.

    Args:
        value: Such as "valid_12:12,valid_200:200", the column of each length of training, or
            "3,6,12", lengths along learning curves; empty for full trainings only.

    Raises:
        SettingError: If it is something else.

    Example:
        >>> looks_of_words("valid_12:12,valid_200:200").lower
        {12: 'valid_12'}
        >>> looks_of_words("3,6,12").fidelities.continued
        True
    """
    parts = [part.strip().rpartition(":") for part in text(value).split(",") if part.strip()]
    if not parts:
        return None
    names = [name.strip() for name, _, _ in parts]
    mixed = any(names) and not all(names)
    if mixed or not all(epochs.strip().isdecimal() for _, _, epochs in parts):
        raise SettingError(
            "expected columns with their epochs, such as valid_12:12,valid_200:200, or epochs "
            f"along learning curves, such as 3,6,12; got {shown(value)}"
        )
    lengths = tuple(int(epochs) for _, _, epochs in parts)
    fidelities = Fidelities(lengths, continued=not any(names))
    return Looks(fidelities, dict(zip(lengths, names, strict=True)) if any(names) else {})


def names_of_word(value: Any) -> tuple[str, ...]:  # noqa: ANN401
    """The three columns of learning curves: of the training, the epoch and the value."""
    names = tuple(name.strip() for name in text(value).split(",") if name.strip())
    if len(names) != 3:
        raise SettingError(
            "expected three columns of the curves with commas, which training it is, the epoch, "
            f"and the value, such as run,epoch,val_loss; got {shown(value)}"
        )
    return names


def strategies_of_words(value: Any) -> tuple[str, ...]:  # noqa: ANN401
    """Different words for strategies, with commas, or none for those of the default."""
    given = tuple(part.strip() for part in value.split(",")) if isinstance(value, str) else ("",)
    if value == "":
        return ()
    unknown = [name for name in given if name not in STRATEGIES and not is_looking(name)]
    if unknown or len(set(given)) < len(given):
        raise SettingError(
            f"expected different words out of {', '.join(STRATEGIES)}, with fidelities also "
            f"{LOOKING} and {', '.join(SCHEDULERS)}, which schedule random search, or another one "
            f"as in asha+tpe, separated by commas; got {value!r:.200}"
        )
    return given


def is_looking(word: str) -> bool:
    """Whether a word is for a strategy that makes use of fidelities."""
    scheduler, within, strategy = word.partition("+")
    return word == LOOKING or (scheduler in SCHEDULERS and (not within or strategy in STRATEGIES))


def first_of(word: str) -> int:
    """How many architectures the strategy of a word evaluates before it learns from any."""
    scheduler, _, strategy = word.partition("+")
    proposes = strategy if scheduler in SCHEDULERS else word
    return initial_for(proposes) if proposes in STRATEGIES else RANDOM


def maker(
    word: str, initial: int, proxies: Proxies | None, looks: Looks | None
) -> Callable[[], Strategy]:
    """What makes the strategy of a word; isomorphic architectures may both be evaluated.

    Args:
        word: The word, out of `STRATEGIES` or one of those that make use of fidelities.
        initial: Number of architectures before it learns from any; 0 for its default.
        proxies: Zero-cost proxies, if there are any.
        looks: How far trainings may go.

    Raises:
        SettingError: If the word needs fidelities, and there are none.
    """
    if not is_looking(word):
        return functools.partial(STRATEGIES[word], initial, True, proxies)
    if looks is None:
        raise SettingError(f"strategies: expected fidelities=… for {word}, got none")
    scheduler, _, strategy = word.partition("+")
    if scheduler in SCHEDULERS:
        return functools.partial(scheduled, scheduler, strategy, initial, proxies, looks)
    return functools.partial(
        BayesianOptimization,
        initial=initial,
        allow_isomorphic=True,
        knowledge=known(proxies),
        fidelities=looks.fidelities,
    )


def scheduled(
    scheduler: str, strategy: str, initial: int, proxies: Proxies | None, looks: Looks
) -> Strategy:
    """A strategy whose trainings a scheduler ends early.

    Args:
        scheduler: The word of the scheduler.
        strategy: The word of the strategy; empty for random search.
        initial: Number of architectures before it learns from any; 0 for its default.
        proxies: Zero-cost proxies, if there are any.
        looks: How far trainings may go.
    """
    proposes = STRATEGIES[strategy or "random"](initial, True, proxies)
    return SCHEDULERS[scheduler](proposes, looks.fidelities)
