"""The classes of nbnas that a study remembers by name, and what it wrote of their arguments.

Only these are ever made from a store, by their own constructors with checked arguments: no code
that is in the file runs, and nothing is unpickled.
"""

import ast
from collections.abc import Callable, Mapping
from typing import Any

from gpytorch.kernels import AdditiveKernel, ProductKernel, ScaleKernel

from nbnas.errors import NbnasError, StoreError, shown
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.distances.edit.distance import EditDistance
from nbnas.graphs.distances.hamming import HammingDistance
from nbnas.graphs.distances.otmann.distance import OtmannDistance
from nbnas.graphs.distances.otmann.mismatch import MismatchTable
from nbnas.graphs.distances.path import PathDistance
from nbnas.graphs.distances.rank import RankDistance
from nbnas.graphs.distances.weisfeiler_lehman import WeisfeilerLehmanDistance
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.graphs.spaces.chain.space import ChainSpace
from nbnas.graphs.spaces.choice.options import Choice
from nbnas.graphs.spaces.choice.space import ChoiceSpace
from nbnas.graphs.spaces.cnn.space import CnnSpace
from nbnas.graphs.spaces.dag.space import DagSpace
from nbnas.graphs.spaces.darts.space import DartsSpace
from nbnas.graphs.spaces.joint.categorical import Categorical
from nbnas.graphs.spaces.joint.integer import Integer
from nbnas.graphs.spaces.joint.real import Real
from nbnas.graphs.spaces.joint.space import JointSpace
from nbnas.graphs.spaces.recurrent.space import RecurrentSpace
from nbnas.records import Fidelities, Measure
from nbnas.search.maximizers.ascent import LocalAscent
from nbnas.search.maximizers.evolutionary import Evolutionary
from nbnas.search.maximizers.exhaustive import Automatic, Exhaustive
from nbnas.search.maximizers.joint import Alternating
from nbnas.search.maximizers.pool import RandomPool
from nbnas.search.pending import Fantasies, KrigingBeliever, LocalPenalization
from nbnas.search.strategies.bayesian import BayesianOptimization
from nbnas.search.strategies.evolution import RegularizedEvolution
from nbnas.search.strategies.local_search import LocalSearch
from nbnas.search.strategies.random import RandomSearch
from nbnas.search.strategies.reinforce import Reinforce
from nbnas.search.strategies.schedulers.asha import Asha
from nbnas.search.strategies.schedulers.hyperband import Hyperband
from nbnas.search.strategies.schedulers.median import MedianStopping
from nbnas.search.strategies.schedulers.successive_halving import SuccessiveHalving
from nbnas.search.strategies.tpe import Tpe
from nbnas.search.strategies.vizier.strategy import Vizier
from nbnas.surrogate.acquisition.entropy import MaxValueEntropy
from nbnas.surrogate.acquisition.improvement import (
    ExpectedImprovement,
    GrowingUpperConfidenceBound,
    LogExpectedImprovement,
    ProbabilityOfImprovement,
    UpperConfidenceBound,
)
from nbnas.surrogate.acquisition.knowledge_gradient import KnowledgeGradient
from nbnas.surrogate.acquisition.noisy import NoisyExpectedImprovement
from nbnas.surrogate.acquisition.per_second import ImprovementPerSecond
from nbnas.surrogate.acquisition.scalarized import ParEgo
from nbnas.surrogate.acquisition.thompson import IndependentThompsonSampling, ThompsonSampling
from nbnas.surrogate.ensemble.encoding import OperationEncoding, PathEncoding
from nbnas.surrogate.ensemble.prior import Ensemble
from nbnas.surrogate.half_ranks import HalfRanks
from nbnas.surrogate.kernels.distance import DistanceKernel, SquaredDistanceKernel
from nbnas.surrogate.kernels.settings import SettingsKernel
from nbnas.surrogate.kernels.weisfeiler_lehman import WeisfeilerLehmanKernel
from nbnas.surrogate.negative_log_error import NegativeLogError
from nbnas.surrogate.normal_scores import NormalScores
from nbnas.surrogate.process.prior import GaussianProcess
from nbnas.surrogate.sizes.seconds import SecondsModel
from nbnas.surrogate.standardized import Standardized

