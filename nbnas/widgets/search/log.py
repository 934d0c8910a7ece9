"""Lines in the log of a run that nobody watches: how far a search is, and how long it will take.

They go to the process's own standard error, where papermill's bar is, and not into the notebook.
"""

import contextlib
import io
import math
import os
import sys
import threading
import time
from typing import Any

from nbnas.brief import seconds
from nbnas.mode import safe_display_mode

PAUSE = 2.0  # seconds between two lines at least; a line per trial if those take longer
SIGN_OF_LIFE = 60.0  # seconds after which there is a line in any case
TICK = 0.2
_TO_THE_END = "\x1b[K"  # of the line, what stood there is erased: ECMA-48, "Erase in Line"
_LAST = [-PAUSE]  # when a line was written, of whatever search


def log(said: str) -> None:
    """Write a line into the log, below the bar that may stand there; in a terminal in its place.

    A kernel's `sys.stderr` is what the notebook shows; its `fileno` is the real one, or it has
    none and that of `sys.__stderr__` is. Nothing is written where views are live, or there are
    none.

    Args:
        said: The line.
    """
    if safe_display_mode() != "static":
        return
    with contextlib.suppress(OSError, AttributeError, ValueError):
        place = _standard_error()
        whole = f"\r{said}{_TO_THE_END}\n" if os.isatty(place) else f"\n{said}"
        os.write(place, whole.encode("utf-8", "backslashreplace"))


def _standard_error() -> int:
    """The number of the process's own standard error."""
    try:
        return sys.stderr.fileno()
    except (AttributeError, io.UnsupportedOperation):
        return sys.__stderr__.fileno()  # type: ignore[union-attr]


class Log:
    """Follows a search while somebody waits for it, from a thread.

    Args:
        search: The search.
    """

    def __init__(self, search: Any) -> None:  # noqa: ANN401
        self._search = search
        self._began = self._said = time.monotonic()
        self._told = len(search.observations)
        self._first = (search.reached or (0.0, 0.0))[0]
        self._searching = search.running  # or it trains the winner, for its test or its export
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="nbnas log", daemon=True)

    def __enter__(self) -> "Log":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()  # so that the last line is the last
        if self._told < self._done and time.monotonic() - _LAST[0] >= PAUSE:
            self._say()

    @property
    def _done(self) -> int:
        return len(self._search.observations)

    def _follow(self) -> None:
        while not self._ended.wait(TICK):
            silent = time.monotonic() - self._said
            if silent >= (PAUSE if self._told < self._done else SIGN_OF_LIFE):
                self._say()

    def _say(self) -> None:
        self._said, self._told = time.monotonic(), self._done
        _LAST[0] = self._said
        with contextlib.suppress(Exception):  # a line may fail; the search that it tells of not
            log(self.text())

    def text(self) -> str:
        """How far it is: "… trial 7 of 12: 91.20 %, best 93.10 %, about 3 min 2 s left"."""
        search, done = self._search, self._done
        parts = [_last(search)] if done else []
        best = search.best
        parts += [] if best is None else [f"best {search.measure.text(best.value)}"]
        if not self._searching:
            spent = seconds(time.monotonic() - self._began)
            return f"{type(search.strategy).__name__}: {parts[-1]}, trained again, after {spent}"
        parts += [*costing(search), *self._time(done)]
        planned = search.target or 0
        of = f" of {planned}" if planned >= done else ""
        return f"{type(search.strategy).__name__}: trial {done}{of}: {', '.join(parts)}"

    def _time(self, done: int) -> list[str]:
        """How long it will take, or how long it has taken where that cannot be told."""
        now, reached = time.monotonic(), self._search.reached
        spent = now - self._began
        if reached is None or reached[0] >= reached[1]:
            return [f"after {seconds(spent)}"]
        so_far, goal = reached
        if so_far <= self._first:
            return [f"trial {done + 1} under way, after {seconds(spent)}"]
        left = spent / (so_far - self._first) * (goal - so_far)
        if mixed(self._search):
            left = self._search.seconds_left
        if left is None:
            return [f"after {seconds(spent)}"]
        return [f"about {seconds(max(min(left, self._search.until - now), 0.0))} left"]


def mixed(search: Any) -> bool:  # noqa: ANN401
    """Whether a run aims at a number of trials of which some are looks, and so take less time."""
    seen = search.observations
    return search.budget == math.inf and len(seen.full) < len(seen)


def costing(search: Any) -> list[str]:  # noqa: ANN401
    """What a run with a budget has spent of it, in full trainings; nothing for others."""
    if search.budget == math.inf:
        return []
    return [f"{search.spent:.3g} of {search.budget:g} full trainings spent"]


def _last(search: Any) -> str:  # noqa: ANN401
    last = search.observations[-1]
    worker = last.origin.worker.rpartition("/")[2] if last.origin is not None else ""
    by = f" by worker {worker}" if worker.isdigit() else ""
    if last.value is None:
        return f"failed{by} ({' '.join((last.error or 'no reason').split())[:100]})"
    return f"{search.measure.text(last.value)}{by}"
