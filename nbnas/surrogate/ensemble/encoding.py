"""Architectures as rows of word counts, the inputs of a neural network.

Notation
    word       something that occurs in an architecture: an operation, a link, a path
    x          `(n, p)`: for each of n architectures and p words log₂(1 + occurrences), so that a
               word that occurs once is 1 and a thousand parallel paths are 10

References:
    White, Neiswanger and Savani, BANANAS: Bayesian Optimization with Neural Architectures for
    Neural Architecture Search, AAAI 2021, section 4 (path encoding and its truncation).
"""

import threading
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, cast

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, vstack

from nbnas.checks import Rule, offering, settle, whole
from nbnas.errors import ArchitectureError
from nbnas.graphs.architecture import ARCHITECTURE, Architecture
from nbnas.graphs.distances.path import MOST_PATHS, paths
from nbnas.graphs.features import OperationGraph, operation_graph
from nbnas.surrogate.table import ArchitectureTable

Array = NDArray[np.float64]
Word = tuple[str, ...]


class Encoding(Hashable, Protocol):
    """Says which words occur in an architecture. Implementations are frozen values."""

    def words(self, architecture: Architecture) -> Mapping[Word, int]:
        """How often each word occurs in an architecture; those that do not are left out."""


ENCODING: Rule[Encoding] = offering("an encoding", "OperationEncoding()", "words")


@dataclass(frozen=True, slots=True)
class PathEncoding:
    """BANANAS' own: which paths from input to output an architecture has, each once.

    Identities are operations like the others, see `nbnas.graphs.distances.path`.

    Args:
        max_length: Only paths of at most this many operations count; `None` counts all.

    Raises:
        SettingError: If `max_length` is no whole number from 0.

    Example:
        >>> from nbnas.graphs.spaces.dag.space import DagSpace
        >>> PathEncoding().words(DagSpace().parse("maxpool3x3|0-1,1-2"))
        {('maxpool3x3',): 1}
    """

    max_length: int | None = None

    def __post_init__(self) -> None:
        settle(self, max_length=whole(0).optional)

    def words(self, architecture: Architecture) -> Mapping[Word, int]:
        """Every path of the architecture, once.

        Raises:
            ArchitectureError: If it has more than 100,000 paths that count.
        """
        ARCHITECTURE("architecture", architecture)
        return dict.fromkeys(paths(architecture, self.max_length), 1)


@dataclass(frozen=True, slots=True)
class OperationEncoding:
    """How often each operation, link and path occurs in the operation graph.

    There identities are contracted and dead ends left out, so that architectures that compute the
    same function mostly have the same words. On NAS-Bench-201 networks rank much better with it
    than with `PathEncoding`, and where every path is unique, as in chains, only it helps.

    Args:
        max_length: Only paths of at most this many operations count; `None` counts all.

    Raises:
        SettingError: If `max_length` is no whole number from 0.

    Example:
        >>> from nbnas.graphs.spaces.dag.space import DagSpace
        >>> words = OperationEncoding().words(DagSpace().parse("maxpool3x3|0-1,1-2"))
        >>> sorted(words, key=len)[:2]
        [('operation', 'maxpool3x3'), ('path', 'maxpool3x3')]
    """

    max_length: int | None = None

    def __post_init__(self) -> None:
        settle(self, max_length=whole(0).optional)

    def words(self, architecture: Architecture) -> Mapping[Word, int]:
        """Its operations, the links from an operation to one that reads it, and its paths.

        Raises:
            ArchitectureError: If it has more than 100,000 paths that count.
        """
        graph = operation_graph(ARCHITECTURE("architecture", architecture))
        found = Counter[Word](("operation", label) for label in graph.labels[1:-1])
        found.update(
            ("link", graph.labels[v], graph.labels[reader])
            for v, readers in enumerate(graph.readers)
            for reader in readers
        )
        return found + _paths(graph, self.max_length)


def common_words(
    encoding: Encoding, architectures: Sequence[Architecture], most: int
) -> tuple[Word, ...]:
    """The words that most of the architectures have, in an order that only those decide.

    Args:
        encoding: What the words are.
        architectures: `n` architectures.
        most: Most words to return.

    Returns:
        Up to `most` words; the ones in more architectures first, of equals in their own order.
    """
    having = Counter(word for a in architectures for word in encoding.words(a))
    return tuple(sorted(having, key=lambda word: (-having[word], word))[:most])


def encode(
    encoding: Encoding,
    words: Sequence[Word],
    table: ArchitectureTable,
    architectures: Sequence[Architecture],
) -> Array:
    """The inputs x `(n, p)` of `n` architectures, for `p` words.

    Args:
        encoding: What the words are.
        words: The words; others are left out.
        table: Keeps the words of every architecture that was asked for.
        architectures: The architectures; a tuple that is passed again is looked up faster.
    """
    numbers = table.indices(architectures).reshape(-1).long().numpy()
    memo = cast(_Words, table.memo.setdefault(encoding, _Words(encoding)))
    return memo.rows(table.architectures, numbers, words)


class _Words:
    """The words of a growing list of architectures. Threads wait for each other."""

    def __init__(self, encoding: Encoding) -> None:
        self.encoding = encoding
        self.vocabulary: dict[Word, int] = {}
        self.matrix = csr_array((0, 0))
        self._lock = threading.Lock()

    def __deepcopy__(self, memo: object) -> "_Words":
        new = _Words(self.encoding)
        with self._lock:
            new.vocabulary, new.matrix = dict(self.vocabulary), self.matrix.copy()
        return new

    def rows(
        self, architectures: list[Architecture], numbers: NDArray[np.int64], words: Sequence[Word]
    ) -> Array:
        """The inputs of the architectures with these numbers."""
        with self._lock:
            self._extend(architectures[self.matrix.shape[0] :])
            columns = [self.vocabulary.setdefault(word, len(self.vocabulary)) for word in words]
            self.matrix.resize((self.matrix.shape[0], len(self.vocabulary)))
            return np.asarray(self.matrix[numbers][:, columns].toarray())

    def _extend(self, new: list[Architecture]) -> None:
        if not new:
            return
        counts = [self.encoding.words(a) for a in new]
        columns = [
            self.vocabulary.setdefault(word, len(self.vocabulary)) for c in counts for word in c
        ]
        values = np.log2(1.0 + np.fromiter((v for c in counts for v in c.values()), np.float64))
        starts = np.cumsum([0, *map(len, counts)])
        shape = (len(new), len(self.vocabulary))
        self.matrix.resize((self.matrix.shape[0], shape[1]))
        rows = csr_array((values, columns, starts), shape=shape)
        self.matrix = csr_array(vstack([self.matrix, rows]))


def _paths(graph: OperationGraph, max_length: int | None) -> Counter[Word]:
    """How often each sequence of operations leads from an input to the output."""
    last = len(graph.labels) - 1
    most = last if max_length is None else max_length
    found = [Counter[Word]() for _ in graph.labels]
    found[0]["path",] = 1
    for v in set(range(1, last)).difference(*graph.readers):
        found[v]["path", graph.labels[v]] = 1  # a further input, such as a hidden state
    for v, readers in enumerate(graph.readers):
        _check_number(len(found[v]))
        for reader in readers:
            step = () if reader == last else (graph.labels[reader],)
            for path, count in found[v].items():
                if len(path) + len(step) <= most + 1:
                    found[reader][path + step] += count
    return found[-1]


def _check_number(count: int) -> None:
    if count > MOST_PATHS:
        raise ArchitectureError(
            f"expected at most {MOST_PATHS:,} paths, got more; give the encoding a max_length"
        )