_SPACES = (CellSpace, ChainSpace, ChoiceSpace, CnnSpace, DagSpace, DartsSpace, JointSpace)
_DISTANCES = (EditDistance, HammingDistance, OtmannDistance, PathDistance, RankDistance)
_KERNELS = (AdditiveKernel, ProductKernel, ScaleKernel, DistanceKernel, SquaredDistanceKernel)
_STRATEGIES = (BayesianOptimization, RegularizedEvolution, LocalSearch, RandomSearch, Reinforce)
_SCHEDULERS = (Asha, Hyperband, MedianStopping, SuccessiveHalving)
_IMPROVEMENTS = (ExpectedImprovement, LogExpectedImprovement, ProbabilityOfImprovement)
_BOUNDS = (GrowingUpperConfidenceBound, UpperConfidenceBound)
_OF_POSTERIORS = (KnowledgeGradient, MaxValueEntropy, NoisyExpectedImprovement)
_THOMPSON = (IndependentThompsonSampling, ThompsonSampling)
_WARPS = (HalfRanks, NegativeLogError, NormalScores, Standardized)
KNOWN: Mapping[str, type[Any]] = {
    one.__name__: one
    for one in (
        *(*_SPACES, RecurrentSpace, Choice, Categorical, Integer, Real, Architecture, Measure),
        *(*_DISTANCES, WeisfeilerLehmanDistance, MismatchTable, Fidelities),
        *(*_KERNELS, SettingsKernel, WeisfeilerLehmanKernel, GaussianProcess, Ensemble),
        *(*_STRATEGIES, *_SCHEDULERS, Tpe, Vizier),
        *(*_IMPROVEMENTS, *_BOUNDS, *_OF_POSTERIORS, *_THOMPSON, ImprovementPerSecond, ParEgo),
        *(LocalAscent, Evolutionary, Automatic, Exhaustive, Alternating, RandomPool),
        *(Fantasies, KrigingBeliever, LocalPenalization, OperationEncoding, PathEncoding),
        *(*_WARPS, SecondsModel),
    )
}
"""By name."""
LONGEST = 1_000_000  # characters of one setting
_NUMBERS = {"inf": float("inf"), "nan": float("nan")}


class Unreadable(StoreError):
    """What a study remembers cannot be made again from it; the message says what and why."""


def read(text: str) -> Any:  # noqa: ANN401
    """A value from how it was written: numbers, texts, sequences, and calls of `KNOWN` classes.

    Args:
        text: Such as `"(5, 60)"` or `"Choice(options=(2, 4), ordered=True)"`.

    Returns:
        The value.

    Raises:
        Unreadable: If it is anything else.
    """
    if len(text) > LONGEST:
        raise Unreadable(f"{len(text):,} characters, of which {text[:60]!r} are the first")
    try:
        return _value(ast.parse(text.strip(), mode="eval").body)
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError) as error:
        if isinstance(error, NbnasError):
            raise
        raise Unreadable(f"{shown(text)}, which is no value") from error


def make(cls: Callable[..., Any], *given: Any, **named: Any) -> Any:  # noqa: ANN401
    """Call a constructor.

    Raises:
        Unreadable: If it does not take these arguments; another nbnas may have written them.
    """
    try:
        return cls(*given, **named)
    except (TypeError, AttributeError, NbnasError) as error:  # gpytorch asks its arguments
        if isinstance(error, Unreadable):
            raise
        name = getattr(cls, "__name__", "")
        raise Unreadable(f"{name} with arguments that it does not take: {error}") from error


def _value(node: ast.expr) -> Any:  # noqa: ANN401
    match node:
        case ast.Constant(value=value):
            return value
        case ast.Tuple(elts=parts):
            return tuple(map(_value, parts))
        case ast.List(elts=parts):
            return list(map(_value, parts))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand)
        case ast.Name(id=name) if name in _NUMBERS:
            return _NUMBERS[name]
        case ast.Call(func=ast.Attribute(value=ast.Name(id="MismatchTable"), attr="default")):
            return MismatchTable.default()
        case ast.Call(func=ast.Name(id=name), args=args, keywords=keywords) if name in KNOWN:
            named = {str(keyword.arg): _value(keyword.value) for keyword in keywords}
            options = named.pop("options", ()) if KNOWN[name] is Categorical else ()
            return make(KNOWN[name], *map(_value, args), *options, **named)
    raise Unreadable(f"{shown(ast.unparse(node))}, which is none of nbnas' own")
