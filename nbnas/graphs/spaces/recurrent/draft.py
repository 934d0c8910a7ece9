"""Random recipes of recurrent cells, drawn as NAS-Bench-NLP's generator does.

Notation
    K       number of hidden states
    draft   a random recipe, without what counts for no hidden state; perhaps invalid

References:
    Klyuchnikov et al., NAS-Bench-NLP: Neural Architecture Search Benchmark for Natural Language
    Processing, IEEE Access 10, 2022, section 3 (the generator).
"""

from collections.abc import Sequence

import numpy as np

from nbnas.graphs.spaces.recurrent.edits import NEW, inserted
from nbnas.graphs.spaces.recurrent.recipe import (
    ACTIVATIONS,
    ARITY,
    BLEND,
    LINEAR,
    PROD,
    SUM,
    Node,
    Recipe,
    fault,
    inputs,
    is_state,
    renamed,
)

DRAFTS = 200  # of which 66, 19 and 8 % are valid for K = 1, 2 and 3 and 2 to 24 nodes
_MAIN = (LINEAR, LINEAR, LINEAR, BLEND, PROD, SUM)  # weights 3 : 1 : 1 : 1


def draw_recipe(rng: np.random.Generator, states: int, nodes: tuple[int, int]) -> Recipe:
    """Draw a valid recipe; `RecurrentSpace.sample` documents how.

    Args:
        rng: The generator.
        states: K, at most the most nodes.
        nodes: The fewest and the most nodes.

    Returns:
        The recipe.
    """
    fewest, most = max(nodes[0], states), nodes[1]
    for _ in range(DRAFTS):
        recipe = _draft(rng, states, int(rng.integers(fewest, most + 1)))
        if len(recipe) >= fewest and not _is_shortcut(recipe) and fault(recipe) is None:
            return recipe
    return _grown(rng, states, int(rng.integers(fewest, most + 1)))


def _draft(rng: np.random.Generator, states: int, size: int) -> Recipe:
    """A random recipe of up to `size` nodes, perhaps invalid, without what counts for nothing."""
    nodes: dict[str, Node] = {}
    hidden = [f"h_prev_{k}" for k in range(states)]
    active = ["x", *hidden]  # what a linear may read
    while len(nodes) < size:
        name, word = f"node_{len(nodes)}", _MAIN[rng.integers(len(_MAIN))]
        if word == LINEAR:
            nodes[name] = Node(LINEAR, _some(rng, active, 3 if rng.random() < 0.2 else 2))
            if len(nodes) < size:
                active.append(f"node_{len(nodes)}")
                nodes[active[-1]] = Node(ACTIVATIONS[rng.integers(len(ACTIVATIONS))], (name,))
        elif len(sources := [*hidden, *nodes]) >= (arity := ARITY[word][0]):
            nodes[name] = Node(word, _some(rng, sources, arity))
    ends = _some(rng, list(nodes), states)
    return _live(renamed(nodes, {name: f"h_new_{k}" for k, name in enumerate(ends)}))


def _some(rng: np.random.Generator, names: Sequence[str], n: int) -> tuple[str, ...]:
    """Up to `n` different names, in random order."""
    return tuple(names[i] for i in rng.permutation(len(names))[:n])


def _live(recipe: Recipe) -> Recipe:
    """The nodes that count for a hidden state."""
    live = set(filter(is_state, recipe))
    todo = list(live)
    while todo:
        new = {s for s in recipe[todo.pop()].sources if s in recipe} - live
        live |= new
        todo += new
    return {name: node for name, node in recipe.items() if name in live}


def _is_shortcut(recipe: Recipe) -> bool:
    """Whether a new hidden state reads a previous one directly."""
    previous = set(inputs(recipe)[1:])
    return any(previous & set(recipe[name].sources) for name in filter(is_state, recipe))


def _grown(rng: np.random.Generator, states: int, size: int) -> Recipe:
    """A chain of linears, one for each hidden state, with nodes put in at random."""
    recipe: Recipe = {
        f"h_new_{k}": Node(LINEAR, (f"h_prev_{k}", f"h_new_{k - 1}" if k else "x"))
        for k in range(states)
    }
    while len(recipe) < size:
        longer = tuple(inserted(recipe))
        choice = longer[rng.integers(len(longer))]
        if fault(choice) is None:
            recipe = renamed(choice, {NEW: f"node_{len(recipe)}"})
    return recipe
