"""An ensemble of networks as the model of the measure: where they disagree, it is uncertain.

Notation
    M          number of members
    n, p       number of evaluated architectures and of inputs
    z          warped values `(n,)`, z = w(y)

The members minimise the mean squared error of z. BANANAS minimises the mean absolute error of the
accuracy relative to its distance from a lower bound, so that good architectures are told apart
well; here the warp sees to that, and the square goes with the normal distribution of the rest.

References:
    White, Neiswanger and Savani, BANANAS: Bayesian Optimization with Neural Architectures for
    Neural Architecture Search, AAAI 2021.
"""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from nbnas.brief import ADDED, brief, changed
from nbnas.checks import FLAG, SEED, TEXT, Rule, each, instance, real, settle, whole
from nbnas.errors import ObservationError, SettingError
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.space import SPACE, SearchSpace
from nbnas.graphs.spaces.joint.box import Box
from nbnas.graphs.spaces.joint.space import JointSpace
from nbnas.kept import Kept
from nbnas.records.observations import OBSERVATIONS, Observations
from nbnas.surrogate.ensemble.encoding import (
    ENCODING,
    Encoding,
    OperationEncoding,
    Word,
    common_words,
    encode,
)
from nbnas.surrogate.ensemble.perceptron import Perceptrons, trained, untrained
from nbnas.surrogate.ensemble.posterior import EnsemblePosterior
from nbnas.surrogate.kernels.settings import SettingsEncoding
from nbnas.surrogate.normal_scores import NormalScores
from nbnas.surrogate.table import TABLE, ArchitectureTable
from nbnas.surrogate.warp import WARP, Warp, fit_warp
from nbnas.undisturbed import undisturbed

POSTERIORS = 8  # that an ensemble keeps
_WORDS = each(each(TEXT))
_BOX: Rule[Box] = instance(Box, "space.box of a JointSpace")


def _numbers(dimensions: int) -> Rule[Tensor]:
    return Rule(
        f"a floating tensor of {dimensions} dimensions",
        lambda x: isinstance(x, Tensor) and x.is_floating_point() and x.ndim == dimensions,
        lambda x: x,
    )


_vector, _matrix = _numbers(1), _numbers(2)


