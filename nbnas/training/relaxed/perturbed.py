"""Selection by perturbation: an operation is worth what the shared network loses without it.

Notation
    choice    an edge and its operations, or a vertex and the edges that enter it
    weights   how much of each operation the edges of each kind carry, W tensors `(E, O)`
    gap       by how much less an option is missed than the one that is kept

References:
    Wang et al., Rethinking Architecture Selection in Differentiable NAS, ICLR 2021 (DARTS-PT; here
    with fixed architecture parameters, its variant without them, which the paper finds as good).
"""

from dataclasses import dataclass, field
from typing import Any

import torch

from nbnas.brief import brief, changed
from nbnas.checks import settle, whole
from nbnas.errors import SettingError
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.space import SearchSpace
from nbnas.training.networks.shared.network import Weights
from nbnas.training.relaxed.ground import Ground
from nbnas.training.relaxed.kind import Choice, best_together
from nbnas.training.relaxed.learner import Values

TUNING = 0.1  # of the learning rate, between decisions, as in the published code
TIE = 1e-6  # by which equal weights are told apart
SPARE = 4  # ways to decide for each finalist, as some compute the same


@dataclass(frozen=True, slots=True)
class PerturbationSelection:
    """Edge by edge, the operation is kept without which the shared network loses most.

    At first all operations of all edges weigh the same and only the network is trained. Then, edge
    by edge in random order, each operation in turn is left out, and the loss on the pictures that
    are held out tells how much it is missed; the others are dropped, and the network is trained on
    at a tenth of the learning rate. In a `DartsSpace` each vertex then keeps the two inputs
    that are missed most. No weight has to win a race, and what is kept was asked for alone:
    the two reasons of the collapse of `Darts` are gone.

    A network says little of small differences. So the most promising architectures are
    `Relaxation.finalists`, each worth a training of its own: what was kept, then those
    that differ where least more would be missed.

    Attributes:
        epochs: Number of passes over the training pictures.
        warmup: After how many of them the first edge is decided. The decisions are spread evenly
            over the rest, the last one after the last epoch.
        finalists: How many architectures are named in the end.

    Raises:
        SettingError: If a value is not allowed.
    """

    epochs: int = 75
    warmup: int = 50
    finalists: int = 6

    def __post_init__(self) -> None:
        settle(self, epochs=whole(1), warmup=whole(1), finalists=whole(1))
        if self.warmup > self.epochs:
            raise SettingError(
                f"expected warmup to be at most epochs={self.epochs}, got {self.warmup}: edges "
                f"are decided after it; give warmup={max(2 * self.epochs // 3, 1)}, two thirds"
            )

    @brief
    def __repr__(self) -> str:
        return changed(self)


@dataclass(slots=True)
class PerturbationLearner:
    """`PerturbationSelection` at work; see `Learner`.

    Attributes:
        method: The settings.
        ground: The network and its data.
        space: What is searched.
        weights: Those of the operations now.
        choices: What is decided, in its order.
        losses: What the network lost without each option, of the choices that are decided.
    """

    method: PerturbationSelection
    ground: Ground
    space: SearchSpace
    weights: Weights = field(init=False)
    choices: tuple[Choice, ...] = field(init=False)
    losses: list[list[float]] = field(default_factory=list, init=False)
    _size: int = field(init=False)  # multiply-adds of what is left for one picture

    def __post_init__(self) -> None:
        ground = self.ground
        self.weights = tuple(each.to(ground.place.device) for each in ground.form.uniform)
        self._size = ground.whole
        self.choices = tuple(
            some[place]
            for some in ground.form.choices
            for place in torch.randperm(len(some), generator=ground.generator).tolist()
        )

    def epoch(self, number: int) -> float:
        """Train what is left, then decide what is due; see `Learner.epoch`."""
        ground, losses = self.ground, []
        self._schedule(number)
        for batch in ground.task.batches(ground.train):
            losses.append(ground.learn(batch, self.weights))
            ground.spend(self._size, len(batch[1]), 1)
        while len(self.losses) < self._due(number):
            self._decide(self.choices[len(self.losses)])
        return float(torch.stack(losses).mean())

    def values(self) -> Values:
        """The weights; an edge that is dropped carries all operations alike, as at first."""
        return [
            torch.where(each.sum(-1, keepdim=True) > 0, each, alike.to(each)).tolist()
            for each, alike in zip(self.weights, self.ground.form.uniform, strict=True)
        ]

    def found(self) -> tuple[Architecture, float]:
        """See `Learner.found`."""
        ground = self.ground
        ground.spend(self._size, len(ground.val[1]))
        return self._read(self.weights), ground.figures(self.weights)[ground.recipe.measure]

    def finalists(self) -> tuple[Architecture, ...]:
        """Those whose gaps add up to the least, the architecture that is found first."""
        decided = self.choices[: len(self.losses)]
        ranked = [one.ranked(lost) for one, lost in zip(decided, self.losses, strict=True)]
        found: dict[str, Architecture] = {}
        for _, ways in best_together(ranked, SPARE * self.method.finalists):
            weights = self.ground.form.uniform
            for choice, kept in zip(decided, ways, strict=True):
                weights = choice.only(weights, kept)
            architecture = self._read(weights)
            found.setdefault(architecture.canonical, architecture)
        return tuple(found.values())[: self.method.finalists]

    def _decide(self, choice: Choice) -> None:
        """Keep of a choice what is missed most."""
        losses = [
            self._lost(choice.without(self.weights, number))
            for number in range(len(choice.options))
        ]
        self._keep(choice, losses)

    def _keep(self, choice: Choice, losses: list[float]) -> None:
        _, kept = choice.ranked(losses)[0]
        self.losses.append(losses)
        self.weights = choice.only(self.weights, kept)
        self._size = self.ground.size_with(self.weights)

    def _lost(self, weights: Weights) -> float:
        self.ground.spend(self._size, len(self.ground.val[1]))
        return self.ground.held_out_loss(weights)

    def _due(self, number: int) -> int:
        """How many choices are to be decided after an epoch."""
        warmup, epochs = self.method.warmup, self.method.epochs
        moments = epochs - warmup + 1
        return -(-len(self.choices) * max(0, number - warmup + 1) // moments)

    def _schedule(self, number: int) -> None:
        """The learning rate: a whole schedule before the first decision, a low one after it."""
        ground, warmup = self.ground, self.method.warmup
        batches, tuned = ground.task.batches_of(ground.train), self.method.epochs - warmup
        if number <= warmup:
            ground.steps = warmup * batches
        else:
            ground.first, ground.steps, ground.share = warmup * batches, tuned * batches, TUNING

    def _read(self, weights: Weights) -> Architecture:
        """What weights stand for; an edge that is not decided yet for any of its operations."""
        any_of = torch.Generator().manual_seed(0)  # else it would be the first: always skips
        told = [each.cpu() + TIE * torch.rand(each.shape, generator=any_of) for each in weights]
        return self.ground.form.architecture([each.tolist() for each in told])

    def state(self) -> dict[str, Any]:
        """See `Learner.state`."""
        return {"losses": [list(each) for each in self.losses]}

    def resume(self, state: dict[str, Any]) -> None:
        """See `Learner.resume`."""
        for choice, losses in zip(self.choices, state["losses"], strict=False):
            self._keep(choice, losses)
