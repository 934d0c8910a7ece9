"""The most memory that was held while a training went on, and what that is the memory of."""

from dataclasses import dataclass, field
from typing import Protocol

import psutil
import torch


class Peak(Protocol):
    """The most memory since it began.

    Attributes:
        of: What the memory is of, in words.
    """

    of: str

    def look(self) -> None:
        """Look how much is held now, where nobody counts it anyway."""
        ...

    @property
    def bytes(self) -> int | None:
        """The most; `None` where nobody knows."""
        ...


@dataclass(slots=True)
class ProcessPeak:
    """The memory of this process, which the system counts: with Python, libraries and data.

    The highest that the system itself remembers would be that of all that the process ever did, so
    it is looked at when a step holds most: between its forward and its backward pass.
    """

    of: str = field(default="the whole process, with Python and data", init=False)
    _process: psutil.Process | None = field(default_factory=psutil.Process, init=False)
    _most: int = field(default=0, init=False)

    def look(self) -> None:
        """Look how much it holds now."""
        if self._process is not None:
            try:
                self._most = max(self._most, self._process.memory_info().rss)
            except (psutil.Error, OSError):  # where a process may not look at itself
                self._process = None

    @property
    def bytes(self) -> int | None:
        """The most of all looks."""
        return self._most or None


class CudaPeak:
    """The memory of this process's tensors on a CUDA device, which torch counts.

    Args:
        device: The device, whose count begins anew.
    """

    def __init__(self, device: torch.device) -> None:
        self.of, self._device = f"{device}, by tensors of this process", device
        torch.cuda.reset_peak_memory_stats(device)

    def look(self) -> None:
        """Nothing: torch counts at every allocation."""

    @property
    def bytes(self) -> int | None:
        """The most since the count began."""
        return int(torch.cuda.max_memory_allocated(self._device))


@dataclass(slots=True)
class NoPeak:
    """Where nobody counts."""

    of: str = field(default="", init=False)

    def look(self) -> None:
        """Nothing."""

    @property
    def bytes(self) -> None:
        """Nobody knows."""


def peak_of(device: torch.device) -> Peak:
    """Who counts the memory of a training on a device, from now on."""
    if device.type == "cuda":
        return CudaPeak(device)
    return ProcessPeak() if device.type == "cpu" else NoPeak()
