"""A line below a cell while nbnas loads what it needs: the first time that takes seconds.

JupyterLab says of a cell only that it is at work. On a slow disk, or a machine that is busy,
PyTorch and the rest may take longer than anybody waits without wondering.
"""

import sys
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from nbnas.mode import in_kernel, safe_display_mode
from nbnas.waiting.repeated import repeating

SOON = 4.0  # seconds before there is a line: mostly it is done by then
TICK = 1.0  # seconds between two lines


@contextmanager
def importing() -> Iterator[None]:
    """Tell below a cell of a live notebook how long modules have been loading."""
    main = threading.current_thread() is threading.main_thread()
    if not main or not in_kernel() or safe_display_mode() != "live":
        yield
        return
    line = _Line()
    try:
        with repeating(line.tell, TICK, "nbnas imports", first=SOON):
            yield
    finally:
        line.remove()


class _Line:
    """A line below the cell."""

    def __init__(self) -> None:
        self._began, self._place, self._told = time.monotonic(), uuid.uuid4().hex, False

    def tell(self) -> None:
        """Say for how long it has taken."""
        spent = time.monotonic() - self._began
        self._display(f"Loading PyTorch and what else nbnas needs: {spent:.0f} s")

    def remove(self) -> None:
        """Take it away, if it was shown."""
        if self._told:
            self._display("")

    def _display(self, said: str) -> None:
        """Put it below the cell, or in the place of the one before; nothing is imported here."""
        page = f'<div class="nbnas-loading">{said}</div>' if said else ""
        line, again = {"text/html": page, "text/plain": said}, self._told
        with suppress(Exception):  # a sign of life may fail; what is loaded may not
            show = sys.modules["IPython.display"].display
            show(line, raw=True, display_id=self._place, update=again)
            self._told = True
