"""How far the trainings of `notebooks/search.ipynb` go, and what they may cost together."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from nbnas.errors import SettingError, shown
from nbnas.notebook.checks import text
from nbnas.notebook.recipes import Choice
from nbnas.notebook.schedulers import SCHEDULERS
from nbnas.records import Fidelities
from nbnas.search.fidelities.costs import fidelities_of
from nbnas.search.strategies.bayesian import BayesianOptimization
from nbnas.search.strategies.random import RandomSearch
from nbnas.search.strategies.strategy import Strategy

ETA, RUNGS = 3, 4  # where lengths are chosen: of so many times as many epochs, and at most so many


@dataclass(frozen=True, slots=True)
class Lengths:
    """How far trainings go, and when a search ends.

    Attributes:
        epochs: Those of looks and of a full training, rising; empty for full trainings only, or
            for those that are chosen for a scheduler.
        scheduler: A word of `SCHEDULERS`; empty for a strategy that decides itself.
        cost: What all trials may cost, in full trainings; 0 for as many as there are trials.
        trials: How many there are where all are full trainings.
    """

    epochs: tuple[int, ...]
    scheduler: str
    cost: float
    trials: int

    @property
    def looks(self) -> bool:
        """Whether there are trainings that go less far than all."""
        return bool(self.epochs or self.scheduler)

    @property
    def budget(self) -> float | None:
        """What all trials may cost, in full trainings; `None` where their number is the limit."""
        return self.cost or (float(self.trials) if self.looks else None)

    @property
    def count(self) -> int | None:
        """How many trials there are; `None` where what they cost is the limit."""
        return self.trials if self.budget is None else None

    def of(self, trainer: Any) -> Any:  # noqa: ANN401
        """The trainer with these lengths; a longer training goes on from a shorter one.

        Args:
            trainer: A `Trainer` whose epochs are those of a full training.
        """
        if not self.looks:
            return trainer
        chosen = self.epochs or rungs(trainer.epochs)
        return replace(trainer, fidelities=Fidelities(chosen, continued=True))

    def with_looks(self, strategy: Strategy, objective: object) -> Strategy:
        """The strategy that looks before it trains.

        Args:
            strategy: What chooses among full trainings.
            objective: What makes them, with these lengths.
        """
        if not self.looks:
            return strategy
        if self.scheduler:
            return scheduled(self.scheduler, strategy, fidelities_of(objective))
        made: Any = strategy
        return replace(made, fidelities=fidelities_of(objective))  # type: ignore[no-any-return]

    @property
    def name(self) -> str:
        """What a study is called after them; empty for full trainings only."""
        looks = "-".join(map(str, self.epochs[:-1])) or "thirds"
        return f"looks-{looks}" if self.looks else ""

    def choices(self, objective: object) -> tuple[Choice, ...]:
        """What is said of them, where there are looks or a limit of cost.

        Args:
            objective: What makes trainings of these lengths.
        """
        found, offered = [], fidelities_of(objective)
        if self.looks and offered is not None:
            looks = ", ".join(map(str, offered.lower))
            why = "what promises most goes on from there to the end; it costs only the rest"
            found.append(Choice("looks", f"{looks} of {offered.full} epochs", why))
        if self.scheduler:
            why = "decides which trainings go on; -p strategy says what is begun"
            found.append(Choice("scheduler", SCHEDULERS[self.scheduler].__name__, why))
        if self.budget is not None:
            why = "in full trainings, looks by their part; -p cost 20 for as much as twenty"
            found.append(Choice("cost", f"{self.budget:g}", why))
        return tuple(found)


def rungs(full: int) -> tuple[int, ...]:
    """The lengths of trainings for a scheduler: each three times as long as the one before.

    Args:
        full: The epochs of a full training, at least 2.

    Raises:
        SettingError: If a full training has a single epoch.
    """
    found = {full // ETA**rung for rung in range(RUNGS)} - {0}
    if full == 1:
        raise SettingError(
            "expected more than one epoch with a scheduler, which stops trainings before their "
            "end, got epochs=1; give more, or leave the scheduler out"
        )
    return tuple(sorted(found | ({1} if len(found) == 1 else set())))


def scheduled(word: str, strategy: Strategy, fidelities: Fidelities | None) -> Strategy:
    """A strategy within the scheduler of a word.

    Raises:
        SettingError: If they do not go together.
    """
    return SCHEDULERS[word](strategy, fidelities)  # type: ignore[arg-type]


def lengths(value: Any) -> tuple[int, ...]:  # noqa: ANN401
    """Numbers of epochs that rise, separated by commas, or nothing."""
    given = text(value).strip() if isinstance(value, str) else value
    if given == "":
        return ()
    try:
        return Fidelities(tuple(int(part) for part in str(given).split(","))).epochs
    except (ValueError, SettingError):
        raise SettingError(
            "expected epochs of looks and of a full training that rise, such as 3,12, or nothing; "
            f"got {shown(value)}"
        ) from None


def check_lengths(values: Mapping[str, Any]) -> Iterator[str]:
    """What does not go together with looks; see `check_combinations`."""
    given, epochs, strategy = values["fidelities"], values["epochs"], values["strategy"]
    scheduler = values["scheduler"]
    if scheduler and epochs == 1:
        yield f"scheduler: expected none with epochs 1, which nothing can stop; got {scheduler}"
    if not given:
        return
    said = ",".join(map(str, given))
    if epochs not in (0, given[-1]):
        yield (
            f"fidelities: expected the last of them to be the epochs of a full training, "
            f"{epochs}, got {said}; leave epochs out"
        )
    if strategy != "bayes" and not scheduler:
        yield (
            f"fidelities: expected a scheduler with strategy {strategy}, one of "
            f"{', '.join(SCHEDULERS)}; without one bayes alone looks before it trains"
        )
        return
    fidelities = Fidelities(given, continued=True)
    try:
        if scheduler:
            scheduled(scheduler, RandomSearch(), fidelities)
        else:
            BayesianOptimization(fidelities=fidelities)
    except SettingError as error:
        yield f"fidelities: {error}"


def check_offered(objective: object, values: Mapping[str, Any]) -> Iterator[str]:
    """Whether an objective of one's own has trainings of these lengths."""
    given, offered = values["fidelities"], fidelities_of(objective)
    if offered is None and not given and values["scheduler"]:
        yield (
            "scheduler: expected an objective that offers fidelities, which yours does not; give "
            "it an attribute fidelities, such as nbnas.Fidelities((1, 4, 12))"
        )
    if given and (offered is None or offered.epochs != given):
        has = "has none" if offered is None else f"has {','.join(map(str, offered.epochs))}"
        yield (
            f"fidelities: expected those of your objective, which {has}; it offers them as an "
            "attribute fidelities, such as nbnas.Fidelities((3, 12))"
        )
