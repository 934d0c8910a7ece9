"""One step of a training: forward and backward, optimiser, average of the weights.

Notation
    batch     `(x, y)`, see `nbnas.training.tasks.task`
    carried   what one batch leaves to the next
"""

from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import nn

from nbnas.training.memory.pieces import Pieces
from nbnas.training.optimizers.groups import set_learning_rate
from nbnas.training.steps.averaging import Averaging
from nbnas.training.tasks.task import Answer, Batch


@dataclass(frozen=True, slots=True)
class Step:
    """A step as it is, operation by operation.

    Attributes:
        pieces: Forward and backward.
        optimizer: Changes the weights.
        averaging: Their average, where one is asked for.
        clip: Norm that the gradient is cut down to; `None` for never.
    """

    pieces: Pieces
    optimizer: torch.optim.Optimizer
    averaging: Averaging
    clip: float | None = None

    def __call__(self, batch: Batch, carried: Any, rate: float) -> Answer:  # noqa: ANN401
        """Make the step with a learning rate; see `Pieces.learn` for what it may raise."""
        self.prepare(rate)
        return self.learn(batch, carried)

    def prepare(self, rate: float) -> None:
        """What the computer does before the step: set and count what changes from step to step."""
        set_learning_rate(self.optimizer, rate)
        self.averaging.count()

    def learn(self, batch: Batch, carried: Any) -> Answer:  # noqa: ANN401
        """What the device does, in pieces where the memory is little."""
        answer = self.pieces.learn(batch, carried)
        self._change()
        return answer

    def whole(self, batch: Batch) -> Answer:
        """The same without a look at anything on the device, so that it can be recorded.

        Args:
            batch: A batch that is whole, and follows from none before it.
        """
        answer = self.pieces.whole(batch)
        self._change()
        return replace(answer, loss=answer.loss.detach())

    def close(self) -> None:
        """Nothing is held that is not the training's own."""

    def _change(self) -> None:
        """Change the weights by their gradients."""
        scaler, network = self.pieces.scaler, self.pieces.network
        if self.clip is not None:
            scaler.unscale_(self.optimizer)
            nn.utils.clip_grad_norm_(network.parameters(), self.clip)
        scaler.step(self.optimizer)
        scaler.update()
        self.averaging.take()
