"""Who keeps the checkpoints of a training: when one is due, where it is, and whose it is.

Notation
    place    the path of a training's files without their ends: `place.checkpoint` while it trains,
             `place.weights` after its end, where those are kept
    key      all that decides what a training computes: a file with another one is never taken
"""

import math
import time
import warnings
from collections.abc import Callable, Mapping
from os import PathLike
from pathlib import Path
from typing import Any

from nbnas.graphs.architecture import Architecture
from nbnas.training.checkpoints.file import (
    attempt_of,
    read_file,
    remove_files,
    warn_of,
    write_file,
)
from nbnas.training.recipe import Recipe

CHECKPOINT, WEIGHTS = ".checkpoint", ".weights"
OF_STEPS = ("optimizer", "stopping", "scaler", "generator", "drawn", "draws", "carried", "totals")


class Keeper:
    """Keeps the checkpoints of one training.

    Args:
        key: All that decides what it computes.
        place: The path of its files, without their ends; `None` for none.
        minutes: How many may be between two checkpoints; `None` for none.
        attempt: Which try of its trial this is.
    """

    def __init__(
        self, key: Mapping[str, Any], place: Path | None, minutes: float | None, attempt: int = 1
    ) -> None:
        self._place, self._attempt = place, attempt
        self._key = {**key, "place": "" if place is None else place.name}
        self._seconds = math.inf if place is None or minutes is None else 60 * minutes
        self._last, self._told = time.monotonic(), False

    @property
    def due(self) -> bool:
        """Whether it is time for a checkpoint."""
        return time.monotonic() - self._last >= self._seconds

    def write(self, state: Mapping[str, Any]) -> None:
        """Write a checkpoint now, unless none is to be written at all."""
        if self._seconds < math.inf:
            self._write(CHECKPOINT, state)
            self._last = time.monotonic()

    def write_weights(self, state: Mapping[str, Any]) -> None:
        """Write what stays after the end: the weights and all that was measured."""
        self._write(WEIGHTS, {name: state[name] for name in state if name not in OF_STEPS})

    @property
    def ended(self) -> bool:
        """Whether the weights that are kept are those of this training after its end."""
        content = None if self._place is None else read_file(self._file(WEIGHTS))
        return content is not None and content.get("key") == self._key

    def resume(self, take: Callable[[Mapping[str, Any]], None]) -> bool:
        """Go on from the weights of a training that had come to its end, or from a checkpoint.

        Args:
            take: Takes over a state; changes nothing and raises if it is none of this training.

        Returns:
            Whether there was one.
        """
        for file in map(self._file, (WEIGHTS, CHECKPOINT) if self._place else ()):
            content = read_file(file)
            if content is not None and content.get("key") == self._key:
                try:
                    take(content["state"])
                    return True
                except Exception as error:  # of whatever a user's network has become
                    warn_of(file, error)
        return False

    def _file(self, end: str) -> Path:
        assert self._place is not None
        return file_at(self._place, end)

    def _write(self, end: str, state: Mapping[str, Any]) -> None:
        """Write a file; where that fails, the training goes on without, and says so once."""
        if self._place is None:
            return
        file = self._file(end)
        try:
            write_file(file, {"key": self._key, "state": state}, self._attempt)
        except Exception as error:  # of the disk, or of what a user's network holds
            if not self._told:
                warnings.warn(
                    f"expected to keep a checkpoint in {str(file)!r}, but "
                    f"{type(error).__name__}: {error!s:.300}; the training goes on without, and "
                    "begins anew, or at the last one, if it is ended; make room",
                    stacklevel=2,
                )
            self._told = True


NOWHERE = Keeper({}, None, None)
"""Keeps nothing."""


def key_of(
    recipe: Recipe, architecture: Architecture, seed: int, *, final: bool
) -> dict[str, Any]:
    """All that decides what a training computes, as plain values."""
    return {
        "architecture": architecture.to_json(),
        "seed": seed,
        "final": final,
        "recipe": recipe.fingerprint(),
    }


def file_at(place: Path, end: str) -> Path:
    """A file of a training."""
    return place.with_name(place.name + end)


def remove_checkpoint(place: str | PathLike[str]) -> None:
    """Remove the checkpoint of a training that nobody goes on with; kept weights stay."""
    if place:
        remove_files(file_at(Path(place), CHECKPOINT))


def attempt_at(place: str) -> int:
    """Which try of a trial has come furthest; 0 if none has left a checkpoint at its place."""
    return attempt_of(file_at(Path(place), CHECKPOINT)) if place else 0
