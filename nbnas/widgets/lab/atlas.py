"""The architectures that the lab's page knows: each has a key, a name and a place on the map."""

import math
import threading
import time
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nbnas.charts.lab.page import name_of
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.distances.distance import Distance
from nbnas.graphs.distances.embedding import embed
from nbnas.graphs.space import SearchSpace

LARGEST, SMALLEST = 300, 40  # architectures of the space that the map shows
SECONDS = 1.5  # for the distances between them
TRIED = 8  # architectures that tell how long a distance takes
LONGEST = 400  # characters of a text that go to the page


class Atlas(Mapping[Architecture, str]):
    """Gives each architecture a key when it first comes; the first ones are a fixed sample.

    Args:
        space: The search space that the sample is of.
        distance: What places them on the map.

    Attributes:
        sample: The fixed sample, all different.
    """

    def __init__(self, space: SearchSpace, distance: Distance) -> None:
        self._distance = distance
        self._turn = threading.Lock()
        self.sample = _sample(space, distance)
        self._keys = {a: str(number) for number, a in enumerate(self.sample)}
        self._known = list(self.sample)
        self._places: NDArray[np.float64] = np.empty((0, 2))

    def __getitem__(self, architecture: Architecture) -> str:
        """The key of an architecture, which now has one for good."""
        with self._turn:
            key = self._keys.setdefault(architecture, str(len(self._known)))
            if int(key) == len(self._known):
                self._known.append(architecture)
            return key

    def __iter__(self) -> Any:  # noqa: ANN401
        """All architectures that have a key."""
        return iter(tuple(self._known))

    def __len__(self) -> int:
        """Number of keys."""
        return len(self._known)

    def __contains__(self, architecture: object) -> bool:
        """Whether an architecture has a key already."""
        return architecture in self._keys

    def get(self, architecture: Architecture, default: Any = None) -> Any:  # noqa: ANN401
        """As `self[architecture]`: there is a key for each."""
        return self[architecture]

    def add(self, architectures: Iterable[Architecture]) -> None:
        """Give keys to several."""
        for architecture in architectures:
            self[architecture]

    def find(self, key: str) -> Architecture | None:
        """The architecture of a key that came from the page."""
        number = int(key) if key.isdecimal() else -1
        return self._known[number] if 0 <= number < len(self._known) else None

    def places(self) -> tuple[tuple[Architecture, ...], NDArray[np.float64]]:
        """All architectures in the order of their keys, and their places `(n, 2)`."""
        known = tuple(self._known)
        if len(known) != len(self._places):
            self._places = embed(known, self._distance, landmarks=len(self.sample)).positions
        return known, self._places

    def names(self) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
        """What the page is told of the sample, and of the others."""
        known, first = tuple(self._known), len(self.sample)
        return _named(known[:first]), _named(known[first:])


def _named(architectures: Iterable[Architecture]) -> dict[str, list[str]]:
    each = tuple(architectures)
    return {
        "names": [name_of(a) for a in each],
        "texts": [shorten(str(a), LONGEST) for a in each],
    }


def shorten(text: str, length: int) -> str:
    """A text of so many characters at most."""
    return text if len(text) <= length else text[: length - 1] + "…"


def _sample(space: SearchSpace, distance: Distance) -> tuple[Architecture, ...]:
    """Different architectures, drawn with a seed of their own: fewer for a slow distance."""
    tried = tuple(dict.fromkeys(space.sample(0, TRIED)))
    distance.matrix(tried[:1], tried)
    began = time.perf_counter()
    distance.matrix(tried, tried)
    each = (time.perf_counter() - began) / max(len(tried) ** 2, 1)
    size = min(LARGEST, max(SMALLEST, int(math.sqrt(SECONDS / max(each, 1e-9)))))
    return tuple(dict.fromkeys(space.sample(0, size)))
