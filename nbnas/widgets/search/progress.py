"""One line of progress below a cell that waits for a search; in a log where nobody watches."""

import html
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from IPython.display import display

from nbnas.brief import of_planned, seconds
from nbnas.charts.search.trace import counted
from nbnas.mode import safe_display_mode
from nbnas.widgets.live import guarded
from nbnas.widgets.search import sweep
from nbnas.widgets.search.log import Log, costing, mixed

PATIENCE = 1.0  # seconds of waiting without a line, and between two updates of it
_CELL: list[Any] = [None, ""]  # the cell that waited last, and the identifier of its line


@contextmanager
def progress(search: Any) -> Iterator[None]:  # noqa: ANN401
    """Tell below the cell how far a search or a sweep is, while the cell waits for it.

    A live front end gets a line that follows, once a second at most; a static one gets the line
    as it was at the end, and the log of the process lines on the way. A wait of less than a second
    leaves none, and a cell has one line however often it waits.

    Args:
        search: The search, or the sweep, that the caller waits for.
    """
    mode = safe_display_mode()
    if mode == "off" or threading.current_thread() is not threading.main_thread():
        yield
        return
    one = hasattr(search, "observations")
    line = Line(search) if one else SweepLine(search)
    if mode == "live":
        line.follow()
    logged = Log(search) if one else sweep.logged(search)
    followed: AbstractContextManager[object] = nullcontext() if mode == "live" else logged
    try:
        with followed:
            yield
    finally:
        line.end()


class Line:
    """The line of one waiting cell.

    Args:
        search: What the cell waits for.
    """

    def __init__(self, search: Any) -> None:  # noqa: ANN401
        self._search = search
        self._began, self._first = time.monotonic(), self._reached()[0]
        self._ended, self._said = threading.Event(), ""
        self._thread: threading.Thread | None = None

    def follow(self) -> None:
        """Update it until its end, from a thread."""
        self._thread = threading.Thread(target=self._follow, name="nbnas progress", daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Say what came of it, for good."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join()  # so that the last word is the last
        if time.monotonic() - self._began >= PATIENCE or self._said:
            self._say()

    def text(self) -> str:
        """How far the search is, in words."""
        search, spent = self._search, time.monotonic() - self._began
        done = len(search.observations)
        parts = [counted(done, search.target), *costing(search)]
        failed = done - len(search.observations.completed)
        parts += [f"{failed} failed"] if failed else []
        best = search.best
        if best is not None and best.value is not None:
            number = search.observations.evaluations.index(best) + 1
            parts.append(f"best {search.measure.text(best.value)} in trial {number}")
        if self._ended.is_set():
            return " · ".join([*parts, f"took {seconds(spent)}"])
        parts += _epoch(search.training)
        left = self._left(spent)
        return " · ".join([*parts, f"about {seconds(left)} left" if left else seconds(spent)])

    def _left(self, spent: float) -> float | None:
        """Seconds until the end, if it goes on as since the cell began."""
        if mixed(self._search):
            return self._search.seconds_left or None  # type: ignore[no-any-return]
        return self._at_this_pace(spent)

    def _at_this_pace(self, spent: float) -> float | None:
        done, goal = self._reached()
        if done <= self._first:
            return None
        return spent / (done - self._first) * max(goal - done, 0.0) or None

    def _reached(self) -> tuple[float, float]:
        """How far it is, and what it aims at, which is 0 where nothing but time limits it."""
        return self._search.reached or (float(self._done), 0.0)

    def _follow(self) -> None:
        while not self._ended.wait(PATIENCE):
            self._say()

    def _say(self) -> None:
        guarded(self._show, lambda _: None)

    def _show(self) -> None:
        said = self.text()
        if said != self._said:
            self._said = said
            _display(said, *self._reached())

    @property
    def _done(self) -> int:
        return len(self._search.observations)


class SweepLine(Line):
    """The line of a cell that waits for a sweep."""

    def text(self) -> str:
        """How far the sweep is, in words."""
        return str(sweep.said(self._search).rstrip("."))

    def _reached(self) -> tuple[float, float]:
        return float(self._search.done), float(len(self._search.runs))

    def _left(self, spent: float) -> float | None:
        """Seconds until the end, if it goes on as since the cell began."""
        return self._at_this_pace(spent)


def _epoch(training: Any) -> list[str]:  # noqa: ANN401
    """Which epoch of the trial under way is at work, where it has epochs."""
    if training is None or training.evaluation is not None:
        return []
    epochs, coming = training.epochs, len(training.reports) + 1
    return [f"epoch {of_planned(min(coming, epochs or coming), epochs)}"]


def _display(said: str, done: float, target: float) -> None:
    """Put the line below the cell that runs, or a newer one in its place."""
    ipython = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    cell = getattr(shell, "execution_count", None)
    again = cell is not None and _CELL[0] == cell
    if not again:
        _CELL[:] = [cell, uuid.uuid4().hex]
    bar = (
        f'<progress max="{max(target, done, 1):g}" value="{done:g}" aria-hidden="true"></progress>'
    )
    # It changes each second: a screen reader reads it when it is asked to.
    page = f'<div class="nbnas-progress">{bar} {html.escape(said)}</div>'
    data = {"text/html": page, "text/plain": said}
    display(data, raw=True, display_id=_CELL[1], update=again)
