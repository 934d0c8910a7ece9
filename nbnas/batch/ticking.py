"""Papermill's bar in a terminal, which goes on ticking while a cell takes long."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext

from tqdm.auto import tqdm

from nbnas.waiting.repeated import repeating

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
    with repeating(_tick, seconds, "nbnas bar") if sys.stderr.isatty() else nullcontext():
        yield


def _tick() -> None:
    for bar in tuple(getattr(tqdm, "_instances", ())):  # as tqdm's own monitor does
        bar.refresh()
