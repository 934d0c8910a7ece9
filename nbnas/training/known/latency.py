"""How long a network takes to answer, measured on the untrained one: its weights do not matter."""

import math
import statistics
import threading
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from nbnas.brief import brief
from nbnas.checks import Rule, instance, whole
from nbnas.errors import ArchitectureError, SettingError
from nbnas.graphs.architecture import ARCHITECTURE, Architecture
from nbnas.kept import Kept
from nbnas.records import Measure, MeasuredBy
from nbnas.training.data.text import TextData
from nbnas.training.device import Place, choose_place, cpu_threads, release_memory
from nbnas.training.draws import Draws
from nbnas.training.following.follow import following
from nbnas.training.known.size import check_trained
from nbnas.training.networks.faults import fault
from nbnas.training.recipe import Recipe
from nbnas.training.run import network_of
from nbnas.undisturbed import undisturbed

LATENCY = Measure("latency", "ms", maximize=False, lower=0.0)
KEPT = 100_000  # numbers that are kept
WARM_UP = 3  # runs that do not count: libraries choose their algorithms in them
_RECIPE: Rule[Recipe] = instance(Recipe, "Trainer(digits())")
_BATCH, _REPEATS = whole(1, 100_000), whole(3, 100_000)
_ALONE = threading.Lock()  # two that are measured at once would slow each other


@dataclass(frozen=True, slots=True, repr=False)
class LatencyOf:
    """A function that measures how long the network of each architecture takes.

    Attributes:
        recipe: The recipe of its training.
        device: The word of the device.
        batch: Pictures, or texts side by side, of a run.
        repeats: Number of runs, of which the median counts.
        kept: What was measured: cells that compute the same are measured once.
    """

    recipe: Recipe
    device: str
    batch: int
    repeats: int
    kept: Kept = field(default_factory=lambda: Kept(KEPT), repr=False, compare=False)

    @brief
    def __repr__(self) -> str:
        return f"on {self.place.device}, batch {self.batch}, median of {self.repeats} runs"

    @property
    def place(self) -> Place:
        """Where it computes, and how."""
        return choose_place(self.device, self.recipe.mixed_precision, self.recipe.channels_last)

    def __call__(self, architecture: Architecture) -> float:
        """Milliseconds of a run; NaN, with a warning, where the network fails.

        Raises:
            ArchitectureError: If the architecture cannot be trained on these data.
            SettingError: If the recipe does not have its settings.
        """
        recipe = following(self.recipe, ARCHITECTURE("architecture", architecture))
        check_trained(recipe, architecture)
        whole = recipe.network is not None or recipe.skeleton is not None  # may compute dead edges
        same = architecture if whole else architecture.canonical
        return self.kept.get(same, lambda: self._measured(recipe, architecture))

    def _measured(self, recipe: Recipe, architecture: Architecture) -> float:
        """The median, measured now."""
        place, generator = self.place, torch.Generator().manual_seed(0)
        own = undisturbed(dtype=False), cpu_threads(recipe.threads)
        try:
            with _ALONE, own[0], own[1], Draws(0).within(place.device):
                run = _runner(recipe, architecture, generator, place, self.batch)
                with torch.inference_mode(), place.autocast:
                    return _median(run, place.device, self.repeats)
        except (ArchitectureError, SettingError):
            raise
        except Exception as error:  # of a user's network, or for want of memory
            told = fault(error, f"{architecture.text!r:.200} to be measured")
            warnings.warn(f"nobody can tell its latency: {told}", stacklevel=2)
            return math.nan
        finally:
            release_memory(place.device)

    def fingerprint(self) -> dict[str, str]:
        """What a study remembers of it: where and how it is measured."""
        place = self.place
        where = f"latency on {place.device.type} in {place.precision}".replace("torch.", "")
        return {"function": f"{where}, batch {self.batch}, threads {self.recipe.threads}"}


def latency(
    trainer: Any,  # noqa: ANN401
    device: str | None = None,
    batch: int = 1,
    repeats: int = 10,
) -> MeasuredBy:
    """Latency as a goal or a limit that needs no training.

    The network is built as the trainer would, with random weights, put into evaluation mode,
    warmed up, and run without gradients, as often as is said; the median counts. It runs in the
    trainer's precision, memory layout and number of threads, and is not compiled. On text a run is
    one token of each text.

    Numbers that are measured differ from machine to machine, and a little from time to time; a
    busy machine is slower. A search measures each candidate once and a study remembers what was
    told of its trials; a study that goes on elsewhere has numbers of both machines. Spaces that
    can be listed are measured as a whole before the first proposal, some ten milliseconds for each
    architecture; cells that compute the same count as one, unless there is a skeleton.

    Args:
        trainer: How networks are built: a `Trainer`, or a `RepeatedTrainer`.
        device: "cpu", "cuda", "mps" or "auto"; `None` for that of the trainer.
        batch: Number of pictures of a run, or of texts side by side.
        repeats: Number of runs, at least 3.

    Returns:
        What measures it, in milliseconds a batch; NaN, with a warning, for a network that fails.

    Raises:
        SettingError: If this machine has no such device, or a number is not allowed.

    Example:
        >>> from nbnas.graphs.spaces.cell import CellSpace
        >>> from nbnas.training.data.images import digits
        >>> from nbnas.training.trainer import Trainer
        >>> quick = latency(Trainer(digits(), device="cpu"), repeats=3)
        >>> quick(CellSpace().sample(0, 1)[0]) > 0
        True
    """
    recipe = _RECIPE("trainer", getattr(trainer, "trainer", trainer))
    where = recipe.device if device is None else device
    function = LatencyOf(recipe, where, _BATCH("batch", batch), _REPEATS("repeats", repeats))
    _ = function.place  # a device that is missing is an error here
    return MeasuredBy(function, LATENCY)


def _runner(
    recipe: Recipe,
    architecture: Architecture,
    generator: torch.Generator,
    place: Place,
    batch: int,
) -> Callable[[], object]:
    """What runs the network of an architecture once."""
    network = network_of(recipe, architecture, generator).to(place.device)
    network = network.to(memory_format=place.layout).eval()
    inputs = _inputs(recipe, batch, place)
    if not isinstance(recipe.data, TextData):
        return lambda: network(inputs)
    with torch.inference_mode(), place.autocast:
        state = network(inputs, None)[1]
    return lambda: network(inputs, state)


def _inputs(recipe: Recipe, batch: int, place: Place) -> Tensor:
    """Pictures `(batch, C, H, W)` as the data have them, or a token of each text `(1, batch)`."""
    data = recipe.data
    if isinstance(data, TextData):
        tokens = data.train[torch.arange(batch) % len(data.train)]
        return tokens[None].to(place.device)
    images = data.train[0]
    chosen = images[torch.arange(batch) % len(images)].to(place.device)
    return chosen.contiguous(memory_format=place.layout)


def _median(run: Callable[[], object], device: torch.device, repeats: int) -> float:
    """The median of the milliseconds of some runs, after others that do not count."""
    for _ in range(WARM_UP):
        run()
    _wait(device)
    found = []
    for _ in range(repeats):
        began = time.perf_counter()
        run()
        _wait(device)
        found.append(time.perf_counter() - began)
    return 1000 * statistics.median(found)


def _wait(device: torch.device) -> None:
    """Wait until a device has done what it was sent."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()
