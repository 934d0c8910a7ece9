"""The seconds of a training, told by the steps of a short one on the same device.

The short training is a real one, with all that the recipe asks for, on as few pictures as some
steps need. It is thrown away, and leaves all random states as they were.

Notation
    short    a training of few steps an epoch, of which the first epoch warms up
"""

import math
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import mean
from typing import Any

import numpy as np
import torch

from nbnas.graphs.architecture import Architecture
from nbnas.graphs.space import SearchSpace
from nbnas.records import EpochReport, TimeEstimate
from nbnas.records.estimate import STEPS_TIMED, UNKNOWN
from nbnas.training.device import CPU, Place, choose_device, release_memory
from nbnas.training.draws import Draws
from nbnas.training.following.follow import following
from nbnas.training.recipe import Recipe
from nbnas.training.rehearsal.shortened import held_out_share, shortened
from nbnas.training.run import network_of
from nbnas.training.tasks.of_recipe import steps_of, task_of
from nbnas.undisturbed import undisturbed

SAMPLED = 12  # architectures at most
SIZED = 5  # of them, whose sizes say which one comes first
WITHIN, SHARE = 3.0, 0.05  # seconds, and share of the whole search, after which no other is timed
SHORT = 0.1  # seconds of an epoch that are enough to be told from chance
STEPS = 16  # of an epoch at most, where one step is shorter
FORWARD_SHARE = 1 / 3  # of a step; the backward pass takes about twice as long
Start = Callable[[Any, Architecture], Iterable[EpochReport]]


@dataclass(frozen=True, slots=True)
class Told:
    """What was told.

    Attributes:
        each: Seconds of a training of each architecture that was timed.
        reason: Why the last one could not be, where one could not.
    """

    each: tuple[float, ...]
    reason: str = ""


def rehearse(
    recipe: Recipe,
    start: Start,
    architectures: Sequence[Architecture],
    *,
    trials: int = 1,
    clock: Callable[[], float] = time.perf_counter,
) -> Told:
    """The seconds of a whole training of some architectures.

    Args:
        recipe: The recipe.
        start: Starts a training by a shortened recipe, which follows the architecture's settings
            already, and gives its reports.
        architectures: The architectures; the one of middling size is timed first.
        trials: How many trainings there will be: timing some takes a small share of these.
        clock: Tells the time.

    Returns:
        The seconds of those for which there was time, and which could be trained.
    """
    began, found, reason = clock(), list[float](), ""
    for architecture in _middling_first(recipe, architectures):
        if found and clock() - began >= min(WITHIN, SHARE * trials * mean(found)):
            break
        try:
            found.append(_seconds(recipe, start, architecture, clock))
        except Exception as error:  # of a user's network, or for want of memory
            reason = f"{type(error).__name__}: {error}"
        finally:
            release_memory(choose_device(recipe.device))
    return Told(tuple(found), " ".join(reason.split())[:300])


def _seconds(
    recipe: Recipe, start: Start, architecture: Architecture, clock: Callable[[], float]
) -> float:
    """Seconds of a training of one architecture."""
    recipe = following(recipe, architecture)
    steps = steps_of(recipe)
    setup, lasted = _short(recipe, start, architecture, 1)
    few = min(STEPS, steps, math.ceil(SHORT / max(lasted, 1e-9)))
    if few > 1:
        setup, lasted = _short(recipe, start, architecture, few)
        lasted /= few
    epoch = steps * lasted * (1 + FORWARD_SHARE * held_out_share(recipe))
    return setup + recipe.epochs * epoch


def _short(
    recipe: Recipe, start: Start, architecture: Architecture, steps: int
) -> tuple[float, float]:
    """Seconds before the first epoch, and of the second one; a long first one is enough."""
    reports = iter(start(shortened(recipe, steps, 2), architecture))
    first = next(reports).seconds
    if first > WITHIN / 2:
        return 0.0, first
    lasted = max(next(reports).seconds - first, 0.0)
    return max(first - lasted, 0.0), lasted


def _middling_first(
    recipe: Recipe, architectures: Sequence[Architecture]
) -> Sequence[Architecture]:
    """The architectures, some of which by how near their network's size is to the median."""
    few = architectures[:SIZED]
    sizes = np.array([_size(recipe, each) for each in few], dtype=np.float64)
    if np.isnan(sizes).all():
        return architectures
    far = np.abs(np.log1p(sizes) - np.nanmedian(np.log1p(sizes)))
    order = np.argsort(far, kind="stable")  # NaN comes last
    return [*(few[place] for place in order), *architectures[SIZED:]]


def _size(recipe: Recipe, architecture: Architecture) -> float:
    """Multiply-adds of its network; NaN where it cannot be built, which its training will say."""
    generator = torch.Generator().manual_seed(0)
    try:
        recipe = following(recipe, architecture)
        with undisturbed(dtype=False), Draws(0).within(CPU):
            network = network_of(recipe, architecture, generator)
            return float(task_of(recipe, Place(), generator).multiply_adds(network))
    except Exception:  # of a user's network
        return np.nan


def time_trainings(
    recipe: Recipe, start: Start, space: SearchSpace, trials: int, seed: int
) -> TimeEstimate:
    """The time that trials of a search in a space will take, by a few architectures of it.

    Args:
        recipe: The recipe.
        start: Starts a training by a shortened recipe, and gives its reports.
        space: The space.
        trials: Number of trials.
        seed: Decides which architectures are timed.
    """
    began = time.perf_counter()
    found = rehearse(recipe, start, space.sample(seed, SAMPLED), trials=trials)
    reason = "" if found.each else f"{UNKNOWN}, as no training began: {found.reason}"
    return TimeEstimate(
        trials,
        each=found.each,
        source=STEPS_TIMED if found.each else "",
        reason=reason,
        seconds=time.perf_counter() - began,
    )
