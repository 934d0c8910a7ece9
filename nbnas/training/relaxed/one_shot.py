"""Single path one-shot: architectures are drawn evenly, one a step, and then compared.

References:
    Guo et al., Single Path One-Shot Neural Architecture Search with Uniform Sampling, ECCV 2020.
"""

from dataclasses import dataclass, field
from statistics import mean
from typing import Any

import torch

from nbnas.brief import brief, changed
from nbnas.checks import settle, whole
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.space import SearchSpace
from nbnas.training.draws import CPU
from nbnas.training.relaxed.ground import Ground
from nbnas.training.relaxed.learner import Values


@dataclass(frozen=True, slots=True)
class SinglePathOneShot:
    """Uniform sampling on the shared weights of a `Supernet`, then a comparison of candidates.

    Each step trains the weights of one architecture, drawn evenly. So all are trained alike, and
    nothing can collapse. After each epoch the best one so far and a few new ones are measured with
    the weights that they inherit; after the last epoch so are all candidates, the best of
    which is the result.

    Attributes:
        epochs: Number of passes over the training pictures.
        candidates: How many architectures are compared at the end, drawn evenly.
        looks: How many new ones are measured after each epoch before.

    Raises:
        SettingError: If a value is not allowed.
    """

    epochs: int = 60
    candidates: int = 100
    looks: int = 1

    def __post_init__(self) -> None:
        settle(self, epochs=whole(1), candidates=whole(1), looks=whole(1))

    @brief
    def __repr__(self) -> str:
        return changed(self)


@dataclass(slots=True)
class OneShotLearner:
    """`SinglePathOneShot` at work; see `Learner`.

    Attributes:
        method: The settings.
        ground: The network and its data.
        space: What is searched.
        best: The best architecture so far; `None` before the first epoch.
    """

    method: SinglePathOneShot
    ground: Ground
    space: SearchSpace
    best: Architecture | None = field(default=None, init=False)
    _epoch: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        ground = self.ground
        ground.steps = self.method.epochs * ground.task.batches_of(ground.train)

    def epoch(self, number: int) -> float:
        """A step for each of some architectures; see `Learner.epoch`."""
        ground, under_way = self.ground, self.ground.under_way
        self._epoch = number
        under_way.begin()
        drawn = self.drawn(ground.task.batches_of(ground.train))
        batches = ground.task.batches(ground.train)
        for batch, architecture in under_way.coming(zip(batches, drawn, strict=True)):
            under_way.losses.append(ground.learn(batch, ground.weights_of(architecture)))
            ground.spend(ground.size(architecture), len(batch[1]), 1)
        return under_way.end()

    def drawn(self, n: int) -> tuple[Architecture, ...]:
        """Architectures that are drawn evenly; some may be the same."""
        seed = int(torch.randint(2**62, (), generator=self.ground.generator, device=CPU))
        return self.space.sample(seed, n)

    def values(self) -> Values:
        """Equal ones: that is how architectures are drawn."""
        return [each.tolist() for each in self.ground.form.uniform]

    def found(self) -> tuple[Architecture, float]:
        """The best architecture so far, and the mean measure of those looked at now."""
        measure = self.ground.recipe.measure
        last = self._epoch == self.method.epochs
        new = self.drawn(self.method.candidates if last else self.method.looks)
        looked = dict.fromkeys((*filter(None, (self.best,)), *new))
        known = {each: self.ground.inherited(each)[measure] for each in looked}
        self.best = max(known, key=lambda each: measure.gain(known[each]))
        return self.best, mean(known.values())

    def finalists(self) -> tuple[Architecture, ...]:
        """The best one so far, alone."""
        return tuple(filter(None, (self.best,)))

    def state(self) -> dict[str, Any]:
        """See `Learner.state`."""
        return {"best": None if self.best is None else self.best.to_json()}

    def resume(self, state: dict[str, Any]) -> None:
        """See `Learner.resume`."""
        best = state["best"]
        self.best = None if best is None else Architecture.from_json(best)
