"""A place for one trial at a time, as a person sees it: who makes what, since when and how far."""

import time

from nbnas.records import Claim, EpochReport
from nbnas.search.workers.child import Begun, Said
from nbnas.search.workers.followed import Followed


class Place:
    """A place for one trial at a time, wherever that is evaluated.

    Args:
        name: What a person calls the worker.

    Attributes:
        claim: The trial that is under way; `None` for none.
        began: When it began, in seconds of the monotonic clock.
        training: Its live training, where it has one.
        starting: Whether its process is not ready for it yet.
        paused: Whether it waits.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.claim: Claim | None = None
        self.began = 0.0
        self.training: Followed | None = None
        self.starting = self.paused = False
        self._waited, self._since = 0.0, 0.0  # seconds of pauses, and the last one's beginning

    @property
    def seconds(self) -> float:
        """Seconds that the trial has taken so far; the start and pauses do not count."""
        pause = time.monotonic() - self._since if self.paused else 0.0
        return time.monotonic() - self.began - self._waited - pause

    def take(self, claim: Claim, training: Followed) -> None:
        """Have a trial from now on."""
        self.claim, self.training, self.paused = claim, training, False
        self.starting, self.began, self._waited = True, time.monotonic(), 0.0

    def hear(self, said: Said) -> None:
        """Take in what the trial's process has told."""
        if said == "started":
            self.starting, self.began = False, time.monotonic()
        elif isinstance(said, Begun) and self.training is not None:
            self.training.expect(said.epochs, said.counted)
        elif said in ("paused", "going"):
            self._rest(paused=said == "paused")
        elif isinstance(said, tuple) and self.training is not None:
            for report in said:
                if isinstance(report, EpochReport):
                    self.training.hear(report)

    def _rest(self, *, paused: bool) -> None:
        now = time.monotonic()
        if self.paused and not paused:
            self._waited += now - self._since
        self.paused, self._since = paused, now
