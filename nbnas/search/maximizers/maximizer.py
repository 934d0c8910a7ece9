"""What maximises the acquisition function over a space, and how it keeps what it has scored.

Notation
    m          number of candidates that are scored
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from nbnas.checks import Rule, offering
from nbnas.errors import SettingError, shown
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.space import SPACE, Randomness, SearchSpace, generator
from nbnas.records.observations import OBSERVATIONS, Observations

Score = Callable[[Sequence[Architecture]], NDArray[np.float64]]
FEW = 200  # candidates that are put in order first


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """Candidates `(m,)`, all different, and their scores `(m,)`.

    Attributes:
        architectures: The candidates.
        scores: Their scores, larger is better.
        scored: How many were scored, where only the best of them are here; else 0.
    """

    architectures: tuple[Architecture, ...]
    scores: NDArray[np.float64]
    scored: int = 0

    @property
    def count(self) -> int:
        """How many were scored."""
        return self.scored or len(self.architectures)

    def __post_init__(self) -> None:
        scores, shape = self.scores, (len(self.architectures),)
        if not isinstance(scores, np.ndarray) or scores.dtype.kind not in "iuf":
            raise SettingError(f"expected an array of scores {shape}, got {shown(scores)}")
        if scores.shape != shape:
            raise SettingError(f"expected scores {shape}, got {scores.shape}")

    def ranked(self) -> Iterator[int]:
        """The numbers of the candidates, best first; the first of equals first."""
        losses = -self.scores
        head = np.arange(len(losses))
        if len(losses) > FEW:  # hardly anybody asks for more, and to sort all takes long
            head = np.flatnonzero(losses <= np.partition(losses, FEW)[FEW])
        order = np.argsort(losses[head], kind="stable")
        yield from head[order].tolist()
        if len(head) < len(losses):
            yield from np.argsort(losses, kind="stable")[len(head) :].tolist()


class Maximizer(Protocol):
    """Looks for the candidates of the highest scores. Implementations are frozen values."""

    def maximize(
        self,
        score: Score,
        space: SearchSpace,
        observations: Observations,
        rng: np.random.Generator,
    ) -> Scored:
        """Score candidates.

        Args:
            score: Gives the scores of any architectures of the space, larger is better.
            space: The search space.
            observations: What was evaluated.
            rng: The only source of randomness.

        Returns:
            All that was scored, so that the best *new* one can be taken from it.
        """


MAXIMIZER: Rule[Maximizer] = offering("a maximizer", "RandomPool()", "maximize")
_SCORE: Rule[Score] = offering("a function of architectures", "a posterior's score", "__call__")


class Found:
    """What was scored so far; nothing is scored twice."""

    def __init__(self, score: Score) -> None:
        self.score = score
        self.scores: dict[Architecture, float] = {}

    def add(self, architectures: Iterable[Architecture]) -> None:
        """Score those that are new."""
        new = different(a for a in architectures if a not in self.scores)
        if new:
            self.take(Scored(new, self.score(new)))

    def take(self, scored: Scored) -> None:
        """Keep what was scored elsewhere."""
        self.scores.update(zip(scored.architectures, scored.scores.tolist(), strict=True))

    def fittest(self, n: int) -> list[Architecture]:
        """The `n` of the highest scores, best first."""
        return sorted(self.scores, key=lambda a: -self.scores[a])[:n]

    def scored(self) -> Scored:
        """All of them."""
        return Scored(tuple(self.scores), np.array(list(self.scores.values())))


def different(architectures: Iterable[Architecture]) -> tuple[Architecture, ...]:
    """Each once, in the order of their first places."""
    return tuple(dict.fromkeys(architectures))


def check_known(
    score: object, space: object, observations: object, rng: Randomness
) -> np.random.Generator:
    """Check what a maximizer is asked with.

    Returns:
        The generator.

    Raises:
        NbnasError: If something is of another type; the message says what.
    """
    _SCORE("score", score)
    SPACE("space", space)
    OBSERVATIONS("observations", observations)
    return generator(rng)
