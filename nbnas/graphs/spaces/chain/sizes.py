"""How large the network of a chain is, and the smallest one, word by word.

Notation
    state    (side, width): the image has a side of so many pixels and so many channels; or, with
             side `FLAT`, a dense layer gave so many features
    price    what a network costs, a weighted sum of its parameters and multiply-adds
    p(l, s)  the least price of l more layers and the classifier after state s:
             p(0, s) = price of the classifier,   p(l, s) = min over kinds of price + p(l - 1, s')
"""

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from nbnas.graphs.spaces.chain.words import FLAT, KINDS, Word, fault
from nbnas.graphs.spaces.counts import Counts, convolution, dense
from nbnas.graphs.spaces.shapes import CONVOLUTIONS, halve

State = tuple[int, int]
Price = Callable[[Counts], float]


@dataclass(frozen=True, slots=True)
class Widths:
    """The widths of the layers of chains, and of what comes in and goes out.

    Attributes:
        channels: Channels of a convolution.
        units: Units of a dense layer.
        side: Side of the images, in pixels.
        colors: Channels of the images.
        classes: Number of classes.
    """

    channels: int
    units: int
    side: int
    colors: int
    classes: int

    @property
    def start(self) -> State:
        """The state of an image."""
        return self.side, self.colors

    def add(self, state: State, kind: str) -> tuple[State, Counts]:
        """The state after a layer, and the size of the layer."""
        side, width = state
        if kind in CONVOLUTIONS:
            size = convolution(CONVOLUTIONS[kind], width, self.channels, side * side)
            return (side, self.channels), size
        if kind == "dense":
            return (FLAT, self.units), dense(_features(state), self.units)
        return (halve(side) if kind == "pool" else side, width), Counts(0, 0)

    def end(self, state: State) -> Counts:
        """The size of the classifier."""
        return dense(_features(state), self.classes)


def size_of(word: Word, widths: Widths) -> Counts:
    """The size of the network of a valid sequence of kinds."""
    layers, state, parameters, multiply_adds = _layers(widths), widths.start, 0, 0
    for kind in word:
        state, more_parameters, more_multiply_adds = layers[state, kind]
        parameters += more_parameters
        multiply_adds += more_multiply_adds
    return Counts(parameters, multiply_adds) + widths.end(state)


@functools.lru_cache(maxsize=16)
def _layers(widths: Widths) -> dict[tuple[State, str], tuple[State, int, int]]:
    """For each state and kind the state after it, and its parameters and multiply-adds."""
    found = {}
    for state in _reachable(widths):
        for kind in _allowed(state):
            after, size = widths.add(state, kind)
            found[state, kind] = after, size.parameters, size.multiply_adds
    return found


def smallest(depth: int, widths: Widths, price: Price) -> Word:
    """The sequence of so many kinds whose network has the least price.

    Args:
        depth: Number of layers.
        widths: How wide they are.
        price: Of a size; sizes that are added have the sum of their prices.

    Returns:
        The first of the cheapest sequences.
    """
    states = _reachable(widths)
    left = {state: price(widths.end(state)) for state in states}
    choices: list[dict[State, str]] = []
    for _ in range(depth):
        now: dict[State, float] = {}
        best: dict[State, str] = {}
        for state in states:
            options = [(kind, *widths.add(state, kind)) for kind in _allowed(state)]
            costs = {kind: price(size) + left[after] for kind, after, size in options}
            best[state] = min(costs, key=costs.__getitem__)
            now[state] = costs[best[state]]
        left = now
        choices.append(best)
    return tuple(_walk(widths, choices))


def _walk(widths: Widths, choices: list[dict[State, str]]) -> Iterator[str]:
    state = widths.start
    for best in reversed(choices):
        kind = best[state]
        yield kind
        state, _ = widths.add(state, kind)


def _reachable(widths: Widths) -> list[State]:
    found, waiting = [widths.start], [widths.start]
    while waiting:
        state = waiting.pop()
        for kind in _allowed(state):
            after, _ = widths.add(state, kind)
            if after not in found:
                found.append(after)
                waiting.append(after)
    return found


def _allowed(state: State) -> list[str]:
    return [kind for kind in KINDS if fault((kind,), state[0]) is None]


def _features(state: State) -> int:
    side, width = state
    return width if side == FLAT else width * side * side
