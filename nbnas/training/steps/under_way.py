"""The epoch of a relaxation that is under way: what of it is done, so that it can be gone on with.

As in a `Training`, the batches that are done are drawn again, and left out, since what is drawn
for them follows from the generator as it was when the epoch began.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import torch
from torch import Tensor

T = TypeVar("T")


def _nothing() -> None:
    """What is done after a step where no checkpoints are kept."""


@dataclass(slots=True)
class UnderWay:
    """How far an epoch is.

    Attributes:
        generator: Source of all that is drawn in it.
        device: Where losses are.
        done: How many of its batches are done.
        losses: The loss of each, `()`, on the device.
        pause: Called after each step, and wherever else a checkpoint can be written.
        back: Called once the batches that were done before are drawn again.
    """

    generator: torch.Generator
    device: torch.device
    done: int = field(default=0, init=False)
    losses: list[Tensor] = field(default_factory=list, init=False)
    pause: Callable[[], None] = field(default=_nothing, init=False)
    back: Callable[[], None] = field(default=_nothing, init=False)
    _began: Tensor | None = field(default=None, init=False)  # the generator's state; between: None
    _resumed: Tensor | None = field(default=None, init=False)  # its state at the checkpoint

    @property
    def within(self) -> bool:
        """Whether an epoch has begun and not ended."""
        return self._began is not None

    def begin(self) -> None:
        """Begin an epoch, or go on in the one that a checkpoint was made in."""
        if self._resumed is not None and self._began is not None:
            self.generator.set_state(self._began)
            return
        self._began, self.done, self.losses = self.generator.get_state(), 0, []

    def coming(self, batches: Iterator[T]) -> Iterator[T]:
        """The batches that are to come; each is done when the next one is asked for.

        Args:
            batches: All of the epoch, none of which is drawn yet.
        """
        if self._resumed is not None:
            for _ in range(self.done):
                next(batches)
            self.generator.set_state(self._resumed)
            self._resumed = None
            self.back()
        for batch in batches:
            yield batch
            self.done += 1
            self.pause()

    def end(self) -> float:
        """End the epoch.

        Returns:
            The mean of its losses.
        """
        self._began = None
        return float(torch.stack(self.losses).mean())

    def state(self) -> dict[str, Any]:
        """How far it is, as plain values and tensors; empty between two epochs."""
        if self._began is None:
            return {}
        losses = torch.stack(self.losses) if self.losses else torch.zeros(0)
        return {"began": self._began, "done": self.done, "losses": losses}

    def resume(self, state: Mapping[str, Any], generator: Tensor) -> None:
        """Be as far as a state tells.

        Args:
            state: What `state` gave.
            generator: The generator's state then.
        """
        if state:
            self._began, self._resumed = state["began"], generator
            self.done, self.losses = int(state["done"]), list(state["losses"].to(self.device))
