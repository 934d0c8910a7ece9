"""A training whose learning rate rises from step to step until its loss does.

Notation
    rates   learning rate of each step, `(n,)`
"""

import contextlib
import math
import time
from collections.abc import Iterator
from typing import Any

import torch
from torch import nn

from nbnas.errors import TrainingError
from nbnas.graphs.architecture import Architecture
from nbnas.training.device import Place, choose_place, cpu_threads, release_memory
from nbnas.training.draws import Draws
from nbnas.training.networks.faults import told_where
from nbnas.training.optimizers.groups import set_learning_rate
from nbnas.training.rates.range_test import FEWEST, RangeTest
from nbnas.training.recipe import Recipe
from nbnas.training.run import network_of
from nbnas.training.steps.optimizer import optimizer_of
from nbnas.training.tasks.of_recipe import task_of
from nbnas.training.tasks.task import Batch, Part, Task
from nbnas.undisturbed import undisturbed
from nbnas.waiting import WaitingBar

DIVERGED = 2.0  # times the first loss
KEPT = 0.7  # of the running mean that tells divergence, in each step


def rates_between(lowest: float, highest: float, steps: int) -> tuple[float, ...]:
    """Rates that rise by the same factor from step to step, `(steps,)`."""
    factor = (highest / lowest) ** (1 / (steps - 1))
    return tuple(lowest * factor**step for step in range(steps))


def with_rising_rate(
    recipe: Recipe, architecture: Architecture, rates: tuple[float, ...], seed: int
) -> RangeTest:
    """Train with one rate after the other, and keep the loss of each step.

    Args:
        recipe: The recipe; its schedule, epochs, averages and early stopping play no part.
        architecture: What is trained.
        rates: The learning rates, rising.
        seed: Seed of the training.

    Raises:
        TrainingError: If the loss is no finite number before there are enough steps, or a
            network of the user's own fails.
    """
    began, losses = time.perf_counter(), list[float]()
    place = choose_place(recipe.device, recipe.mixed_precision, recipe.channels_last)
    own = recipe.network is not None or recipe.operations
    told = told_where(f"{architecture.text!r:.200} to be trained") if own else _AS_IT_IS
    rounds = _losses(recipe, architecture, rates, (place, seed))
    with undisturbed(dtype=False), cpu_threads(recipe.threads), Draws(seed).within(place.device):
        try:
            with told:
                losses += WaitingBar(rounds, total=len(rates), unit="step")
        finally:
            rounds.close()
            release_memory(place.device)
    if len(losses) < FEWEST:
        raise TrainingError(
            f"expected finite losses for at least {FEWEST} steps, got {len(losses)} from learning "
            f"rate {rates[0]:g} on with {architecture.text!r:.200}; begin with a lower one"
        )
    seconds, tested = time.perf_counter() - began, rates[: len(losses)]
    return RangeTest(architecture, tested, tuple(losses), recipe.learning_rate, seed, seconds)


_AS_IT_IS: Any = contextlib.nullcontext()


def _losses(
    recipe: Recipe, architecture: Architecture, rates: tuple[float, ...], run: tuple[Place, int]
) -> Any:  # noqa: ANN401
    """The loss of each step before it, until they diverge."""
    place, seed = run
    rng, mean, first = torch.Generator().manual_seed(seed), math.nan, math.nan
    task = task_of(recipe, place, rng)
    train, _ = task.parts(final=False)
    network = network_of(recipe, architecture, rng).to(place.device)
    network = network.to(memory_format=place.layout)
    optimizer = optimizer_of(recipe, network)
    scaler = torch.amp.GradScaler(place.device.type, enabled=place.precision == torch.float16)
    carried = None
    for rate, (batch, anew) in zip(rates, _endless(task, train), strict=False):
        network.train()
        with place.autocast:
            answer = task.answer(network, batch, None if anew else carried)
        loss, carried = float(answer.loss.detach()), answer.carried
        mean = loss if math.isnan(mean) else KEPT * mean + (1 - KEPT) * loss
        first = mean if math.isnan(first) else first
        if not math.isfinite(loss) or mean > DIVERGED * first:
            return
        yield loss
        set_learning_rate(optimizer, rate)
        optimizer.zero_grad()
        torch.autograd.backward(scaler.scale(answer.loss))
        if recipe.clip is not None:
            scaler.unscale_(optimizer)
            nn.utils.clip_grad_norm_(network.parameters(), recipe.clip)
        scaler.step(optimizer)
        scaler.update()


def _endless(task: Task, part: Part) -> Iterator[tuple[Batch, bool]]:
    """The batches of one epoch after the other, and whether an epoch begins with it."""
    while True:
        for at, batch in enumerate(task.batches(part)):
            yield batch, at == 0
