"""Papermill's bar in a terminal, which goes on ticking while a cell takes long."""

import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from tqdm.auto import tqdm

TICK = 1.0  # seconds
FORMAT = "{desc}: {n_fmt} of {total_fmt} cells done |{bar:24}| {elapsed}"
"""Without the time left: cells differ too much for that; a search tells its own."""


def look(name: str) -> Mapping[str, str]:
    """How the bar of a notebook looks, as `papermill.execute_notebook` takes it.

    Args:
        name: What stands before it.
    """
    return {"desc": name, "bar_format": FORMAT}


@contextmanager
def ticking(seconds: float = TICK) -> Iterator[None]:
    """Inside, bars tell the time that has passed again and again; in a log only when they move.

    Args:
        seconds: Between two times.
    """
    ended = threading.Event()
    thread = threading.Thread(target=_tick, args=(ended, seconds), name="nbnas bar", daemon=True)
    if sys.stderr.isatty():
        thread.start()
    try:
        yield
    finally:
        ended.set()
        if thread.ident is not None:
            thread.join()


def _tick(ended: threading.Event, seconds: float) -> None:
    while not ended.wait(seconds):
        for bar in tuple(getattr(tqdm, "_instances", ())):  # as tqdm's own monitor does
            bar.refresh()
