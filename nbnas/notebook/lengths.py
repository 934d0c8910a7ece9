"""How far the trainings of `notebooks/search.ipynb` go, and what they may cost together."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from nbnas.errors import SettingError, shown
from nbnas.notebook.checks import text
from nbnas.notebook.recipes import Choice
from nbnas.records import Fidelities
from nbnas.search.fidelities.costs import fidelities_of
from nbnas.search.strategies.bayesian import BayesianOptimization
from nbnas.search.strategies.strategy import Strategy


@dataclass(frozen=True, slots=True)
class Lengths:
    """How far trainings go, and when a search ends.

    Attributes:
        epochs: Those of looks and of a full training, rising; empty for full trainings only.
        cost: What all trials may cost, in full trainings; 0 for as many as there are trials.
        trials: How many there are where all are full trainings.
    """

    epochs: tuple[int, ...]
    cost: float
    trials: int

    @property
    def budget(self) -> float | None:
        """What all trials may cost, in full trainings; `None` where their number is the limit."""
        return self.cost or (float(self.trials) if self.epochs else None)

    @property
    def count(self) -> int | None:
        """How many trials there are; `None` where what they cost is the limit."""
        return self.trials if self.budget is None else None

    @property
    def trainings(self) -> int:
        """As how many full trainings all trials may cost."""
        return math.ceil(self.budget or self.trials)

    def of(self, trainer: Any) -> Any:  # noqa: ANN401
        """The trainer with these lengths; a longer training goes on from a shorter one.

        Args:
            trainer: A `Trainer` whose epochs are those of a full training.
        """
        if not self.epochs:
            return trainer
        return replace(trainer, fidelities=Fidelities(self.epochs, continued=True))

    def with_looks(self, strategy: Strategy, objective: object) -> Strategy:
        """The strategy that looks before it trains.

        Args:
            strategy: What chooses among full trainings.
            objective: What makes them, with these lengths.
        """
        if not self.epochs:
            return strategy
        made: Any = strategy
        return replace(made, fidelities=fidelities_of(objective))  # type: ignore[no-any-return]

    @property
    def name(self) -> str:
        """What a study is called after them; empty for full trainings only."""
        return f"looks-{'-'.join(map(str, self.epochs[:-1]))}" if self.epochs else ""

    def choices(self) -> tuple[Choice, ...]:
        """What is said of them, where there are looks or a limit of cost."""
        found = []
        if self.epochs:
            looks = ", ".join(map(str, self.epochs[:-1]))
            why = "what promises most goes on from there to the end; it costs only the rest"
            found.append(Choice("looks", f"{looks} of {self.epochs[-1]} epochs", why))
        if self.budget is not None:
            why = "in full trainings, looks by their part; -p cost 20 for as much as twenty"
            found.append(Choice("cost", f"{self.budget:g}", why))
        return tuple(found)


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
    if not given:
        return
    said = ",".join(map(str, given))
    if epochs not in (0, given[-1]):
        yield (
            f"fidelities: expected the last of them to be the epochs of a full training, "
            f"{epochs}, got {said}; leave epochs out"
        )
    if strategy != "bayes":
        yield f"fidelities: expected none with strategy {strategy}; bayes looks before it trains"
        return
    try:
        BayesianOptimization(fidelities=Fidelities(given, continued=True))
    except SettingError as error:
        yield f"fidelities: {error}"


def check_offered(objective: object, given: tuple[int, ...]) -> Iterator[str]:
    """Whether an objective of one's own has trainings of these lengths."""
    offered = fidelities_of(objective)
    if given and (offered is None or offered.epochs != given):
        has = "has none" if offered is None else f"has {','.join(map(str, offered.epochs))}"
        yield (
            f"fidelities: expected those of your objective, which {has}; it offers them as an "
            "attribute fidelities, such as nbnas.Fidelities((3, 12))"
        )
