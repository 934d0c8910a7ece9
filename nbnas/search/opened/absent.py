"""What stands where an opened study has nothing: its objective, and what could not be made again.

They say what they stand for, and what to do, as soon as they are asked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np

from nbnas.brief import cut
from nbnas.errors import SearchError
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.settings import Settings
from nbnas.graphs.space import SearchSpace
from nbnas.records import Fidelities, Observations, Proposal
from nbnas.surrogate.model import ModelPosterior


@dataclass(frozen=True, slots=True)
class AbsentObjective:
    """In the place of a study's objective, which a store does not hold.

    Attributes:
        name: Of the objective's class, or of the function.
        words: What the study remembers of it.
        settings: Those of the first trial: by which the objective may have had it tried.
        fidelities: How far its trainings go, where that is known from the strategy.
    """

    name: str
    words: Mapping[str, str]
    settings: Settings = ()
    fidelities: Fidelities | None = None

    def __repr__(self) -> str:
        return f"{type(self).__name__}({cut(self.said, 170)})"

    @property
    def said(self) -> str:
        """The objective in words."""
        told = ", ".join(f"{name} {said}" for name, said in self.words.items())
        return f"{self.name} ({cut(told, 300)})" if told else self.name

    @property
    def epochs(self) -> int | None:
        """How many a training has, if the study remembers that."""
        said = self.words.get("epochs", "")
        return int(said) if said.isdecimal() else None

    def own_settings(self, space: Any) -> Settings:  # noqa: ANN401
        """As in the first trial, for which a strategy asks for them."""
        return self.settings

    def fingerprint(self) -> dict[str, str]:
        """What the study remembers."""
        return dict(self.words)

    def __call__(
        self, architecture: Architecture, seed: int = 0, epochs: int | None = None
    ) -> NoReturn:
        """Nothing can be evaluated.

        Raises:
            SearchError: Always.
        """
        raise SearchError(f"expected the objective {self.said}, which no store holds")


@dataclass(frozen=True, slots=True)
class AbsentStrategy:
    """In the place of a strategy that cannot propose again what it did.

    Attributes:
        why: Why, and what to do.
        strategy: The one whose model can still be asked; `None` where there is none.
    """

    why: str
    strategy: Any = None
    several = True

    def __repr__(self) -> str:
        return f"{type(self).__name__}({cut(self.why, 180)})"

    def posterior(self, observations: Observations) -> ModelPosterior | None:
        """The model of the strategy, where it could be made again; else `None`."""
        model = getattr(self.strategy, "posterior", None)
        found: ModelPosterior | None = None if model is None else model(observations)
        return found

    def propose(
        self,
        space: SearchSpace,
        observations: Observations,
        pending: Sequence[Architecture],
        n: int,
        rng: np.random.Generator,
    ) -> Proposal:
        """Nothing can be proposed.

        Raises:
            SearchError: Always.
        """
        raise SearchError(self.why)
