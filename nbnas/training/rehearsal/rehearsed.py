"""A recipe that tells how long its trainings take."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from nbnas.checks import SEED, whole
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.space import SPACE
from nbnas.records import EpochReport, TimeEstimate
from nbnas.training.known.sized import Sized
from nbnas.training.rehearsal.rehearsal import time_trainings
from nbnas.training.run import Training


@dataclass(frozen=True, slots=True)
class Rehearsed(Sized):
    """The part of a trainer that times some steps; whoever inherits starts trainings."""

    def estimate(self, space: Any, trials: int = 1, seed: int = 0) -> TimeEstimate:  # noqa: ANN401
        """How long trainings will take, told by some steps of a few architectures of a space.

        Up to twelve are timed, for three seconds or a twentieth of it all; one of middling size is
        always. Those that a strategy will choose may be larger or smaller.

        Args:
            space: The space that will be searched.
            trials: How many trainings there will be.
            seed: Decides which architectures are timed; nothing else depends on it.

        Returns:
            The estimate; without a time, and with the reason, where none could be trained.

        Raises:
            SettingError: If something is no space, no number or no seed.
        """
        SPACE("space", space), whole(0)("trials", trials), SEED("seed", seed)
        trainer: Any = self

        def start(short: Any, architecture: Architecture) -> Iterable[EpochReport]:  # noqa: ANN401
            if architecture.settings:  # which are those of the short one already
                return Training(short, architecture, seed, final=False)
            reports: Iterable[EpochReport] = short.start(architecture, seed)
            return reports

        return time_trainings(trainer.for_space(space), start, space, trials, seed)
