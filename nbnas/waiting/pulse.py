"""A sign of life in a terminal, while a cell of a notebook that is executed there says nothing.

Papermill's bar moves when a cell is done, and no sooner. Long work of nbnas tells how far it is;
whatever else takes long, such as torch's import, a download or a loop of the user's, has a line
with the seconds, which gives way to whatever is written next.
"""

import contextlib
import io
import os
import sys
import threading
import time
from typing import Any

from nbnas.mode import unwatched

SILENCE = 5.0  # seconds without a word before there is a sign, of a cell that takes a while
LONG = 8.0  # the same of any cell: a tool without a bar, as nbgrader, runs many short ones
A_WHILE = 2.0  # seconds of a cell
TICK = 1.0  # seconds between two signs
TICKED = "NBNAS_TICKED"  # a variable that is set where a bar in the terminal ticks by itself
TO_THE_END = "\x1b[K"  # of the line, what stood there is erased: ECMA-48, "Erase in Line"
_HEARD = [0.0]  # when a line was written, by `time.monotonic`


def write(said: str, *, passing: bool = False) -> None:
    """Write to the process's own standard error, where papermill's bar is, not into the notebook.

    In a terminal a line takes the place of the bar; in a file it stands below it. Where nothing
    can be written, nothing is.

    Args:
        said: The line.
        passing: Whether the next line takes its place.
    """
    with contextlib.suppress(OSError, AttributeError, ValueError):
        place = standard_error()
        if passing:
            whole = f"\r{said}{TO_THE_END}"
        else:
            _HEARD[0] = time.monotonic()
            whole = f"\r{said}{TO_THE_END}\n" if os.isatty(place) else f"\n{said}"
        os.write(place, whole.encode("utf-8", "backslashreplace"))


def standard_error() -> int:
    """The number of the process's own standard error.

    A kernel's `sys.stderr` is what the notebook shows; its `fileno` is the real one, or it has
    none and that of `sys.__stderr__` is.
    """
    try:
        return sys.stderr.fileno()
    except (AttributeError, io.UnsupportedOperation):
        return sys.__stderr__.fileno()  # type: ignore[union-attr]


class Pulse:
    """Tells in a terminal for how long a cell has been at work, while nothing else is told.

    Args:
        shell: The shell of the kernel, whose cell at work has imported nbnas.
    """

    def __init__(self, shell: Any) -> None:  # noqa: ANN401
        self._shell = shell
        self._began: float | None = time.monotonic()
        self._last = self._began  # when there was a sign
        self._said = False
        shell.events.register("pre_run_cell", self._begin)
        shell.events.register("post_run_cell", self._end)
        self._ended = threading.Event()

    def start(self) -> None:
        """Begin to give signs, from a thread."""
        threading.Thread(target=self._follow, name="nbnas pulse", daemon=True).start()

    def stop(self) -> None:
        """Give no more signs."""
        self._ended.set()

    def tick(self) -> None:
        """Give a sign if there was a silence."""
        began, now = self._began, time.monotonic()
        if began is None:
            return
        goes_on = self._said and self._last >= _HEARD[0]
        silent = now - max(self._last, _HEARD[0])
        if goes_on or silent >= (SILENCE if now - began >= A_WHILE else LONG):
            self._said, self._last = True, now
            number = self._shell.execution_count
            write(f"cell [{number}] has been at work for {now - began:.0f} s", passing=True)

    def _begin(self, *_: object) -> None:
        self._began = time.monotonic()

    def _end(self, *_: object) -> None:
        self._began = None
        if self._said:
            self._said, self._last = False, time.monotonic()
            write("", passing=True)

    def _follow(self) -> None:
        while not self._ended.wait(TICK):
            self.tick()


def follow(shell: Any) -> Pulse | None:  # noqa: ANN401
    """Give signs of life where a person may wait for them: in a terminal without a ticking bar.

    Args:
        shell: The interactive shell.
    """
    if not unwatched() or os.environ.get(TICKED):
        return None
    with contextlib.suppress(OSError, AttributeError, ValueError):
        if os.isatty(standard_error()):
            pulse = Pulse(shell)
            pulse.start()
            return pulse
    return None
