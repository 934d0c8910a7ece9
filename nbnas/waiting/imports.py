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

SOON = 4.0  # seconds before there is a line: mostly it is done by then
TICK = 1.0  # seconds between two lines


@contextmanager
def importing() -> Iterator[None]:
    """Tell below a cell of a live notebook how long modules have been loading."""
    main = threading.current_thread() is threading.main_thread()
    if not main or not in_kernel() or safe_display_mode() != "live":
        yield
        return
    ended = threading.Event()
    thread = threading.Thread(target=_follow, args=(ended,), name="nbnas imports", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()  # so that nothing comes after what takes the line away


def _follow(ended: threading.Event) -> None:
    began, place, pause = time.monotonic(), uuid.uuid4().hex, SOON
    told = False
    while not ended.wait(pause):
        spent = time.monotonic() - began
        with suppress(Exception):  # a sign of life may fail; what is loaded may not
            _display(f"Loading PyTorch and what else nbnas needs: {spent:.0f} s", place, told)
            told = True
        pause = TICK
    if told:
        with suppress(Exception):
            _display("", place, told)


def _display(said: str, place: str, update: bool) -> None:
    """Put the line below the cell, or in the place of the one before; nothing is imported here."""
    show = sys.modules["IPython.display"].display
    page = f'<div class="nbnas-loading">{said}</div>' if said else ""
    show({"text/html": page, "text/plain": said}, raw=True, display_id=place, update=update)
