"""What can be told of another process: whether it is there, what it takes, how it ended."""

import contextlib
import signal
from pathlib import Path

import psutil

LINES = 20  # of what a trial has printed that are kept where it failed
LONGEST = 2000  # characters of these
FRAMES = 5  # of the stack of a process that crashed


def how_it_ended(code: int | None) -> str:
    """How a process ended, in words."""
    if code is None:
        return "its process ended"
    if code < 0:
        name = signal.Signals(-code).name if -code in list(signal.Signals) else str(-code)
        return f"its process crashed: signal {-code} ({name})"
    return f"its process exited with code {code}"


def last_lines(path: Path) -> str:
    """The last lines of what a process has printed."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - 4 * LONGEST))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return ""
    return "\n".join(text.rstrip().splitlines()[-LINES:])[-LONGEST:].strip()


def frames(path: Path) -> str:
    """Where Python was when the process crashed, the innermost first; empty if it did not."""
    try:
        lines = path.read_text("utf-8", "replace").splitlines()
        path.write_text("")
    except OSError:
        return ""
    return "\n".join([line.strip() for line in lines if line.startswith("  File ")][:FRAMES])


def lives(process: int | None) -> bool:
    """Whether a process is there, and has not ended."""
    try:
        status = psutil.STATUS_ZOMBIE if process is None else psutil.Process(process).status()
        return bool(status != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


def memory_of(process: int | None) -> int:
    """Bytes that a process takes, with those that it started; 0 if there is none."""
    return sum(map(_resident, _family(process)))


def kill_family(process: int | None) -> None:
    """End a process and what it started."""
    for one in _family(process):
        with contextlib.suppress(psutil.Error):
            one.kill()


def _family(process: int | None) -> list[psutil.Process]:
    try:
        first = None if process is None else psutil.Process(process)
        return [] if first is None else [*first.children(recursive=True), first]
    except psutil.Error:
        return []


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0
