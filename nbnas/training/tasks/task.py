"""What a training is about: all that the loop does not know of pictures and text.

Notation
    part      what is trained on or held out, tensors on the device
    batch     `(x, y)`: what the network reads, and the class or token that is right for each
    carried   what one batch leaves to the next, such as hidden states; `None` before the first
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from torch import Tensor, nn

from nbnas.training.measure import Figures

Part = tuple[Tensor, ...]
Batch = tuple[Tensor, Tensor]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a network answers to a batch.

    Attributes:
        loss: Mean loss of the batch, with a gradient, `()`.
        right: Number of right answers, `()`; NaN where nobody counts them.
        carried: What it leaves to the next batch.
    """

    loss: Tensor
    right: Tensor
    carried: Any = None


class Task(Protocol):
    """Batches, loss and measures of one training, on its device."""

    def parts(self, *, final: bool) -> tuple[Part, Part]:
        """What is trained on and what is held out.

        Args:
            final: Whether that is the test part, and training and validation part are one.
        """
        ...

    def batches_of(self, part: Part) -> int:
        """How many batches an epoch has."""
        ...

    def batches(self, part: Part) -> Iterator[Batch]:
        """The batches of one epoch."""
        ...

    def answer(self, network: nn.Module, batch: Batch, carried: Any) -> Answer:  # noqa: ANN401
        """Let a network answer to a batch; in training mode.

        Args:
            network: The network.
            batch: The batch.
            carried: What the batch before it left; `None` for the first one.
        """
        ...

    def figures(self, network: nn.Module, part: Part, less: int = 1) -> Figures:
        """All measures of a network on a part; it is put into evaluation mode.

        Args:
            network: The network.
            part: What is held out.
            less: By how much less is read at a time than usually, where the memory is little.
        """
        ...

    def multiply_adds(self, network: nn.Module) -> int:
        """Number of multiply-adds for one picture or token."""
        ...
