"""How large an architecture is, by what can be counted of every one before it is trained.

A size is a name and a number. What they are depends on what the architecture is:

    cells              how often each operation stands in it ("nor_conv_3x3"), and how often on a
                       way from the input to the output ("nor_conv_3x3 in use"): some trainers
                       compute what leads nowhere, others leave it out
    whole networks     how many layers of each kind, and the logarithms of parameters and
                       multiply-adds for a picture of 3×32×32 and ten classes
    named choices      the logarithm of a positive number ("log width"), and each other choice
    settings           in the same way, beside those of the graph ("log batch_size")
"""

import functools
import itertools
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nbnas.graphs.architecture import Architecture
from nbnas.graphs.features import operation_graph
from nbnas.graphs.spaces.counts import counts
from nbnas.graphs.spaces.layer_graph import is_whole_network
from nbnas.graphs.values import Value, is_of_choices, read_label, write

Array = NDArray[np.float64]
Size = tuple[str, float]
REMEMBERED = 1_000  # fewer architectures are counted each time
PICTURE, CLASSES = (3, 32, 32), 10  # for which whole networks are counted


@dataclass(frozen=True, slots=True, eq=False)
class Sizes:
    """The sizes of some architectures as a table.

    Attributes:
        names: What the `p` sizes are called.
        values: `(n, p)`; 0 where an architecture has no such size.
    """

    names: tuple[str, ...]
    values: Array

    def of(self, names: Sequence[str]) -> Array:
        """The columns `(n, len(names))` of some names; 0 for one that nobody has."""
        place = {name: at for at, name in enumerate(self.names)}
        padded = np.column_stack([self.values, np.zeros(len(self.values))])
        return np.asarray(padded[:, [place.get(name, -1) for name in names]])

    def beyond(self, names: Sequence[str]) -> Array:
        """The sum of the squares of all other columns `(n,)`."""
        others = [at for at, name in enumerate(self.names) if name not in set(names)]
        return np.asarray((self.values[:, others] ** 2).sum(axis=1))


def sizes(architectures: Sequence[Architecture]) -> Sizes:
    """The sizes of `n` architectures, names in alphabetical order.

    Those of many, such as all candidates of a space, are counted once: each suggestion asks.
    """
    if len(architectures) >= REMEMBERED:
        return _of_many(tuple(architectures))
    return _counted(architectures)


@functools.lru_cache(maxsize=4)
def _of_many(architectures: tuple[Architecture, ...]) -> Sizes:
    return _counted(architectures)


def _counted(architectures: Sequence[Architecture]) -> Sizes:
    found = [sizes_of(architecture) for architecture in architectures]
    names = sorted({name for each in found for name, _ in each})
    place = {name: at for at, name in enumerate(names)}
    values = np.zeros((len(found), len(names)))
    for row, each in zip(values, found, strict=True):
        for name, number in each:
            row[place[name]] = number
    return Sizes(tuple(names), values)


def sizes_of(architecture: Architecture) -> tuple[Size, ...]:
    """The sizes of one architecture.

    Example:
        >>> from nbnas.graphs.spaces.choice.space import ChoiceSpace
        >>> sizes_of(ChoiceSpace(width=(1, 16), bias=(True, False)).parse("width=1 bias=True"))
        (('log width', 0.0), ('bias=True', 1.0))
    """
    graph = _of_graph(architecture.bare)
    return (*graph, *itertools.starmap(_choice, architecture.settings))


@functools.lru_cache(maxsize=65_536)
def _of_graph(architecture: Architecture) -> tuple[Size, ...]:
    if is_of_choices(architecture.nodes):
        return tuple(_choice(*read_label(label)) for label in architecture.nodes[1:-1])
    if is_whole_network(architecture):
        return (*_kinds(architecture), *_network(architecture))
    return _operations(architecture)


def _choice(name: str, value: Value) -> Size:
    if isinstance(value, int | float) and not isinstance(value, bool) and value > 0:
        return f"log {name}", math.log(value)
    return f"{name}={write(value)}", 1.0


def _kinds(architecture: Architecture) -> tuple[Size, ...]:
    kinds = Counter(label.partition(":")[0] for label in architecture.nodes)
    return tuple((kind, float(number)) for kind, number in kinds.items())


def _network(architecture: Architecture) -> tuple[Size, ...]:
    found = counts(architecture, PICTURE, CLASSES)
    numbers = {"log parameters": found.parameters, "log multiply-adds": found.multiply_adds}
    return tuple((name, math.log(1 + number)) for name, number in numbers.items())


def _operations(architecture: Architecture) -> tuple[Size, ...]:
    stands = Counter(architecture.nodes)
    stands.update(operation for _, _, operation in architecture.edges)
    used = Counter(operation_graph(architecture, identities=True).labels)
    return (
        *((name, float(number)) for name, number in stands.items()),
        *((f"{name} in use", float(number)) for name, number in used.items()),
    )
