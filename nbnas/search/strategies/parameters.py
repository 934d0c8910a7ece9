"""A space as Optuna describes one: parameters by name, each with a distribution; who asks by them.

Notation
    name      of a choice of the space, "choice 0", "choice 1", …; of a setting its own
    params    a value for each name, as Optuna's trials hold them
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from nbnas.graphs.architecture import Architecture
from nbnas.graphs.space import SearchSpace
from nbnas.graphs.spaces.choices import CategoricalSpace, categorical
from nbnas.graphs.spaces.joint.categorical import Categorical
from nbnas.graphs.spaces.joint.dimension import Dimension
from nbnas.graphs.spaces.joint.integer import Integer
from nbnas.graphs.spaces.joint.parts import joint_space
from nbnas.graphs.spaces.joint.real import Real
from nbnas.graphs.spaces.joint.space import JointSpace
from nbnas.records import Observations, Proposal
from nbnas.search.ideas import Idea, propose_new, propose_start

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution


@dataclass(frozen=True, slots=True)
class Parameters:
    """The parameters of a space.

    Attributes:
        graphs: The space of choices that the graphs are of.
        joint: The settings beside them; `None` for architectures alone.
    """

    graphs: CategoricalSpace
    joint: JointSpace | None = None

    @property
    def distributions(self) -> "dict[str, BaseDistribution]":
        """The choices of the graph, and the settings, as Optuna describes them."""
        from optuna.distributions import CategoricalDistribution  # optional, and slow to import

        choices = self.graphs.choices
        own: dict[str, BaseDistribution]
        own = {_name(i): CategoricalDistribution(options) for i, options in enumerate(choices)}
        if self.joint is None:
            return own
        return {**own, **{name: _distribution(each) for name, each in self.joint.box.items()}}

    def params(self, architecture: Architecture) -> dict[str, Any]:
        """What an architecture is, in Optuna's terms."""
        indices = self.graphs.encode(architecture.bare)
        chosen = (options[i] for options, i in zip(self.graphs.choices, indices, strict=True))
        own: dict[str, Any] = {_name(i): option for i, option in enumerate(chosen)}
        if self.joint is None:
            return own
        return own | {n: _param(d, architecture.setting(n)) for n, d in self.joint.box.items()}

    def architecture(self, params: Mapping[str, Any]) -> Architecture:
        """The architecture that some parameters are.

        Raises:
            ArchitectureError: If not every row of choices is an architecture, and this one is not.
        """
        choices = self.graphs.choices
        row = [options.index(params[_name(i)]) for i, options in enumerate(choices)]
        graph = self.graphs.decode(row)
        if self.joint is None:
            return graph
        return self.joint.join(graph, {n: _value(d, params[n]) for n, d in self.joint.box.items()})


class Asking(Protocol):
    """A strategy that asks somebody else's search, after random architectures."""

    @property
    def initial(self) -> int:
        """Number of random architectures at the beginning."""

    @property
    def allow_isomorphic(self) -> bool:
        """Whether another architecture that computes the same counts as new."""


def propose_answers(
    strategy: Asking,
    space: SearchSpace,
    observations: Observations,
    pending: Sequence[Architecture],
    n: int,
    rng: np.random.Generator,
    answers: Callable[[Parameters, int], Iterable[Idea]],
    otherwise: str,
) -> Proposal:
    """Propose random architectures at first, then what somebody else's search answers.

    Args:
        strategy: Who asks.
        space: The search space.
        observations: The evaluations so far.
        pending: What is being evaluated right now.
        n: How many to propose.
        rng: The only source of randomness.
        answers: What is answered for parameters and a seed; what the space does not hold is left
            out.
        otherwise: The reason where no answer is new, and the first one is random.

    Raises:
        SettingError: If the space has other than categorical choices beside its settings.
    """
    parameters = parameters_of(space)
    taken, allow = (*observations.architectures, *pending), strategy.allow_isomorphic
    question = space, observations, pending, n, rng
    start = propose_start(*question, initial=strategy.initial, allow_isomorphic=allow)
    if start is not None:
        return start
    ideas = (i for i in answers(parameters, int(rng.integers(2**31))) if i[0] in space)
    return propose_new(ideas, space, taken, n, rng, allow_isomorphic=allow, otherwise=otherwise)


def parameters_of(space: SearchSpace) -> Parameters:
    """The parameters of a space, or of the one around it.

    Raises:
        SettingError: If its graphs are no choices among options.
    """
    joint = joint_space(space)
    return Parameters(categorical(space if joint is None else joint.graphs), joint)


def _name(choice: int) -> str:
    return f"choice {choice}"


def _distribution(dimension: Dimension) -> "BaseDistribution":
    """A setting as Optuna describes it; one that it does not know by the unit interval."""
    from optuna.distributions import (
        CategoricalDistribution,
        FloatDistribution,
        IntDistribution,
    )

    if isinstance(dimension, Integer):
        return IntDistribution(dimension.low, dimension.high, log=dimension.log)
    if isinstance(dimension, Real):
        return FloatDistribution(dimension.low, dimension.high, log=dimension.log)
    if isinstance(dimension, Categorical):
        return CategoricalDistribution(dimension.options)
    return FloatDistribution(0.0, 1.0)


def _param(dimension: Dimension, value: Any) -> Any:  # noqa: ANN401
    known = isinstance(dimension, Integer | Real | Categorical)
    return value if known else dimension.to_unit(value)


def _value(dimension: Dimension, param: Any) -> Any:  # noqa: ANN401
    """The value of a parameter, where it is a real number the nearest that is written shortly."""
    if isinstance(dimension, Integer | Categorical):
        return dimension.check(param)
    u = dimension.to_unit(param) if isinstance(dimension, Real) else param
    return dimension.from_unit(u)
