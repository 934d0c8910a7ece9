"""The machine: processors, threads, memory, and what a training may compute on."""

import os
import platform
import shutil

import psutil
import torch

from nbnas.installed.fact import Fact, size
from nbnas.training.device import available_devices
from nbnas.training.memory.available import available_memory

TOPIC = "machine"
GPU_TOOL = "nvidia-smi"  # comes with NVIDIA's driver


def facts() -> tuple[Fact, ...]:
    """System, processors, threads, memory and devices."""
    total = psutil.virtual_memory().total
    return (
        Fact(TOPIC, "system", platform.platform(terse=True)),
        Fact(TOPIC, "processors", f"{_cores()} of {os.cpu_count()} for this process"),
        Fact(TOPIC, "threads", _threads()),
        Fact(TOPIC, "memory", f"{size(available_memory())} free of {size(total)}"),
        Fact(TOPIC, "devices", ", ".join(map(_device, available_devices())), _advice()),
    )


def _cores() -> int:
    return (
        len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    )


def _threads() -> str:
    said = os.environ.get("OMP_NUM_THREADS")
    by = f", OMP_NUM_THREADS={said}" if said else ""
    return f"torch computes with {torch.get_num_threads()}{by}"


def _device(name: str) -> str:
    """A device in words: "cpu", or "cuda:0 (NVIDIA H100, 85.0 GB)"."""
    if not name.startswith("cuda"):
        return name
    told = torch.cuda.get_device_properties(name)
    return f"{name} ({told.name}, {size(told.total_memory)})"


def _advice() -> str:
    """What to do where there is a driver of a GPU that torch does not use."""
    if torch.cuda.is_available() or shutil.which(GPU_TOOL) is None:
        return ""
    built = torch.version.cuda
    why = f"is built for CUDA {built}, newer than the driver may be" if built else "has no CUDA"
    return f"{GPU_TOOL} is here, but torch {why}; pytorch.org says which torch fits the driver"
