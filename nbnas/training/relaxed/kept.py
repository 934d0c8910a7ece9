"""The loop of a relaxation, and how it goes on after whatever has ended it or its process.

Notation
    ground     the shared network and its data
    learner    the method at work on it
"""

import math
import threading
import time
import traceback
from collections.abc import Generator, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, nullcontext
from os import PathLike
from pathlib import Path
from typing import Any, Self

import torch
from psygnal import Signal

from nbnas.brief import full
from nbnas.checks import PATH, SEED, instance, whole
from nbnas.errors import TrainingError
from nbnas.graphs.space import SPACE, SearchSpace
from nbnas.records import RelaxationReport
from nbnas.signals import announce
from nbnas.training.checkpoints.keeper import NOWHERE, Keeper
from nbnas.training.device import (
    choose_device,
    choose_place,
    cpu_threads,
    deterministic,
    release_memory,
)
from nbnas.training.draws import Draws
from nbnas.training.recipe import Recipe
from nbnas.training.relaxed.form import form_of
from nbnas.training.relaxed.ground import Ground
from nbnas.training.relaxed.learner import Learner
from nbnas.training.relaxed.method import METHOD, Method, begin

_RECIPE = instance(Recipe, "Trainer(digits())")


class KeptRelaxation:
    """The part of a `Relaxation` that trains and keeps checkpoints.

    Args:
        space: What is searched.
        recipe: The settings of its network and steps.
        method: How it is searched.
        seed: Decides all that is random.
    """

    progressed = Signal(RelaxationReport)

    def __init__(self, space: SearchSpace, recipe: Recipe, method: Method, seed: int = 0) -> None:
        self.space, self.recipe = SPACE("space", space), _RECIPE("recipe", recipe)
        self.method, self.seed = METHOD("method", method), SEED("seed", seed)
        self.epochs, self.measure = self.method.epochs, self.recipe.measure
        self.reports: tuple[RelaxationReport, ...] = ()
        self._form = form_of(self.space)
        self._ground: Ground | None = None
        self._learner: Learner | None = None
        self._draws, self._start = Draws(self.seed), 0.0
        self._keeper, self._stopping = NOWHERE, threading.Event()
        self._published = self._publish()

    def __iter__(self) -> Iterator[RelaxationReport]:
        """Train the shared weights, one epoch for each report, from where it stands.

        Raises:
            TrainingError: If the loss is no longer a finite number.
        """
        return self._published

    @property
    def is_finished(self) -> bool:
        """Whether the last epoch is done."""
        return len(self.reports) >= self.epochs

    def stop(self) -> None:
        """End after the epoch that is under way; the reports stay."""
        self._stopping.set()

    def keep(self, place: str | PathLike[str], attempt: int = 1) -> Self:
        """Keep checkpoints, and go on from the one that is there, if it is of this relaxation.

        All that decides the numbers has to be the same: space, recipe, method, seed, and the name
        of the place. A checkpoint that is damaged is ignored, with a warning.

        Args:
            place: The path of its file without its end: `place.checkpoint` is written after a
                step if `checkpoint_minutes` of the recipe have passed, and after the last epoch,
                so that a kill costs that much at most. Its folder is made, in one that exists.
            attempt: Which try this is, from 1.

        Returns:
            The relaxation itself.

        Raises:
            SettingError: If the place is no path, or the attempt no number from 1.
            TrainingError: If it has begun.
        """
        place, attempt = PATH("place", place), whole(1)("attempt", attempt)
        if self._ground is not None:
            raise TrainingError("expected keep() before the first epoch, which has begun")
        space: Any = self.space
        key = {
            "space": {"": type(space).__name__, **space.fingerprint()},
            "method": full(self.method),
            "seed": self.seed,
            "recipe": self.recipe.fingerprint(),
        }
        minutes = self.recipe.checkpoint_minutes
        self._keeper = Keeper(key, Path(place).absolute(), minutes, attempt)
        return self

    def checkpoint(self) -> None:
        """Write a checkpoint now, between two epochs, if it keeps any and has begun."""
        if self._ground is not None:
            self._keeper.write(self._state())

    def _publish(self) -> Generator[RelaxationReport]:
        """Record, announce and yield what comes, until the end or until it is stopped."""
        if self._stopping.is_set():
            return
        try:
            rounds = self._train()
            while (report := self._next(rounds)) is not None:
                announce(self.progressed, report)
                yield report
                if self._stopping.is_set():
                    return
        except (Exception, KeyboardInterrupt) as error:
            self._ground = self._learner = None
            traceback.clear_frames(error.__traceback__)
            release_memory(choose_device(self.recipe.device))
            raise

    def _next(self, rounds: Iterator[RelaxationReport]) -> RelaxationReport | None:
        with self._within():
            return next(rounds, None)

    def _within(self) -> AbstractContextManager[Any]:
        """A context with the recipe's threads and this relaxation's draws."""
        device, stack = choose_device(self.recipe.device), ExitStack()
        alike = deterministic(device) if self.recipe.deterministic else nullcontext()
        for each in (cpu_threads(self.recipe.threads), self._draws.within(device), alike):
            stack.enter_context(each)
        return stack

    def _train(self) -> Iterator[RelaxationReport]:
        """The loop: an epoch of the method, then what it has come to."""
        recipe, self._start = self.recipe, time.perf_counter()
        place = choose_place(recipe.device, recipe.mixed_precision, recipe.channels_last)
        if place.precision == torch.float16:  # its loss would have to be scaled
            place = choose_place(recipe.device, False, recipe.channels_last)
        ground = Ground(recipe, self._form, place, torch.Generator().manual_seed(self.seed))
        learner = begin(self.method, ground, self.space)
        self._ground, self._learner = ground, learner
        ground.under_way.pause = self._keep_if_due
        self._keeper.resume(self._resume)
        while not self.is_finished:
            epoch = len(self.reports) + 1
            loss = learner.epoch(epoch)
            _check_finite(loss, epoch)
            architecture, value = learner.found()
            values = zip(self._form.kinds, learner.values(), strict=True)
            weights = tuple(kind.told(rows) for kind, rows in values)
            known = (loss, value, self._seconds)
            report = RelaxationReport(epoch, weights, architecture, *known)
            self.reports = (*self.reports, report)
            if self._keeper.due or self.is_finished:
                self._keeper.write(self._state())
            paused = time.perf_counter()
            yield report
            self._start += time.perf_counter() - paused

    @property
    def _seconds(self) -> float:
        """Seconds of training so far."""
        return time.perf_counter() - self._start

    def _keep_if_due(self) -> None:
        """Write a checkpoint if it is time for one."""
        if self._keeper.due:
            self._keeper.write(self._state())

    def _state(self) -> dict[str, Any]:
        """All that it needs to go on, as plain values and tensors."""
        assert self._ground is not None
        assert self._learner is not None
        return {
            "ground": self._ground.state(),
            "learner": self._learner.state(),
            "draws": self._draws.states,
            "reports": [each.kept for each in self.reports],
            "seconds": self._seconds if self._ground.under_way.within else _until(self.reports),
        }

    def _resume(self, state: Mapping[str, Any]) -> None:
        """Be as far as a state tells."""
        assert self._ground is not None
        assert self._learner is not None
        reports = tuple(map(RelaxationReport.from_kept, state["reports"]))
        self._ground.resume(state["ground"])
        self._learner.resume(state["learner"])
        self._draws.resume(state["draws"])
        self._ground.under_way.back = lambda: self._draws.resume(state["draws"])
        self._start -= float(state.get("seconds", _until(reports)))
        self.reports = reports


def _until(reports: tuple[RelaxationReport, ...]) -> float:
    """Seconds until the last report."""
    return reports[-1].seconds if reports else 0.0


def _check_finite(loss: float, epoch: int) -> None:
    if not math.isfinite(loss):
        raise TrainingError(
            f"expected a finite loss, got {loss} after epoch {epoch} of the shared weights; lower "
            "the learning rate of the trainer, or give it clip=5.0"
        )
