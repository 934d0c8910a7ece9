"""Words for a terminal: bold and faint where it can, plain where it cannot."""

import itertools
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from nbnas.waiting.pulse import TO_THE_END
from nbnas.waiting.repeated import repeating

TICK = 1.0  # seconds
BOLD, FAINT, GREEN = "1", "2", "32"


def styled(text: str, style: str, stream: TextIO | None = None) -> str:
    """A text in a style, or as it is where it goes into a file or colour is not wanted.

    Args:
        text: The text.
        style: A number of ECMA-48, "Select Graphic Rendition".
        stream: Where it will be written; standard output by default.
    """
    return f"\x1b[{style}m{text}\x1b[0m" if has_styles(stream or sys.stdout) else text


def has_styles(stream: TextIO) -> bool:
    """Whether what a stream leads to shows styles, and the person wants them (no-color.org)."""
    wanted = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return wanted and stream.isatty()


def say(text: str = "") -> None:
    """Write a line for the person, at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def warn(text: str) -> None:
    """Write a line about what went wrong."""
    _write(f"{text}\n")


@contextmanager
def waiting(text: str) -> Iterator[None]:
    """Say in a terminal, at once, what is waited for, and for how long; afterwards it is gone.

    Args:
        text: What is done meanwhile.
    """
    if not sys.stderr.isatty():
        yield
        return
    seconds = itertools.count(1)
    _write(text)
    try:
        with repeating(lambda: _write(f"\r{text} {next(seconds)} s"), TICK, "nbnas waiting"):
            yield
    finally:
        _write(f"\r{TO_THE_END}")


def _write(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()
