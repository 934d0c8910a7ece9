"""Recipes of recurrent cells: the form in which NAS-Bench-NLP writes them.

Notation
    x              what the cell reads at this step; as it has a size of its own, only "linear"
                   may read it
    h_prev_k       hidden state k before the step
    h_new_k        the node that is hidden state k after it; h_new_0 is what the cell puts out
    inputs         x and the h_prev_k
    recipe         name -> Node(operation, sources): a node computes its operation of its sources,
                   which are inputs or nodes
    blend(g, a, b) g·a + (1 - g)·b, the one operation with an order of sources

References:
    Klyuchnikov et al., NAS-Bench-NLP: Neural Architecture Search Benchmark for Natural Language
    Processing, IEEE Access 10, 2022; github.com/fmsnew/nas-bench-nlp-release.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import cast

from nbnas.errors import ArchitectureError

LINEAR = "linear"
BLEND = "blend"
SUM = "elementwise_sum"
PROD = "elementwise_prod"
TANH = "activation_tanh"
SIGM = "activation_sigm"
LEAKY = "activation_leaky_relu"
ACTIVATIONS = (TANH, SIGM, LEAKY)
ARITY: Mapping[str, tuple[int, int]] = MappingProxyType(
    {
        LINEAR: (1, 3),
        BLEND: (3, 3),
        SUM: (2, 3),
        PROD: (2, 3),
        **dict.fromkeys(ACTIVATIONS, (1, 1)),
    }
)
"""The operations, each with the fewest and most sources that it takes."""

_STATE = re.compile(r"h_new_(0|[1-9][0-9]{0,3})")
_INPUT = re.compile(r"x|h_prev_[0-9]+")


@dataclass(frozen=True, slots=True)
class Node:
    """A node of a recipe.

    Attributes:
        operation: A key of `ARITY`.
        sources: Names of the inputs and nodes that it reads; in an order for a blend only.
    """

    operation: str
    sources: tuple[str, ...]


Recipe = Mapping[str, Node]


def is_state(name: str) -> bool:
    """Whether a node's name says that it is a new hidden state."""
    return _STATE.fullmatch(name) is not None


def inputs(recipe: Recipe) -> tuple[str, ...]:
    """The inputs of a recipe: x, and one previous hidden state for each new one."""
    return ("x", *(f"h_prev_{k}" for k in range(sum(map(is_state, recipe)))))


def read_recipe(text: str) -> Recipe:
    """Read a recipe from its JSON, with the names that it uses.

    Args:
        text: Such as '{"f":{"op":"linear","input":["x","h_prev_0"]},
            "h_new_0":{"op":"activation_tanh","input":["f"]}}'.

    Returns:
        The recipe; `fault` finds none.

    Raises:
        ArchitectureError: If it is no recipe; the message says which node and what.
    """
    try:
        entries = json.loads(text, object_pairs_hook=_no_doubles)
    except ArchitectureError:
        raise
    except (ValueError, TypeError, RecursionError) as error:
        raise ArchitectureError(f"expected the JSON of a recipe: {error!s:.200}") from error
    if not isinstance(entries, dict):
        raise ArchitectureError(f"expected a JSON object of nodes, got {entries!r:.80}")
    recipe = {name: _read_node(name, entry) for name, entry in entries.items()}
    if message := fault(recipe):
        raise ArchitectureError(message)
    return recipe


def _no_doubles(pairs: list[tuple[str, object]]) -> dict[str, object]:
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names):
        double = next(name for name in names if names.count(name) > 1)
        raise ArchitectureError(f"expected different names, got {double!r:.80} twice")
    return dict(pairs)


def _read_node(name: str, entry: object) -> Node:
    match entry:
        case {"op": str(operation), "input": list(sources), **more} if not more:
            if all(isinstance(source, str) for source in sources):
                return Node(operation, tuple(cast(list[str], sources)))
    raise ArchitectureError(
        f'node {name!r:.80}: expected {{"op": operation, "input": [names]}}, got {entry!r:.80}'
    )


def write_recipe(recipe: Recipe) -> str:
    """A recipe as one line of JSON, in the benchmark's form."""
    entries = {
        name: {"op": node.operation, "input": node.sources} for name, node in recipe.items()
    }
    return json.dumps(entries, separators=(",", ":"))


def fault(recipe: Recipe) -> str | None:
    """The first fault of a recipe in words, or `None` if it is valid.

    Every node takes as many different, known sources as its operation allows; no circle; the
    hidden states are numbered from 0; every input and every node counts for a hidden state.
    """
    return next(_faults(recipe), None)


def _faults(recipe: Recipe) -> Iterator[str]:
    for k in range(max(sum(map(is_state, recipe)), 1)):
        if f"h_new_{k}" not in recipe:
            yield f"expected hidden states h_new_0, h_new_1, …; h_new_{k} is missing"
    known = {*inputs(recipe), *recipe}
    for name, node in recipe.items():
        for message in _node_faults(name, node, known):
            yield f"node {name!r:.80}: {message}"
    if circle := _circle(recipe):
        way = " <- ".join((*circle, circle[0]))
        yield f"node {circle[0]!r:.80}: it reads its own result, {way:.200}"
    read = {source for node in recipe.values() for source in node.sources}
    for name in inputs(recipe):
        if name not in read:
            yield f"expected every input to be read, but no node reads {name!r}"
    for name in recipe:
        if name not in read and not is_state(name):
            yield f"node {name!r:.80}: nobody reads it and it is no hidden state; remove it"


def _node_faults(name: str, node: Node, known: set[str]) -> Iterator[str]:
    if _INPUT.fullmatch(name):
        yield "this is the name of an input; choose another"
    if node.operation not in ARITY:
        yield f"unknown operation {node.operation!r:.80}; allowed: {', '.join(ARITY)}"
    fewest, most = ARITY[node.operation]
    if not fewest <= len(node.sources) <= most:
        expected = str(fewest) if fewest == most else f"{fewest} to {most}"
        yield f"{node.operation} takes {expected} inputs, got {len(node.sources)}"
    for i, source in enumerate(node.sources):
        if source not in known:
            yield f"unknown input {source!r:.80}; expected x, h_prev_k with an h_new_k, or a node"
        if source in node.sources[:i]:
            yield f"expected different inputs, got {source!r:.80} twice"
    if "x" in node.sources and node.operation != LINEAR:
        yield f"{node.operation} cannot read x, which has another size; pass it through a linear"


def depths(recipe: Recipe) -> dict[str, int]:
    """The longest way, in nodes, from an input to each node; 0 for inputs.

    What is on a circle, or reads from one, is left out.
    """
    found = dict.fromkeys(inputs(recipe), 0)
    left = dict(recipe)
    while ready := [name for name in left if found.keys() >= set(left[name].sources)]:
        for name in ready:
            found[name] = 1 + max(found[source] for source in left.pop(name).sources)
    return found


def _circle(recipe: Recipe) -> list[str]:
    """Nodes that read each other in a circle, each followed by one that it reads; or none."""
    free = depths(recipe)
    stuck = {name: node for name, node in recipe.items() if name not in free}
    way: list[str] = []
    name = next(iter(stuck), None)
    while name is not None and name not in way:
        way.append(name)
        name = next(source for source in stuck[name].sources if source not in free)
    return way[way.index(name) :] if name is not None else []


def renamed(recipe: Recipe, names: Mapping[str, str]) -> dict[str, Node]:
    """The recipe with nodes renamed wherever they occur; names not mapped stay."""
    return {
        names.get(name, name): Node(node.operation, tuple(names.get(s, s) for s in node.sources))
        for name, node in recipe.items()
    }
