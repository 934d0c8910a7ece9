"""Search by gradient: architecture parameters are trained on one half, weights on the other.

Notation
    alpha     the architecture parameters, W tensors `(E, O)`
    weights   softmax(alpha) over the operations of each edge

References:
    Liu et al., DARTS: Differentiable Architecture Search, ICLR 2019.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import torch
from torch import Tensor

from nbnas.brief import brief, changed
from nbnas.checks import real, settle, whole
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.space import SearchSpace
from nbnas.training.networks.shared.network import Weights
from nbnas.training.relaxed.ground import Ground, Pair
from nbnas.training.relaxed.learner import Values
from nbnas.training.relaxed.remedies import REMEDY, Remedy
from nbnas.training.relaxed.unrolled import Loss, Step, gradient, unrolled_gradient
from nbnas.training.tasks.task import Batch

BETAS, SPREAD = (0.5, 0.999), 1e-3  # as published: of Adam, and of the parameters at the start
GRADIENTS = {1: 1, 2: 4}  # of the whole network that a step of the parameters takes


@dataclass(frozen=True, slots=True)
class Darts:
    """Differentiable architecture search on the shared weights of a `Supernet`.

    Each edge carries all operations, each with a weight; the weights are a softmax of
    architecture parameters, which Adam changes by the gradient of the loss on one half of the
    training pictures, step by step beside the steps of the network on the other half. What it
    finds has the operation with the greatest weight on each edge.

    By itself it is known to collapse: skip connections win, as they let gradients pass while the
    weights of other operations are not trained yet (Zela et al., ICLR 2020). A remedy is for that.

    Attributes:
        order: 1 to take the network's weights as they are; 2 to look one of their steps ahead,
            which takes two and a half times as long.
        epochs: Number of passes over the two halves.
        learning_rate: Learning rate of the architecture parameters, as published for some 20,000
            steps; where there are few steps it has to be higher.
        weight_decay: Factor of the squared parameters' gradient.
        warmup: In how many epochs at the beginning only the weights are trained (Xu et al.,
            PC-DARTS, ICLR 2020): until then operations without weights have the better of it.
        remedy: What is done against the collapse, such as `BetaDecay()`; `None` for nothing.

    Raises:
        SettingError: If a value is not allowed.
    """

    order: int = 1
    epochs: int = 50
    learning_rate: float = 3e-4
    weight_decay: float = 1e-3
    warmup: int = 0
    remedy: Remedy | None = None

    def __post_init__(self) -> None:
        settle(
            self,
            order=whole(1, 2),
            epochs=whole(1),
            learning_rate=real(above=0),
            weight_decay=real(0),
            warmup=whole(0),
            remedy=REMEDY.optional,
        )

    @brief
    def __repr__(self) -> str:
        return changed(self)


@dataclass(slots=True)
class DartsLearner:
    """`Darts` at work; see `Learner`.

    Attributes:
        method: The settings.
        ground: The network and its data.
        space: What is searched.
        alphas: The architecture parameters.
        adam: What changes them.
    """

    method: Darts
    ground: Ground
    space: SearchSpace
    alphas: list[Tensor] = field(init=False)
    adam: torch.optim.Optimizer = field(init=False)
    _halves: tuple[Pair, Pair] = field(init=False)
    _progress: float = field(default=0.0, init=False)  # of all epochs, in [0, 1)

    def __post_init__(self) -> None:
        ground, method = self.ground, self.method
        self._halves = ground.halves()
        ground.steps = method.epochs * ground.task.batches_of(self._halves[0])
        self.alphas = [
            (SPREAD * torch.randn(each.shape, generator=ground.generator))
            .to(ground.place.device)
            .requires_grad_()
            for each in ground.form.uniform
        ]
        decay = method.weight_decay
        self.adam = torch.optim.Adam(self.alphas, method.learning_rate, BETAS, weight_decay=decay)

    def epoch(self, number: int) -> float:
        """Steps of parameters and weights in turn; see `Learner.epoch`."""
        task, (own, other), under_way = self.ground.task, self._halves, self.ground.under_way
        under_way.begin()
        searched = number > self.method.warmup
        self._progress = (number - 1) / self.method.epochs
        # The other half may have a batch less: then its first one comes again.
        others = chain.from_iterable(task.batches(other) for _ in range(2))
        for batch, held in under_way.coming(zip(task.batches(own), others, strict=False)):
            if searched:
                self._change(batch, held)
            weights = self.mixed([each.detach() for each in self.alphas])
            under_way.losses.append(self.ground.learn(batch, weights))
            gradients = 1 + (GRADIENTS[self.method.order] if searched else 0)
            self.ground.spend(self.ground.whole, len(batch[1]), gradients)
        return under_way.end()

    def mixed(self, alphas: Sequence[Tensor]) -> Weights:
        """The weights with which the shared network computes."""
        weights = tuple(torch.softmax(each, -1) for each in alphas)
        remedy, kinds = self.method.remedy, self.ground.form.kinds
        if remedy is None:
            return weights
        return tuple(
            remedy.mixed(each, kind.operations, self._progress)
            for each, kind in zip(weights, kinds, strict=True)
        )

    def gradient(self, batch: Batch, held: Batch) -> list[Tensor]:
        """The gradient of the parameters.

        Args:
            batch: What the next step of the weights is made on.
            held: A batch of the other half.
        """
        ground, remedy = self.ground, self.method.remedy
        if self.method.order == 1:
            found = gradient(ground.loss(held, self.mixed(self.alphas)), self.alphas)
        else:
            losses = self._loss_of(batch), self._loss_of(held)
            step = Step(ground.rate, self._drift())
            weights = [weight for _, weight in ground.trained]
            found = unrolled_gradient(losses, weights, self.alphas, step)
        if remedy is None:
            return found
        added = gradient(remedy.penalty(self.alphas, self._progress), self.alphas)
        return [one + other for one, other in zip(found, added, strict=True)]

    def _loss_of(self, batch: Batch) -> Loss:
        """The loss of a batch as a function of weights and parameters."""
        loss = self.ground.loss_of(batch)
        return lambda weights, alphas: loss(weights, self.mixed(alphas))

    def _change(self, batch: Batch, held: Batch) -> None:
        for alpha, slope in zip(self.alphas, self.gradient(batch, held), strict=True):
            alpha.grad = slope
        self.adam.step()

    def _drift(self) -> list[Tensor]:
        """Momentum and weight decay of the coming step, as the published code has them.

        They are those of stochastic gradient descent; a step of another optimiser is taken for one
        along the gradient.
        """
        optimizer, found = self.ground.optimizer, list[Tensor]()
        if not isinstance(optimizer, torch.optim.SGD):
            return found
        settings = {id(p): group for group in optimizer.param_groups for p in group["params"]}
        for _, weight in self.ground.trained:
            group = settings[id(weight)]
            before = optimizer.state[weight].get("momentum_buffer")
            kept = torch.zeros_like(weight) if before is None else group["momentum"] * before
            found.append((kept + group["weight_decay"] * weight).detach())
        return found

    def values(self) -> Values:
        """See `Learner.values`."""
        return [torch.softmax(each.detach(), -1).tolist() for each in self.alphas]

    def found(self) -> tuple[Architecture, float]:
        """See `Learner.found`."""
        ground = self.ground
        weights = self.mixed([each.detach() for each in self.alphas])
        figures = ground.figures(weights)
        ground.spend(ground.whole, len(ground.val[1]))
        return ground.form.architecture(self.values()), figures[ground.recipe.measure]

    def finalists(self) -> tuple[Architecture, ...]:
        """What the weights stand for, alone."""
        return (self.ground.form.architecture(self.values()),)

    def state(self) -> dict[str, Any]:
        """See `Learner.state`."""
        alphas = [each.detach().clone() for each in self.alphas]
        return {"alphas": alphas, "adam": self.adam.state_dict()}

    def resume(self, state: dict[str, Any]) -> None:
        """See `Learner.resume`."""
        with torch.no_grad():
            for own, kept in zip(self.alphas, state["alphas"], strict=True):
                own.copy_(kept)
        self.adam.load_state_dict(state["adam"])
