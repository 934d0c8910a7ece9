"""Architectures as rows of integers, so that distances can compare many at once.

Notation
    V      number of vertices of the larger graphs; smaller ones are padded with absent vertices
    codes  `(V + V²,)` integers: the vertex labels, then the V × V operations of the edges, row by
           row; 0 = absent, also for the zero operation
"""

import functools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nbnas.graphs.architecture import ZERO, Architecture

Codes = NDArray[np.int16]


def encode_all(architectures: Sequence[Architecture], vertices: int) -> Codes:
    """Codes `(n, V + V²)` of `n` architectures of at most V vertices."""
    return np.stack([encode(a, vertices) for a in architectures])


@functools.lru_cache(maxsize=65_536)
def encode(a: Architecture, vertices: int) -> Codes:
    """Codes `(V + V²,)`; the output moves to the last place, absent vertices stand before it."""
    last, moved = len(a.nodes) - 1, vertices - 1
    labels = np.zeros(vertices, dtype=np.int16)
    adjacency = np.zeros((vertices, vertices), dtype=np.int16)
    for v, label in enumerate(a.nodes):
        labels[moved if v == last else v] = _code(label)
    for source, target, operation in a.edges:
        adjacency[source, moved if target == last else target] = _code(operation)
    codes = np.concatenate([labels, adjacency.ravel()])
    codes.setflags(write=False)
    return codes


def word_of(code: int) -> str:
    """The label or operation that a code stands for; empty for 0."""
    return _WORDS[code]


_WORDS = [""]
_CODES = {"": 0, ZERO: 0}


def _code(word: str) -> int:
    """A number for a label or operation, the same for the same word within this process."""
    if word not in _CODES:
        _CODES[word] = len(_WORDS)
        _WORDS.append(word)
    return _CODES[word]
