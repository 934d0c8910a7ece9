"""The protocol of workers: whoever evaluates the trials of a run, here or elsewhere."""

from collections.abc import Iterator, Sequence
from typing import Any, Protocol, Self, runtime_checkable

from nbnas.records import Claim, Evaluation, Measure
from nbnas.search.objective import Objective
from nbnas.search.workers.place import Place


class Team(Protocol):
    """The workers of one run, from its first trial until they are closed."""

    @property
    def slots(self) -> Sequence[Place]:
        """The places for trials; workers may come and go."""

    @property
    def free(self) -> Any:  # noqa: ANN401
        """A place that has nothing to do, if there is one."""

    @property
    def busy(self) -> Sequence[Place]:
        """The places that have a trial."""

    def begin(self, slot: Any, claim: Claim) -> object:  # noqa: ANN401
        """Let a free place evaluate a trial."""

    def collect(self) -> Iterator[tuple[Claim, Evaluation | BaseException | None]]:
        """The trials that have ended since, and how.

        `None` is one that was stopped; `Killed` one whose worker has died; any other exception a
        fault of the whole search.
        """

    def say(self, word: str) -> None:
        """Tell all trials to "pause", to "go" on or to "stop" at their next gate."""

    def wait(self, seconds: float) -> None:
        """Wait until something has happened, or so many seconds."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...


@runtime_checkable
class Workers(Protocol):
    """Who evaluates the trials of a search: what `workers=` takes."""

    def crew(self, objective: Objective, measure: Measure) -> Team:
        """Get ready for the trials of a run.

        Args:
            objective: What evaluates a trial.
            measure: What its values are.

        Raises:
            SettingError: If the objective cannot be copied to where it is evaluated.
            SearchError: If the workers cannot be reached.
        """
