"""Recurrent cells as graphs: a recipe's canonical order and its architecture.

Notation
    color   a class of nodes that look alike so far, see `nbnas.graphs.canonical`
    place   where a value arrives: 1, 2, 3 at a blend (gate, on, off), 0 where order is nothing

As an architecture, a recipe (see `recipe`) has the vertices "x", "h_prev_0", …, one
for each node, labelled by its operation, and "output". An edge carries a value to whoever reads
it. Its label is `LINK`, or `LINK` and the place where it arrives: "link:gate", "link:on" and
"link:off" at a blend, "link:h_new_k" from the node that is hidden state k to "output".

"""

from collections.abc import Sequence

from nbnas.errors import ArchitectureError
from nbnas.graphs.architecture import LINK, Architecture, Edge
from nbnas.graphs.spaces.recurrent.recipe import (
    BLEND,
    Node,
    Recipe,
    depths,
    inputs,
    is_state,
    read_recipe,
    renamed,
    write_recipe,
)

PORTS = ("gate", "on", "off")


def canonical_recipe(recipe: Recipe) -> dict[str, Node]:
    """The same recipe with nodes named node_0, node_1, … and ordered by what they compute.

    Nodes come by depth, and within one by color: colors are refined, and while a class has several
    nodes its first one is set apart. So recipes that differ in names and orders alone become
    equal, except where nodes look alike to refinement but are not exchangeable, which is rare;
    there `renumbered_form` still tells.

    Args:
        recipe: A valid recipe.

    Returns:
        The recipe, in topological order; sources in that order too, except a blend's.
    """
    order = _ordered(recipe)
    inner = [name for name in order if not is_state(name)]
    names = {name: f"node_{i}" for i, name in enumerate(inner)}
    moved = renamed({name: recipe[name] for name in order}, names)
    place = {name: i for i, name in enumerate((*inputs(moved), *moved))}
    return {
        name: node
        if node.operation == BLEND
        else Node(node.operation, tuple(sorted(node.sources, key=place.__getitem__)))
        for name, node in moved.items()
    }


def _ordered(recipe: Recipe) -> list[str]:
    depth = depths(recipe)
    looks = [(0, name, "") for name in inputs(recipe)] + [
        (depth[name], node.operation, name if is_state(name) else "")
        for name, node in recipe.items()
    ]
    ranks = {look: rank for rank, look in enumerate(sorted(set(looks)))}
    edges = _arrows(recipe)
    colors = _refined([ranks[look] for look in looks], edges)
    while len(set(colors)) < len(colors):
        double = min(color for color in set(colors) if colors.count(color) > 1)
        first = colors.index(double)
        colors = _refined([2 * c - (v == first) for v, c in enumerate(colors)], edges)
    names = (*inputs(recipe), *recipe)
    return [
        names[v] for v in sorted(range(len(names)), key=colors.__getitem__) if names[v] in recipe
    ]


def _arrows(recipe: Recipe) -> list[tuple[int, int, int]]:
    """`(source, target, place)` of every edge between inputs and nodes; place 0 if in no order."""
    number = {name: i for i, name in enumerate((*inputs(recipe), *recipe))}
    return [
        (number[source], number[name], (i + 1) * (node.operation == BLEND))
        for name, node in recipe.items()
        for i, source in enumerate(node.sources)
    ]


def _refined(colors: Sequence[int], edges: Sequence[tuple[int, int, int]]) -> list[int]:
    """Split classes by the colors before and after their members until nothing changes."""
    while True:
        seen: list[list[tuple[int, int, int]]] = [[] for _ in colors]
        for source, target, place in edges:
            seen[target].append((0, colors[source], place))
            seen[source].append((1, colors[target], place))
        looks = [(color, sorted(around)) for color, around in zip(colors, seen, strict=True)]
        keys = [(color, tuple(around)) for color, around in looks]
        ranks = {key: rank for rank, key in enumerate(sorted(set(keys)))}
        if len(ranks) == len(set(colors)):
            return [ranks[key] for key in keys]
        colors = [ranks[key] for key in keys]


def architecture_of(recipe: Recipe) -> Architecture:
    """The architecture of a valid recipe; its text is the canonical recipe in one line of JSON."""
    recipe = canonical_recipe(recipe)
    before = inputs(recipe)
    number = {name: i for i, name in enumerate((*before, *recipe))}
    labels = (*before, *(node.operation for node in recipe.values()), "output")
    links = [
        (number[source], number[name], f"{LINK}:{PORTS[i]}" if node.operation == BLEND else LINK)
        for name, node in recipe.items()
        for i, source in enumerate(node.sources)
    ]
    ends = [(number[name], len(number), f"{LINK}:{name}") for name in recipe if is_state(name)]
    edges: tuple[Edge, ...] = tuple(sorted(links + ends))
    return Architecture(labels, edges, write_recipe(recipe))


def begins_recurrent(architecture: Architecture) -> bool:
    """Whether an architecture begins like a recurrent cell, as no other does."""
    return architecture.nodes[0] == "x"


def recipe_of(architecture: Architecture) -> Recipe:
    """The recipe of a recurrent cell, with the names of its text.

    Raises:
        ArchitectureError: If the architecture is no recurrent cell.
    """
    recipe = read_recipe(architecture.text)
    if architecture_of(recipe) != architecture.bare:
        raise ArchitectureError(
            f"expected the graph of the recipe {architecture.text!r:.200}; "
            "read recurrent cells with RecurrentSpace().parse"
        )
    return recipe
