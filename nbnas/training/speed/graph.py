"""A step that is recorded once and then replayed: one call of the device in place of hundreds.

A batch has one of two sizes, which differ by one picture; each is recorded by itself. The first
steps of each are made as they are, so that all that is allocated or looked up once has been. They
are steps of the training like any other, so nothing has to be undone. The step after them is made
both ways, and only a recording that does the same is kept.

Recorded is what the device does, with tensors in fixed places: the batch is copied to where the
recorded one was, and what changes from step to step, such as the learning rate, is a tensor.

References:
    PyTorch's documentation, CUDA semantics, section CUDA Graphs (whole-network capture).
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol, TypeVar

import torch

from nbnas.training.memory.pieces import is_too_little
from nbnas.training.optimizers.groups import set_learning_rate
from nbnas.training.speed.checked import TOLERATED, compared
from nbnas.training.speed.step import Step
from nbnas.training.tasks.task import Answer, Batch

T = TypeVar("T")
AS_THEY_ARE = 3  # first steps of each size of a batch
SIZES = 4  # of batches that are recorded; others are computed as they are
Shape = tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Recording:
    """What was recorded.

    Attributes:
        replay: Computes it again, from what is now in the places of the inputs.
        result: Where its results are after each replay.
        close: Gives its memory back; nothing is replayed after that.
    """

    replay: Callable[[], None]
    result: Any
    close: Callable[[], None]


class Capture(Protocol):
    """What records on a device."""

    def aside(self, compute: Callable[[], T]) -> T:
        """Compute where it will be recorded, and be done before whatever comes next."""
        ...

    def record(self, compute: Callable[[], Any]) -> Recording:
        """Record what is computed, and change nothing by it.

        Raises:
            Exception: If it cannot be recorded.
        """
        ...


@dataclass(frozen=True, slots=True)
class _Recorded:
    """A step with batches of one size."""

    batch: Batch
    recording: Recording

    def replay(self, batch: Batch) -> Answer:
        """Make the step with another batch."""
        for place, given in zip(self.batch, batch, strict=True):
            place.copy_(given)
        self.recording.replay()
        answer: Answer = self.recording.result
        return answer


class StepGraph:
    """Steps that are replayed; what cannot be recorded is computed as it is, and says why.

    Its answers are valid until the next step.

    Args:
        step: The step as it is.
        capture: What records it.
        device: Where it is computed.

    Attributes:
        reason: Why steps are computed as they are, after all; empty as long as they are not.
    """

    def __init__(self, step: Step, capture: Capture, device: torch.device) -> None:
        self._step, self._capture, self.reason = step, capture, ""
        self._device = device
        self._seen: dict[Shape, int] = {}
        self._recorded: dict[Shape, _Recorded] = {}
        _put_rates_on(step.optimizer, device)
        step.averaging.record_on(device)

    def __call__(self, batch: Batch, carried: Any, rate: float) -> Answer:  # noqa: ANN401
        """Make a step; see `Step`."""
        self._step.prepare(rate)
        self._look_at_pieces()
        shape: Shape = tuple(tuple(each.shape) for each in batch)
        learn = partial(self._step.learn, batch, carried)
        if shape in self._recorded:
            return self._recorded[shape].replay(batch)
        if self._is_time(shape):
            recorded = self._record(batch, rate)
            answer = None if recorded is None else self._checked(recorded, batch, shape)
            if answer is not None:
                return answer
        return learn() if self.reason else self._capture.aside(learn)

    def close(self) -> None:
        """Give back the memory of what was recorded, gradients among it."""
        for recorded in self._recorded.values():
            recorded.recording.close()
        self._recorded.clear()
        self._step.pieces.network.zero_grad()

    def _look_at_pieces(self) -> None:
        if self._step.pieces.training > 1 and not self.reason:
            self._give_up("gradients are added up over pieces of a batch, as the memory is little")

    def _is_time(self, shape: Shape) -> bool:
        """Whether batches of this size have been seen often enough."""
        seen = self._seen[shape] = self._seen.get(shape, 0) + 1
        return not self.reason and seen > AS_THEY_ARE and len(self._recorded) < SIZES

    def _record(self, batch: Batch, rate: float) -> _Recorded | None:
        """Record the step for batches like this one; `None` where that fails.

        Meanwhile the rate is 0, so that one which the recording kept is seen when it is checked.
        """
        places = (batch[0].clone(), batch[1].clone())
        set_learning_rate(self._step.optimizer, 0.0)
        try:
            recording = self._capture.record(partial(self._step.whole, places))
            return _Recorded(places, recording)
        except Exception as error:  # whatever torch, or a user's network, says of it
            self._fail(error)
        finally:
            set_learning_rate(self._step.optimizer, rate)
        return None

    def _checked(self, recorded: _Recorded, batch: Batch, shape: Shape) -> Answer | None:
        """Make the step both ways, and keep the recording if it does the same as the step does.

        `None` where the memory has room for one of the two only: then it has not been made.
        """
        self._recorded[shape] = recorded
        replay, plain = partial(recorded.replay, batch), partial(self._step.whole, batch)
        try:
            aside = partial(self._capture.aside, plain)
            answer, apart = compared(self._step, replay, aside, self._device)
        except RuntimeError as error:
            self._fail(error)
            return None
        if apart > TOLERATED:
            self._give_up(f"what is replayed differs from the step as it is by {apart:.0%} of it")
            self._warn()
        return answer

    def _fail(self, error: Exception) -> None:
        said = " ".join(str(error).split())
        why = "the memory is too little" if is_too_little(error) else said
        self._give_up(f"{type(error).__name__}: {why:.200}")
        self._warn()

    def _warn(self) -> None:
        warnings.warn(
            f"expected a step that can be recorded as a CUDA graph, but {self.reason}; it is "
            "computed as it is, which is slower and gives the same; cuda_graphs=False of the "
            "Trainer leaves the attempt out",
            stacklevel=4,
        )

    def _give_up(self, reason: str) -> None:
        self.reason = reason
        self.close()


def _put_rates_on(optimizer: torch.optim.Optimizer, device: torch.device) -> None:
    """Keep the learning rates on the device, so that a recorded step reads those of its time."""
    for group in optimizer.param_groups:
        group["lr"] = torch.tensor(float(group["lr"]), dtype=torch.float32, device=device)
        if "capturable" in group:
            group["capturable"] = device.type == "cuda"
