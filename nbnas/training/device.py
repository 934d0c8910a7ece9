"""The device that computes, its precision and its memory."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace

import torch

from nbnas.checks import TEXT
from nbnas.errors import SettingError, shown

CPU = torch.device("cpu")
_DEVICE = replace(TEXT, expected="auto, cpu, cuda, cuda:1 or mps")


def choose_device(word: str = "auto") -> torch.device:
    """Choose the device of a training.

    Args:
        word: "auto" for CUDA, else MPS, else the CPU; or "cuda", "cuda:1", "mps" or "cpu".

    Returns:
        The device.

    Raises:
        SettingError: If the word names no device or one that this machine does not have; the
            message lists those that it has.
    """
    available = available_devices()
    _DEVICE("device", word)
    if word == "auto":
        return torch.device(available[0])
    if word == "cuda" and "cuda:0" in available:
        return torch.device("cuda:0")
    if word not in available:
        raise SettingError(
            f"expected a device out of auto, {', '.join(available)} on this machine, "
            f"got device={shown(word)}"
        )
    return torch.device(word)


def available_devices() -> tuple[str, ...]:
    """The devices of this machine, the quickest kind first."""
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    mps = ("mps",) if torch.backends.mps.is_available() else ()
    return (*(f"cuda:{index}" for index in range(count)), *mps, "cpu")


def choose_precision(device: torch.device, mixed: bool | None) -> torch.dtype:
    """Choose the number type of the forward pass.

    Args:
        device: Where it computes.
        mixed: Whether to mix precisions; `None` for where it helps, which is on CUDA.

    Returns:
        float32 for none, else bfloat16, or float16 on a GPU that is too old for it.
    """
    if not (device.type == "cuda" if mixed is None else mixed):
        return torch.float32
    old = device.type == "cuda" and torch.cuda.get_device_capability(device) < (8, 0)
    return torch.float16 if old else torch.bfloat16


def autocast(device: torch.device, precision: torch.dtype) -> AbstractContextManager[object]:
    """A context that computes in a precision where that is safe; without effect for float32."""
    if precision == torch.float32:
        return nullcontext()
    return torch.autocast(device.type, precision)


def choose_layout(device: torch.device, channels_last: bool | None) -> torch.memory_format:
    """Choose the memory layout of images: channels last if asked for, or if `None` but on MPS.

    Convolutions of a CPU then take a quarter to a third less time on coloured images; gray ones
    are the same in either layout, and so are their numbers.
    """
    last = device.type in ("cuda", "cpu") if channels_last is None else channels_last
    return torch.channels_last if last else torch.contiguous_format


@dataclass(frozen=True, slots=True)
class Place:
    """Where a network computes, and how.

    Attributes:
        device: The device.
        precision: Number type of the forward pass.
        layout: Memory layout of images.
    """

    device: torch.device = CPU
    precision: torch.dtype = torch.float32
    layout: torch.memory_format = torch.contiguous_format

    @property
    def autocast(self) -> AbstractContextManager[object]:
        """A context that computes in the precision where that is safe."""
        return autocast(self.device, self.precision)


def choose_place(word: str, mixed: bool | None, channels_last: bool | None) -> Place:
    """Choose device, precision and layout.

    Args:
        word: As for `choose_device`.
        mixed: As for `choose_precision`.
        channels_last: As for `choose_layout`.

    Raises:
        SettingError: If this machine has no such device.
    """
    device = choose_device(word)
    return Place(device, choose_precision(device, mixed), choose_layout(device, channels_last))


def release_memory(device: torch.device) -> None:
    """Give memory that no tensor uses any more back to the device."""
    if device.type == "cuda":
        torch.cuda.empty_cache()
    elif device.type == "mps":
        torch.mps.empty_cache()


@contextmanager
def cpu_threads(threads: int | None) -> Iterator[None]:
    """A context in which torch uses so many CPU threads; `None` changes nothing.

    OpenMP, which torch computes with on Linux, keeps the number for each of Python's threads: a
    training in the background leaves that of the cells beside it alone.
    """
    before = torch.get_num_threads()
    if threads is not None:
        torch.set_num_threads(threads)
    try:
        yield
    finally:
        torch.set_num_threads(before)
