"""The edits of a recurrent cell's recipe, kind by kind.

Notation
    recipe   name -> Node(operation, sources), see `nbnas.graphs.spaces.recurrent.recipe`
    NEW      the name of a node that an edit adds; no canonical recipe has it

Each function lists edited recipes; some may be invalid, such as those with a circle or an unread
input: whoever uses them asks `fault`. Each kind undoes itself or another one (`widened` and
`narrowed`, `inserted` and `removed`), so that the valid edits are symmetric.
"""

import itertools
from collections.abc import Callable, Iterator

from nbnas.graphs.spaces.recurrent.recipe import (
    ACTIVATIONS,
    ARITY,
    BLEND,
    LINEAR,
    Node,
    Recipe,
    inputs,
    is_state,
    renamed,
)

NEW = "new"


def swapped(recipe: Recipe) -> Iterator[Recipe]:
    """Another operation that takes as many sources; a blend in each order of them."""
    for name, node in recipe.items():
        for word, (fewest, most) in ARITY.items():
            if word != node.operation and fewest <= len(node.sources) <= most:
                for sources in _orders(word, node.sources):
                    yield {**recipe, name: Node(word, sources)}


def reordered(recipe: Recipe) -> Iterator[Recipe]:
    """Two sources of a blend exchanged."""
    for name, node in recipe.items():
        if node.operation == BLEND:
            g, a, b = node.sources
            for sources in ((a, g, b), (b, a, g), (g, b, a)):
                yield {**recipe, name: Node(BLEND, sources)}


def rewired(recipe: Recipe) -> Iterator[Recipe]:
    """One source of a node replaced by another input or node."""
    for name, node in recipe.items():
        for i, other in itertools.product(range(len(node.sources)), _others(recipe, name)):
            yield {**recipe, name: Node(node.operation, _put(node.sources, i, other))}


def moved(recipe: Recipe) -> Iterator[Recipe]:
    """Another node made hidden state k, or two hidden states exchanged."""
    for state in filter(is_state, recipe):
        for other in recipe:
            if other != state:
                yield renamed(recipe, {state: other, other: state})


def widened(recipe: Recipe) -> Iterator[Recipe]:
    """One more source, where the operation takes it."""
    for name, node in recipe.items():
        if len(node.sources) < ARITY[node.operation][1]:
            for other in _others(recipe, name):
                yield {**recipe, name: Node(node.operation, (*node.sources, other))}


def narrowed(recipe: Recipe) -> Iterator[Recipe]:
    """One source less, where the operation can do without."""
    for name, node in recipe.items():
        if len(node.sources) > ARITY[node.operation][0]:
            for source in node.sources:
                kept = tuple(s for s in node.sources if s != source)
                yield {**recipe, name: Node(node.operation, kept)}


def inserted(recipe: Recipe) -> Iterator[Recipe]:
    """A node of one source put between a node and one that it reads, or before a hidden state."""
    for word in (LINEAR, *ACTIVATIONS):
        for name, node in recipe.items():
            for i, source in enumerate(node.sources):
                between = Node(node.operation, _put(node.sources, i, NEW))
                yield {**recipe, name: between, NEW: Node(word, (source,))}
        for state in filter(is_state, recipe):
            yield {**renamed(recipe, {state: NEW}), state: Node(word, (NEW,))}


def removed(recipe: Recipe) -> Iterator[Recipe]:
    """A node of one source taken out, where only one node or hidden state gets its result."""
    readers = [source for node in recipe.values() for source in node.sources]
    for name, node in recipe.items():
        rest = {other: n for other, n in recipe.items() if other != name}
        source = node.sources[0]
        if len(node.sources) > 1 or readers.count(name) + is_state(name) != 1:
            continue
        if not is_state(name):
            yield renamed(rest, {name: source})
        elif source in recipe and not is_state(source):
            yield renamed(rest, {source: name})


EDITS: tuple[Callable[[Recipe], Iterator[Recipe]], ...] = (
    swapped,
    reordered,
    rewired,
    moved,
    widened,
    narrowed,
    inserted,
    removed,
)
"""The kinds of edits."""


def _orders(word: str, sources: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    return itertools.permutations(sources) if word == BLEND else iter((sources,))


def _others(recipe: Recipe, name: str) -> Iterator[str]:
    """What a node could read beside its sources."""
    taken = {name, *recipe[name].sources}
    return (other for other in (*inputs(recipe), *recipe) if other not in taken)


def _put(sources: tuple[str, ...], i: int, source: str) -> tuple[str, ...]:
    return (*sources[:i], source, *sources[i + 1 :])
