"""Whether a recorded step does what the step as it is does: looked at once for each recording.

A recording that left something out, or kept a number of its own time, would train on wrongly
without an error. So its first replay is undone, the step is made as it is, and both are compared.
"""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain

import torch
from torch import Tensor

from nbnas.training.speed.step import Step
from nbnas.training.tasks.task import Answer

TOLERATED = 0.05  # of the length of a step; what bfloat16 rounds is below


def compared(
    step: Step, replay: Callable[[], object], learn: Callable[[], Answer], device: torch.device
) -> tuple[Answer, float]:
    """Make a step twice from where it stands: replayed, which is undone, and as it is.

    Args:
        step: What changes by it.
        replay: Makes it as it was recorded.
        learn: Makes it as it is.
        device: Where it is computed.

    Raises:
        RuntimeError: If it cannot be made as it is, such as for too little memory beside the
            recording; then it has not been made.

    Returns:
        What the network answered, and how far apart the two are as a share of the length of the
        step: over weights, running statistics, averages and momenta.
    """
    changing = _changing(step)
    before = copied(changing)
    with _same_draws(device):
        replay()
    replayed = copied(changing)
    put_back(changing, before)
    try:
        answer = learn()
    except RuntimeError:
        put_back(changing, before)
        raise
    length, apart = _distance(changing, before), _distance(changing, replayed)
    return answer, apart / length if length else (math.inf if apart else 0.0)


def _changing(step: Step) -> list[Tensor]:
    """All that a step changes in its place."""
    modules = step.pieces.network, step.averaging.network
    held = chain.from_iterable(chain(each.parameters(), each.buffers()) for each in modules)
    kept = chain.from_iterable(each.values() for each in step.optimizer.state.values())
    found = {id(each): each for each in chain(held, kept) if isinstance(each, Tensor)}
    return list(found.values())


@torch.no_grad()
def put_back(tensors: list[Tensor], values: list[Tensor]) -> None:
    """Give tensors the values that they had, in their places."""
    for tensor, value in zip(tensors, values, strict=True):
        tensor.copy_(value)


def copied(tensors: list[Tensor]) -> list[Tensor]:
    """The values of tensors now, which stay as they are."""
    return [tensor.detach().clone() for tensor in tensors]


def _distance(ones: list[Tensor], others: list[Tensor]) -> float:
    """The Euclidean distance of all numbers, on the device, with one look at it."""
    pairs = zip(ones, others, strict=True)
    parts = [torch.dist(one.detach().double(), other.double()) for one, other in pairs]
    return float(torch.linalg.vector_norm(torch.stack([part.cpu() for part in parts])))


@contextmanager
def _same_draws(device: torch.device) -> Iterator[None]:
    """A context after which torch's generators are where they were."""
    devices = [device] if device.type == "cuda" else []
    with torch.random.fork_rng(devices):
        yield
