"""A batch in pieces, where it does not fit the memory: their gradients are added up.

What the weights change by is the mean over the whole batch, as ever, up to rounding. What differs:
batch normalisation takes mean and deviation of each piece by itself, and moves its running ones as
often; and of text a piece is shorter in time, so that gradients flow back through fewer tokens,
and what is dropped is drawn anew for each.
"""

import re
import traceback
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

import torch
from torch import nn

from nbnas.records.profile import BACKWARD, FORWARD
from nbnas.training.device import Place, release_memory
from nbnas.training.measure import EVALUATION_BATCH, Figures
from nbnas.training.profiling.timer import IDLE, StepTimer
from nbnas.training.tasks.task import Answer, Batch, Part, Task

T = TypeVar("T")
HALVINGS = 3  # of a batch
GRADIENT_ACCUMULATION = "gradient accumulation"  # in an evaluation: the number of pieces
# As PyTorch says it: "CUDA out of memory", "MPS backend out of memory", and of the CPU "can't
# allocate memory" and "not enough memory".
_TOO_LITTLE = re.compile(r"out of memory|can't allocate memory|not enough memory", re.IGNORECASE)


@dataclass(slots=True)
class Pieces:
    """Computes what needs most memory, in as few pieces as fit.

    Attributes:
        task: What the training is about.
        network: What is trained.
        scaler: Scales the loss in float16.
        place: Where it computes.
        allowed: Whether a batch may be cut; else too little memory ends the training.
        timer: Told when forward and backward passes end.
        training: In how many pieces a batch is read that is trained on.
        held_out: By how much those are smaller that are only measured on.
    """

    task: Task
    network: nn.Module
    scaler: torch.amp.GradScaler
    place: Place
    allowed: bool = True
    timer: StepTimer = IDLE
    training: int = field(default=1, init=False)
    held_out: int = field(default=1, init=False)

    def learn(self, batch: Batch, carried: Any) -> Answer:  # noqa: ANN401
        """Let the network answer to a batch, and leave the gradient of the loss at its weights.

        Raises:
            RuntimeError: If an eighth of a batch still is too much for the memory.
        """
        most = min(2**HALVINGS, _most(batch)) if self.allowed else 1
        learn = partial(self._learn, batch, carried)  # no closure, which an error would keep
        answer, pieces = self._fitting(learn, self.training, most)
        if pieces != self.training:
            self.training = pieces
            warnings.warn(
                f"the memory of {self.place.device} is too little for a whole batch; from now on "
                f"gradients are added up over {pieces} pieces of it",
                stacklevel=2,
            )
        return answer

    def whole(self, batch: Batch) -> Answer:
        """The same for a whole batch that follows from none; too little memory is an error."""
        return self._learn(batch, None, 1)

    def figures(self, network: nn.Module, part: Part) -> Figures:
        """All measures of a network, which may be an average, on a part; see `Task.figures`."""
        measure = partial(self.task.figures, network, part)
        figures, self.held_out = self._fitting(measure, self.held_out, EVALUATION_BATCH)
        return figures

    @property
    def counts(self) -> tuple[int, int]:
        """In how many pieces it reads now, for a checkpoint."""
        return self.training, self.held_out

    @counts.setter
    def counts(self, counts: tuple[int, int]) -> None:
        self.training, self.held_out = counts

    def _learn(self, batch: Batch, carried: Any, pieces: int) -> Answer:  # noqa: ANN401
        self.network.zero_grad()
        pieces = min(pieces, _most(batch))
        if pieces == 1:
            return self._learn_piece(batch, carried)
        sums, total = torch.zeros(2, device=batch[1].device), batch[1].numel()
        for x, y in zip(*(each.tensor_split(pieces) for each in batch), strict=True):
            answer = self._learn_piece((x, y), carried, share := y.numel() / total)
            sums += torch.stack([answer.loss.detach().float() * share, answer.right])
            carried = answer.carried
        return Answer(sums[0], sums[1], carried)

    def _learn_piece(self, piece: Batch, carried: Any, share: float = 1.0) -> Answer:  # noqa: ANN401
        with self.place.autocast:
            answer = self.task.answer(self.network, piece, carried)
        loss = answer.loss if share == 1.0 else answer.loss * share
        self.timer.lap(FORWARD)
        torch.autograd.backward(self.scaler.scale(loss))
        self.timer.lap(BACKWARD)
        return answer

    def _fitting(self, compute: Callable[[int], T], pieces: int, most: int) -> tuple[T, int]:
        """What is computed, in twice as many pieces as long as the memory is too little."""
        while True:
            try:
                return compute(pieces), pieces
            except RuntimeError as error:
                if not is_too_little(error) or 2 * pieces > most:
                    raise
                traceback.clear_frames(error.__traceback__)  # they hold what was computed
            pieces *= 2
            self.network.zero_grad()
            release_memory(self.place.device)


def _most(batch: Batch) -> int:
    """In how many pieces of at least two pictures, or steps of a text, a batch can be cut."""
    return max(1, len(batch[0]) // 2)


def is_too_little(error: BaseException) -> bool:
    """Whether an error says that a device, or the computer, has too little memory left."""
    kind = torch.cuda.OutOfMemoryError  # torch.OutOfMemoryError since 2.5
    known = isinstance(error, kind)
    return known or (isinstance(error, RuntimeError) and bool(_TOO_LITTLE.search(str(error))))
