"""How far a training is: all that changes while it trains, and how it goes on from there.

Within an epoch the batches that are done are drawn again, and left out, since what is drawn for
them follows from the generator as it was when the epoch began.
"""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from nbnas.training.draws import Draws
from nbnas.training.memory.pieces import Pieces
from nbnas.training.steps.averaging import Averaging
from nbnas.training.steps.stopping import Stopping
from nbnas.training.tasks.task import Answer, Batch


@dataclass(frozen=True, slots=True)
class Moving:
    """What changes by itself from step to step.

    Attributes:
        network: The weights, and the running statistics.
        averaging: Their average, where one is asked for.
        stopping: The best epoch so far, where that counts.
        optimizer: Its momenta, among others.
        scaler: The scale of the loss in float16.
        generator: Source of order, augmentation and dropout, on the CPU.
        draws: Torch's own generators, as the training has them.
        pieces: In how many pieces a batch is read.
    """

    network: nn.Module
    averaging: Averaging
    stopping: Stopping
    optimizer: torch.optim.Optimizer
    scaler: torch.amp.GradScaler
    generator: torch.Generator
    draws: Draws
    pieces: Pieces


@dataclass(slots=True)
class Progress:
    """How far a training is.

    Args:
        moving: What changes beside it.
        device: Where the network computes.

    Attributes:
        epoch: Number of finished epochs.
        batch: Number of batches that are done of the epoch under way.
        step: Number of steps made, which decides the learning rate.
        rate: Learning rate of the last step.
        seen: How many answers the network has given in this epoch.
        totals: Sum of losses and number of right answers over this epoch, `(2,)`, on the device.
        carried: What the last batch leaves to the next one.
        seconds: Seconds of training before this epoch.
    """

    moving: Moving
    device: torch.device
    epoch: int = field(default=0, init=False)
    batch: int = field(default=0, init=False)
    step: int = field(default=0, init=False)
    rate: float = field(default=0.0, init=False)
    seen: int = field(default=0, init=False)
    totals: Tensor = field(init=False)
    carried: Any = field(default=None, init=False)
    seconds: float = field(default=0.0, init=False)
    _began: float = field(default=0.0, init=False)  # this epoch, by the clock of the process
    _drawn: Tensor = field(init=False)  # the generator's state when it began
    _resumed: Mapping[str, Any] | None = field(default=None, init=False)  # and not gone on from

    def __post_init__(self) -> None:
        self.totals = torch.zeros(2, dtype=torch.float32, device=self.device)
        self._drawn = self.moving.generator.get_state()

    @property
    def lasted(self) -> float:
        """Seconds of this epoch so far."""
        return time.perf_counter() - self._began

    def begin_epoch(self) -> None:
        """Begin an epoch, or go on in one that a checkpoint was made in."""
        if self._resumed is not None:
            self._began = time.perf_counter() - self._resumed["lasted"]
            return
        self._began, self.batch, self.seen, self.carried = time.perf_counter(), 0, 0, None
        self.totals = torch.zeros(2, dtype=torch.float32, device=self.device)
        self._drawn = self.moving.generator.get_state()

    def coming(self, batches: Iterator[Batch]) -> Iterator[Batch]:
        """The batches of this epoch that are to come.

        Args:
            batches: All of them, none of which is drawn yet.
        """
        resumed, self._resumed = self._resumed, None
        if resumed is not None:
            for _ in range(self.batch):
                next(batches)
            self.moving.generator.set_state(resumed["generator"])
            self.moving.draws.resume(resumed["draws"])
        return batches

    def add(self, answer: Answer, count: int) -> Tensor:
        """Count a step.

        Args:
            answer: What the network answered to its batch.
            count: How many answers that are.

        Returns:
            The loss of the batch, added up over them, `()`, on the device.
        """
        lost = answer.loss.detach().float() * count
        self.totals += torch.stack([lost, answer.right])
        self.seen, self.carried = self.seen + count, answer.carried
        self.step, self.batch = self.step + 1, self.batch + 1
        return lost

    def finish_epoch(self) -> tuple[float, float, float]:
        """Count an epoch; its mean loss, share of right answers, and answers a second."""
        loss, right = self.totals.tolist()
        lasted, seen = self.lasted, self.seen
        self.epoch, self.seconds = self.epoch + 1, self.seconds + lasted
        self.begin_epoch()
        return loss / seen, right / seen, seen / lasted

    def state(self) -> dict[str, Any]:
        """All of it as plain values and tensors."""
        moving = self.moving
        plain = {name: getattr(self, name) for name in (*_COUNTS, "rate", "seconds")}
        return {
            **plain,
            "lasted": self.lasted if self.batch else 0.0,
            "totals": self.totals,
            "carried": _each(self.carried, torch.clone),
            "network": moving.network.state_dict(),
            "averaging": moving.averaging.state_dict(),
            "stopping": moving.stopping.state_dict(),
            "optimizer": moving.optimizer.state_dict(),
            "scaler": moving.scaler.state_dict(),
            "drawn": self._drawn,
            "generator": moving.generator.get_state(),
            "draws": moving.draws.states,
            "pieces": moving.pieces.counts,
        }

    def resume(self, state: Mapping[str, Any]) -> None:
        """Be as far as a state tells, here or in another process.

        Raises:
            ValueError: If it is the state of another network; then nothing has changed.
        """
        moving, weights = self.moving, state["network"]
        _check_same(moving.network.state_dict(), weights)
        moving.network.load_state_dict(weights)
        moving.averaging.load_state_dict(state["averaging"])
        for name in _COUNTS:
            setattr(self, name, int(state[name]))
        self.rate, self.seconds = float(state["rate"]), float(state["seconds"])
        moving.pieces.counts = state["pieces"]
        if "optimizer" in state:  # it has not come to its end
            self._resume_steps(state)

    def _resume_steps(self, state: Mapping[str, Any]) -> None:
        moving = self.moving
        moving.stopping.load_state_dict(state["stopping"])
        own = moving.optimizer.state_dict()
        moving.optimizer.load_state_dict(_on_this_device(own, state["optimizer"]))
        if moving.scaler.is_enabled() and state["scaler"]:
            moving.scaler.load_state_dict(state["scaler"])
        self.totals = state["totals"].to(self.device)
        self.carried = _each(state["carried"], lambda tensor: tensor.to(self.device))
        moving.generator.set_state(state["drawn"])
        self._drawn = state["drawn"]
        self._resumed = {name: state[name] for name in ("lasted", "generator", "draws")}


def _check_same(own: Mapping[str, Any], found: Mapping[str, Any]) -> None:
    """Check that weights are those of the same network, by their names and shapes."""
    one, other = (
        {name: tuple(getattr(value, "shape", ())) for name, value in each.items()}
        for each in (own, found)
    )
    if one != other:
        differing = sorted(set(one.items()) ^ set(other.items()))[:2]
        raise ValueError(f"it is of another network, which differs in {differing}")


def _on_this_device(own: Mapping[str, Any], found: Mapping[str, Any]) -> dict[str, Any]:
    """What an optimiser remembers, with its settings as they are here; it may be two in one."""
    if "param_groups" in own:
        return {**found, "param_groups": own["param_groups"]}
    return {name: _on_this_device(own[name], part) for name, part in found.items()}


_COUNTS = ("epoch", "batch", "step", "seen")


def _each(carried: Any, change: Any) -> Any:  # noqa: ANN401
    """The same nested tuples and mappings with each tensor changed."""
    if isinstance(carried, Tensor):
        return change(carried)
    if isinstance(carried, Mapping):
        return {name: _each(value, change) for name, value in carried.items()}
    if isinstance(carried, tuple | list):
        return tuple(_each(value, change) for value in carried)
    return carried
