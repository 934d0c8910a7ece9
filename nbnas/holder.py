"""Which process of which machine somebody is, and whether it is still there.

A number of a process is given again some day, so that the time of its start belongs to it; and
containers of one machine count their processes each for themselves.
"""

import functools
import os
import platform
import secrets
from pathlib import Path

import psutil

SLACK = 2.0  # seconds by which a start may seem to differ when the clock is set


def holder() -> str:
    """A name for a part of this process that nobody else has, such as "host/…/4711/…"."""
    return "/".join([_machine(), str(os.getpid()), f"{_start(os.getpid()):.2f}", _token()])


def worker() -> str:
    """A short name of this process for a person."""
    return f"{platform.node()[:100]}:{os.getpid()}"


def is_gone(name: str) -> bool:
    """Whether a holder was a process of this machine that has ended.

    Args:
        name: What `holder` has given, here or elsewhere.

    Returns:
        `False` also for other machines, of which nothing is known.
    """
    try:
        machine, process, start, _ = name.rsplit("/", 3)
        if machine != _machine():
            return False
        return abs(_start(int(process)) - float(start)) > SLACK
    except ValueError:
        return False


def _start(process: int) -> float:
    """When a process began; 0 if there is none, or it has ended and nobody has asked how."""
    try:
        found = psutil.Process(process)
        return 0.0 if found.status() == psutil.STATUS_ZOMBIE else found.create_time()
    except psutil.Error:
        return 0.0


@functools.cache
def _machine() -> str:
    """The machine, since its last start, and the part of it that counts processes."""
    node = platform.node().replace("/", "-")[:60]
    boot = Path("/proc/sys/kernel/random/boot_id")
    spaces = Path("/proc/self/ns/pid")
    try:
        return f"{node}/{boot.read_text().strip()}/{spaces.stat().st_ino}"
    except OSError:  # not on Linux
        return f"{node}/{psutil.boot_time():.0f}"


def _token() -> str:
    return secrets.token_hex(4)
