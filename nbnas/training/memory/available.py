"""Memory that this computer has left for this process: that of the machine, or of its container.

References:
    The Linux kernel's documentation, Control Group v2 (memory.max, memory.stat).
"""

from pathlib import Path

import psutil

_GROUP = Path("/sys/fs/cgroup")
_LIMITS = ("memory.max", "memory/memory.limit_in_bytes")  # of versions 2 and 1
_STATS = ("memory.stat", "memory/memory.stat")
_TAKEN = ("anon", "rss")  # what cannot be had back, unlike files that are cached


def available_memory() -> int:
    """Bytes of memory that are available: of the machine, or less where a container may less."""
    left = [int(psutil.virtual_memory().available)]
    for limit, stat in zip(_LIMITS, _STATS, strict=True):
        left += _left(_GROUP / limit, _GROUP / stat)
    return max(0, min(left))


def _left(limit: Path, stat: Path) -> list[int]:
    """Bytes that a container has left; nothing where there is none, or it has no limit."""
    try:
        most = int(limit.read_text())
        rows = [line.split() for line in stat.read_text().splitlines()]
        return [most - sum(int(value) for name, value in rows if name in _TAKEN)]
    except (OSError, ValueError):
        return []
