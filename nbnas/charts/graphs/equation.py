"""A recurrent cell as equations: what its hidden states become, without names of its own.

Notation
    L(x, h)      a linear map of what stands in the parentheses
    g ? a : b    a blend, g·a + (1 - g)·b
    h, h1, h2    the hidden states; h is what the cell puts out
"""

from nbnas.graphs.architecture import Architecture
from nbnas.graphs.spaces.recurrent.graph import recipe_of
from nbnas.graphs.spaces.recurrent.recipe import (
    BLEND,
    LEAKY,
    LINEAR,
    PROD,
    SIGM,
    SUM,
    TANH,
    Recipe,
    inputs,
    is_state,
)

MOST = 240  # letters of a part; of a longer one the end is left out
_DOT = "\N{MIDDLE DOT}"
_NAMES = {TANH: "tanh", SIGM: "\N{GREEK SMALL LETTER SIGMA}", LEAKY: "leaky"}


def equations(architecture: Architecture) -> str:
    """What each hidden state becomes, the output first.

    Args:
        architecture: A recurrent cell.

    Raises:
        ArchitectureError: If it is none.

    Example:
        >>> from nbnas.graphs.spaces.recurrent.space import gru, rnn
        >>> equations(rnn())
        'tanh L(x, h)'
    """
    recipe = recipe_of(architecture)
    parts = {name: _state(name) for name in inputs(recipe)}
    for name in recipe:
        parts[name] = _part(recipe, name, parts)
    states = sorted(filter(is_state, recipe), key=lambda name: int(name.removeprefix("h_new_")))
    first, *others = (parts[name] for name in states)
    said = (f"h{k} = {part}" for k, part in enumerate(others, 1))
    return "; ".join([first, *said])


def _state(name: str) -> str:
    """The name of an input: x, or a hidden state, of which the first has no number."""
    number = name.removeprefix("h_prev_")
    return name if name == "x" else "h" if number == "0" else f"h{number}"


def _part(recipe: Recipe, name: str, parts: dict[str, str]) -> str:
    """One node, with the parts that it reads; no longer than `MOST`."""
    node = recipe[name]
    read = [_named(source, recipe, parts) for source in node.sources]
    if node.operation == LINEAR:
        said = f"L({', '.join(read)})"
    elif node.operation == BLEND:
        gate, on, off = map(_closed, read)
        said = f"{gate} ? {on} : {off}"
    elif node.operation == SUM:
        said = " + ".join(each if "?" not in each else f"({each})" for each in read)
    elif node.operation == PROD:
        said = _DOT.join(map(_closed, read))
    else:
        of = recipe.get(node.sources[0])
        linear = of is not None and of.operation == LINEAR and read[0].startswith("L")
        said = _NAMES[node.operation] + (f" {read[0]}" if linear else f"({read[0]})")
    return said if len(said) <= MOST else said[: MOST - 1] + "\N{HORIZONTAL ELLIPSIS}"


def _named(source: str, recipe: Recipe, parts: dict[str, str]) -> str:
    """What stands for a source: a new hidden state by its name, others as they are."""
    if source in recipe and is_state(source) and source != "h_new_0":
        return f"{_state('h_prev_' + source.removeprefix('h_new_'))}\N{PRIME}"
    return parts[source]


def _closed(part: str) -> str:
    """A part that stays one within a product or a blend."""
    depth, outside = 0, ""
    for letter in part:
        depth += (letter == "(") - (letter == ")")
        outside += letter if not depth else ""
    return f"({part})" if " + " in outside or " ? " in outside else part