@dataclass(frozen=True, slots=True)
class Ensemble:
    """Networks with random starts, trained on the warped measure; a model like `GaussianProcess`.

    With `encoding=PathEncoding(), subsample=False, layers=10, width=20` it has the inputs and the
    shape of BANANAS' own. The default ranks the architectures of NAS-Bench-201 better.

    Args:
        members: Number of networks M.
        encoding: Which words of an architecture are the inputs.
        warp: How the measure is warped before it is modelled.
        subsample: Whether each member leaves out its own M-th part of the evaluations. They
            disagree more then, which brings the spread closer to the error on new architectures.
        inputs: Most inputs: the words that most evaluated architectures have. Others do not count.
        width: Number of units in a hidden layer.
        layers: Number of hidden layers.
        epochs: Number of training steps, each on all evaluations.
        learning_rate: Learning rate of AdamW, which falls linearly to 0.
        weight_decay: Decoupled weight decay, as a multiple of the learning rate.
        seed: Seed of the initial weights and of who leaves out what.
        settings: The settings of a `JointSpace`, whose coordinates are inputs beside the words;
            `over(space)` gives it, for which strategies ask themselves.

    Raises:
        SettingError: If a setting is out of its range.

    Example:
        >>> from nbnas.graphs.spaces.cell import CellSpace
        >>> from nbnas.records import Evaluation
        >>> a, b, c = CellSpace().sample(0, 3)
        >>> observations = Observations((Evaluation(a, 0.9), Evaluation(b, 0.8)))
        >>> mean, stddev = Ensemble().condition(observations).predict((c,))
        >>> mean.shape
        (1,)
    """

    members: int = 5
    encoding: Encoding = field(default_factory=OperationEncoding)
    warp: Warp = field(default_factory=NormalScores)
    subsample: bool = True
    inputs: int = 1_000
    width: int = 64
    layers: int = 2
    epochs: int = 150
    learning_rate: float = 0.01
    weight_decay: float = 0.3
    seed: int = 0
    table: ArchitectureTable = field(default_factory=ArchitectureTable, repr=False, compare=False)
    kept: Kept = field(default_factory=lambda: Kept(POSTERIORS), repr=False, compare=False)
    settings: Box | None = field(default=None, metadata=ADDED)

    def __post_init__(self) -> None:
        _check(self)

    @brief
    def __repr__(self) -> str:
        return changed(self)

    def over(self, space: SearchSpace) -> "Ensemble":
        """The ensemble over a space, which decides whether it has to see settings.

        Returns:
            For a `JointSpace` one with its settings, if it has none yet; else the same.
        """
        SPACE("space", space)
        if not isinstance(space, JointSpace) or self.settings is not None:
            return self
        own = ArchitectureTable()
        return dataclasses.replace(self, settings=space.box, table=own, kept=Kept(POSTERIORS))

    def fit(self, observations: Observations) -> "Ensemble":
        """Itself: there is nothing to be fitted before `condition`, which trains the members.

        Raises:
            ObservationError: If there are fewer than two trials.
        """
        if len(OBSERVATIONS("observations", observations)) < 2:
            raise ObservationError(
                f"expected at least 2 trials to fit to, got {len(observations)}"
            )
        return self

    @undisturbed()
    def condition(self, observations: Observations) -> "EnsemblePosterior":
        """Train the members on observations; only these and the settings decide the outcome.

        The last few posteriors are kept, so that asking again is free.

        Args:
            observations: At least one trial; failed ones count as the worst seen value.

        Raises:
            ObservationError: If there are no observations.
        """
        if not len(OBSERVATIONS("observations", observations)):
            raise ObservationError(
                "expected at least one observation, got none; evaluate some first"
            )
        own = dataclasses.replace(self, kept=Kept(POSTERIORS))  # what is kept must not keep `self`
        return self.kept.get((own, observations), lambda: own._condition(observations))

    def _condition(self, observations: Observations) -> EnsemblePosterior:
        warp, z = fit_warp(self.warp, observations)
        architectures = observations.architectures
        words = common_words(self.encoding, architectures, self.inputs)
        networks = self.train(self.inputs_of(architectures, words), torch.from_numpy(z))
        return EnsemblePosterior(self, observations, warp, z, words, networks)

    @undisturbed()
    def train(self, x: Tensor, z: Tensor) -> Perceptrons:
        """Train the members, in single precision: it takes half the time and ranks as well.

        Args:
            x: Inputs `(n, p)`.
            z: Warped values `(n,)`.

        Returns:
            The members in float64; the same for the same inputs, values and settings.
        """
        x, z = _matrix("x", x), _vector("z", z)
        if len(x) != len(z):
            raise SettingError(
                f"expected as many rows of x as values z, got {len(x)} and {len(z)}"
            )
        generator = torch.Generator().manual_seed(self.seed)
        sizes = (x.shape[1], *(self.width,) * self.layers)
        start = untrained(self.members, sizes, generator).to(torch.float32)
        share = torch.ones(self.members, len(z))
        if self.subsample:
            out = torch.randperm(len(z), generator=generator) % self.members
            share[out, torch.arange(len(z))] = 0.0
        networks = trained(
            *(start, x.float(), z.float(), share),
            epochs=self.epochs,
            learning_rate=self.learning_rate,
            weight_decay=self.weight_decay,
        )
        return networks.to(torch.float64)

    def inputs_of(self, architectures: Sequence[Architecture], words: Sequence[Word]) -> Tensor:
        """Inputs `(n, p)` of `n` architectures, for `p` words; those of settings come after.

        Raises:
            ObservationError: If an architecture has settings that the ensemble does not see: they
                would all be taken for one; or lacks one that it sees.
        """
        words = _WORDS("words", words)
        x = torch.from_numpy(encode(self.encoding, words, self.table, architectures))
        if self.settings is None:
            _check_none(architectures)
            return x
        rows = SettingsEncoding(tuple(self.settings.items())).rows(self.table)
        index = self.table.indices(architectures).reshape(-1).long()
        return torch.cat([x, rows[index]], dim=1)


def _check_none(architectures: Sequence[Architecture]) -> None:
    first = next((a for a in architectures if a.settings), None)
    if first is not None:
        raise ObservationError(
            f"expected an ensemble that sees settings such as those of {first}; take "
            "ensemble.over(space) of their JointSpace"
        )


def _check(ensemble: Ensemble) -> None:
    settle(
        ensemble,
        members=whole(2, 1_000),
        encoding=ENCODING,
        warp=WARP,
        subsample=FLAG,
        inputs=whole(1),
        width=whole(1, 10_000),
        layers=whole(1, 1_000),
        epochs=whole(1),
        learning_rate=real(above=0),
        weight_decay=real(0),
        seed=SEED,
        table=TABLE,
        settings=_BOX.optional,
    )
    rate, decay = ensemble.learning_rate, ensemble.weight_decay
    if not decay < 1 / rate:
        raise SettingError(
            "expected a learning_rate above 0 and a weight_decay from 0 that is below its "
            f"inverse, got {rate} and {decay}"
        )
