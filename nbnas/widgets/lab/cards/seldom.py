"""Work that takes long enough to be left out where it comes too often."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

SHARE = 0.1  # of all time, at most


class Seldom:
    """Decides whether something is worth computing anew: at most a tenth of the time goes to it.

    A run of quick trials would else spend more on pictures than on trials.
    """

    def __init__(self) -> None:
        self._done: object = None
        self._ended, self._took = 0.0, 0.0

    def due(self, question: object, *, wait: bool) -> bool:
        """Whether to compute.

        Args:
            question: What the answer depends on; nothing is computed twice in a row.
            wait: Whether more comes soon, so that this may be left out.
        """
        if question == self._done:
            return False
        return not wait or time.monotonic() - self._ended > self._took / SHARE

    @contextmanager
    def working(self, question: object) -> Iterator[None]:
        """Measures how long it takes."""
        began = time.monotonic()
        try:
            yield
            self._done = question
        finally:
            self._ended = time.monotonic()
            self._took = self._ended - began
