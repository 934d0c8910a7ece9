"""A trial that somebody has taken on: its number, what its proposal knew, and who makes it.

Notation
    number    of a trial, from 0, in the order in which trials are taken on
    place     of a finished trial, from 0, in the order in which they finish; with one worker that
              is its number
"""

from dataclasses import dataclass, field

from nbnas.brief import brief, cut
from nbnas.checks import SEED, TEXT, Rule, each, instance, settle, whole
from nbnas.errors import ObservationError
from nbnas.graphs.architecture import ARCHITECTURE, Architecture

ATTEMPTS = 3  # that may end with their worker, before a trial counts as failed
LONGEST_WORKER = 200  # characters
_NUMBER = whole(0).raising(ObservationError)
_WORKER: Rule[str] = Rule(
    f"a text of up to {LONGEST_WORKER} characters",
    lambda text: isinstance(text, str) and len(text) <= LONGEST_WORKER,
    str,
    error=ObservationError,
)


@dataclass(frozen=True, slots=True)
class Origin:
    """Which trial of a study something is, and where it comes from.

    With it the proposal can be made again, whoever else was at work; see `nbnas.replay`.

    Attributes:
        number: Its number, which decides all that is random in it.
        known: How many trials had finished when it was proposed: those with the places below.
        pending: The numbers of those that were under way then.
        worker: Who makes it; empty where nobody was asked.
        attempt: Which try it is, from 1; the worker of each earlier one has died.

    Raises:
        ObservationError: If a part has another type.
    """

    number: int
    known: int
    pending: tuple[int, ...] = ()
    worker: str = ""
    attempt: int = 1

    def __post_init__(self) -> None:
        settle(self, number=_NUMBER, known=_NUMBER, worker=_WORKER)
        settle(self, pending=each(_NUMBER), attempt=whole(1).raising(ObservationError))

    @brief
    def __repr__(self) -> str:
        by = f", by {cut(self.worker, 60)}" if self.worker else ""
        again = f", attempt {self.attempt}" if self.attempt > 1 else ""
        beside = f" and {len(self.pending)} under way" if self.pending else ""
        return f"trial {self.number + 1}, knew {self.known} trials{beside}{by}{again}"


ORIGIN: Rule[Origin] = instance(Origin, "Origin(number, known)").raising(ObservationError)


@dataclass(frozen=True, slots=True)
class Claim:
    """A trial that is under way, or about to be.

    Attributes:
        origin: Which one, and who makes it.
        architecture: What is evaluated.
        seed: The trial's seed.
        place: Where its training keeps checkpoints, see `nbnas.Training.keep`; empty for nowhere.
        epochs: How far it is to be trained; `None` for a full training.

    Raises:
        ArchitectureError: If it is of no architecture.
        ObservationError: If the origin is none.
        SettingError: If the seed is none.
    """

    origin: Origin
    architecture: Architecture
    seed: int
    place: str = field(default="", compare=False)
    epochs: int | None = None

    def __post_init__(self) -> None:
        settle(self, origin=ORIGIN, architecture=ARCHITECTURE, seed=SEED)
        settle(self, place=TEXT.raising(ObservationError))
        settle(self, epochs=whole(1).raising(ObservationError).optional)

    @property
    def number(self) -> int:
        """The trial's number."""
        return self.origin.number

    @brief
    def __repr__(self) -> str:
        look = f"epochs={self.epochs}, " if self.epochs else ""
        return f"{cut(self.architecture, 90)}, {look}{self.origin!r}"


CLAIM: Rule[Claim] = instance(Claim, "Claim(origin, architecture, seed)").raising(ObservationError)
