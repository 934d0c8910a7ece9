"""The words for search spaces and kernels that notebook parameters use, and what goes together."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from heapq import nlargest
from typing import Any

from nbnas import benchmarks
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.distances.edit.distance import EditDistance
from nbnas.graphs.distances.hamming import HammingDistance
from nbnas.graphs.distances.otmann.distance import OtmannDistance
from nbnas.graphs.space import SearchSpace
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.graphs.spaces.chain.space import ChainSpace
from nbnas.graphs.spaces.cnn.space import CnnSpace
from nbnas.graphs.spaces.dag.space import DagSpace
from nbnas.graphs.spaces.darts.space import DartsSpace
from nbnas.graphs.spaces.recurrent.space import RecurrentSpace, gru, lstm, rnn
from nbnas.notebook.data import Kind
from nbnas.notebook.own import is_own, own_space
from nbnas.notebook.recipes import MULTIPLY_ADDS
from nbnas.surrogate.kernels.architecture import Kernel
from nbnas.surrogate.kernels.distance import DistanceKernel
from nbnas.surrogate.kernels.weisfeiler_lehman import WeisfeilerLehmanKernel

KERNELS: Mapping[str, Callable[[], Kernel]] = {
    "wl+hamming": lambda: WeisfeilerLehmanKernel() + DistanceKernel(HammingDistance()),
    "wl+edit": lambda: WeisfeilerLehmanKernel() + DistanceKernel(EditDistance()),
    "wl+otmann": lambda: WeisfeilerLehmanKernel() + DistanceKernel(OtmannDistance()),
    "wl": WeisfeilerLehmanKernel,
    "hamming": lambda: DistanceKernel(HammingDistance()),
    "edit": lambda: DistanceKernel(EditDistance()),
    "otmann": lambda: DistanceKernel(OtmannDistance()),
}
DARTS = "darts"  # the word of its space and of its skeleton
OF_CELLS = ("wl+hamming", "wl+edit", "wl", "hamming", "edit")
OF_LAYERS = ("wl+hamming", "wl+otmann", "wl", "hamming", "otmann")
OF_RECURRENT = ("wl+hamming", "wl", "hamming")
OF_GENOTYPES = ("wl+hamming", "wl", "hamming")


@dataclass(frozen=True, slots=True)
class Offer:
    """A search space that has a word.

    Attributes:
        reads: What its networks read.
        kernels: The words of the kernels that suit it, the usual one first.
        make: From the shape `(C, H, W)` of the pictures and the number of classes, or `None` where
            there are none, to the space.
    """

    reads: Kind
    kernels: tuple[str, ...]
    make: Callable[[tuple[int, int, int] | None, int], SearchSpace]


def _chain(shape: tuple[int, int, int] | None, classes: int) -> SearchSpace:
    if shape is None:
        return ChainSpace(depth=(2, 8))
    return ChainSpace(depth=(2, 8), **_bounds(shape, classes))


def _cnn(shape: tuple[int, int, int] | None, classes: int) -> SearchSpace:
    return CnnSpace() if shape is None else CnnSpace(**_bounds(shape, classes))


def _bounds(shape: tuple[int, int, int], classes: int) -> dict[str, Any]:
    colors, height, width = shape
    bounds = {"colors": colors, "classes": classes, "max_multiply_adds": MULTIPLY_ADDS}
    return {"image_size": min(height, width), **bounds}


SPACES: Mapping[str, Offer] = {
    "cells": Offer("pictures", OF_CELLS, lambda shape, classes: CellSpace()),
    "dag": Offer("pictures", OF_CELLS, lambda shape, classes: DagSpace()),
    "chain": Offer("pictures", OF_LAYERS, _chain),
    "cnn": Offer("pictures", OF_LAYERS, _cnn),
    DARTS: Offer("pictures", OF_GENOTYPES, lambda shape, classes: DartsSpace()),
    "recurrent": Offer("text", OF_RECURRENT, lambda shape, classes: RecurrentSpace()),
}
BEST = 3  # cells of another task to begin with
FIRST: Mapping[str, Callable[[], tuple[Architecture, ...]]] = {
    "cells": lambda: best_on_digits(BEST),
    "recurrent": lambda: (lstm(), gru(), rnn()),
}
"""What a search in a space begins with, where its task is a new one.

References:
    Feurer et al., Initializing Bayesian Hyperparameter Optimization via Meta-Learning, AAAI 2015.
"""
USUAL: Mapping[Kind, str] = {"pictures": "cells", "text": "recurrent"}


def best_on_digits(count: int) -> tuple[Architecture, ...]:
    """The best cells of NAS-Bench-Digits, of which all are known."""
    values, space = benchmarks.digits().values, CellSpace()
    return tuple(space.parse(text) for text in nlargest(count, values, key=values.__getitem__))


def words_for(kind: Kind) -> tuple[str, ...]:
    """The words of the spaces whose networks read a kind of data."""
    return tuple(word for word, offer in SPACES.items() if offer.reads == kind)


def space_for(word: str, objective: object) -> SearchSpace:
    """The space of a word, or of one's own; one of layers is for the objective's pictures.

    Args:
        word: One of `SPACES`, or a Python file and a name in it.
        objective: What evaluates its architectures.
    """
    if is_own(word):
        return own_space(word)
    data = getattr(objective, "data", None)
    shape = getattr(data, "image_shape", None)
    return SPACES[word].make(shape, getattr(data, "classes", 10))
