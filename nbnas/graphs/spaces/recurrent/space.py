"""The space of recurrent cells: NAS-Bench-NLP's recipes.

Notation
    K         number of hidden states of a cell; h_new_0 is its output
    recipe    name -> Node(operation, sources), see `nbnas.graphs.spaces.recurrent.recipe`

References:
    Klyuchnikov et al., NAS-Bench-NLP, IEEE Access 10, 2022; Elman, Finding structure in time,
    1990 (RNN); Hochreiter and Schmidhuber, 1997 (LSTM); Cho et al., EMNLP 2014 (GRU).
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from nbnas.checks import settle, span, whole
from nbnas.errors import ArchitectureError, SettingError
from nbnas.graphs.architecture import ARCHITECTURE, Architecture
from nbnas.graphs.space import COUNT, NOTATION, Randomness, generator, is_member
from nbnas.graphs.spaces.recurrent.draft import draw_recipe
from nbnas.graphs.spaces.recurrent.edits import EDITS
from nbnas.graphs.spaces.recurrent.graph import architecture_of, recipe_of
from nbnas.graphs.spaces.recurrent.recipe import (
    BLEND,
    LINEAR,
    PROD,
    SIGM,
    SUM,
    TANH,
    Node,
    Recipe,
    fault,
    is_state,
    read_recipe,
)

MOST_STATES = 3
MOST_NODES = 1_000


@dataclass(frozen=True, slots=True)
class RecurrentSpace:
    """All recurrent cells of a range of sizes; too many to be counted.

    A cell reads x and its K hidden states and gives K new ones. Its nodes are linear maps of 1 to
    3 inputs, blends g·a + (1 - g)·b, element-wise sums and products of 2 or 3, and activations.
    Every node and input counts for a hidden state; only linear maps read x. `recipe` explains the
    text and `recipe_graph` the graph.

    Attributes:
        nodes: The fewest and the most nodes.
        hidden_states: The most hidden states, 1 to 3.

    Raises:
        SettingError: If these are out of range.

    Example:
        >>> space = RecurrentSpace()
        >>> rnn().nodes
        ('x', 'h_prev_0', 'linear', 'activation_tanh', 'output')
        >>> space.parse(str(lstm())) == lstm()
        True
    """

    nodes: tuple[int, int] = (2, 24)
    hidden_states: int = MOST_STATES

    def __post_init__(self) -> None:
        settle(self, nodes=span(1, MOST_NODES), hidden_states=whole(1, MOST_STATES))
        if self.nodes[1] < 2:
            raise SettingError(f"expected nodes (fewest, most), most >= 2, got {self.nodes}")

    @property
    def size(self) -> None:
        """None: the cells are not counted."""
        return None

    def sample(self, rng: Randomness, n: int) -> tuple[Architecture, ...]:
        """Draw cells independently, as NAS-Bench-NLP's generator does.

        K is uniform, and so is the number of nodes of a draft, from the fewest to the most. Nodes
        are drawn one after the other: linear, blend, product and sum with weights 3 : 1 : 1 : 1. A
        linear reads 2 or 3 (4 : 1) of x, the hidden states and the activations so far, and an
        activation of its own follows; the others read hidden states and any nodes so far. Random
        nodes become the new hidden states, and what counts for none is left out. A draft is
        dropped if an input is unread then, a new hidden state reads a previous one directly, or
        too few nodes are left. Where 200 drafts in a row are dropped, as happens if many nodes are
        asked for, a chain of K linears grows by random insertions to a uniform size instead.

        Args:
            rng: A generator, or a seed.
            n: Number of cells.

        Returns:
            `n` cells; the same for the same seed.
        """
        rng, n = generator(rng), COUNT("n", n)
        most = min(self.hidden_states, self.nodes[1])
        return tuple(
            architecture_of(draw_recipe(rng, int(rng.integers(1, most + 1)), self.nodes))
            for _ in range(n)
        )

    def mutate(self, architecture: Architecture, rng: Randomness) -> Architecture:
        """Make one random edit: its kind is uniform, and the edit uniform among the kind's.

        Kinds that have no valid edit here are passed over. See `neighbors` for the kinds.

        Args:
            architecture: A cell of this space.
            rng: A generator, or a seed.

        Returns:
            The mutated cell, never equal to the given one.

        Raises:
            ArchitectureError: If the architecture is no cell of this space.
        """
        rng = generator(rng)
        recipe = self._recipe(architecture)
        for k in rng.permutation(len(EDITS)):
            edits = tuple(EDITS[k](recipe))
            for e in rng.permutation(len(edits)):
                if self._holds(edits[e]):
                    mutant = architecture_of(edits[e])
                    if mutant != architecture:
                        return mutant
        raise ArchitectureError(f"no edit of {architecture.text!r:.200} stays in {self}")

    def neighbors(self, architecture: Architecture) -> tuple[Architecture, ...]:
        """All cells one edit away: `b` is a neighbour of `a` exactly if `a` is one of `b`.

        An edit swaps an operation for one that takes as many inputs; replaces, adds or removes one
        input of a node; exchanges two inputs of a blend; makes another node a hidden state or
        exchanges two; puts a node of one input (linear or an activation) between a node and one
        that reads it, or before a hidden state; or takes such a node out.

        Returns:
            The neighbours, without doubles, in a fixed order; 15 of `rnn()`, 280 of `lstm()`.

        Raises:
            ArchitectureError: If the architecture is no cell of this space.
        """
        recipe = self._recipe(architecture)
        edits = itertools.chain.from_iterable(kind(recipe) for kind in EDITS)
        found = dict.fromkeys(architecture_of(edit) for edit in edits if self._holds(edit))
        return tuple(other for other in found if other != architecture)

    def parse(self, text: str) -> Architecture:
        """Read a cell from its recipe, in the form of NAS-Bench-NLP.

        Args:
            text: The JSON of the recipe; names, order and spacing are free.

        Returns:
            The cell; its text is the canonical recipe, so that `parse(str(cell)) == cell`.

        Raises:
            ArchitectureError: If it is no such recipe; the message says which node and what.
        """
        return architecture_of(self._within(read_recipe(NOTATION("text", text))))

    def __contains__(self, architecture: object) -> bool:
        """Whether it is a cell of this space."""
        return is_member(self, architecture)

    def __iter__(self) -> Iterator[Architecture]:
        """Raises a `SettingError`: the cells are too many to be listed."""
        raise SettingError(f"{self} is too large to be listed; draw from it with sample(rng, n)")

    def _recipe(self, architecture: Architecture) -> Recipe:
        """The recipe of a cell of this space."""
        return self._within(recipe_of(ARCHITECTURE("architecture", architecture)))

    def _within(self, recipe: Recipe) -> Recipe:
        """The recipe, if it keeps the limits of this space."""
        if message := self._excess(recipe):
            raise ArchitectureError(message)
        return recipe

    def _holds(self, recipe: Recipe) -> bool:
        return self._excess(recipe) is None and fault(recipe) is None

    def _excess(self, recipe: Recipe) -> str | None:
        """How a recipe oversteps the limits of this space, in words."""
        fewest, most = self.nodes
        if not fewest <= len(recipe) <= most:
            return f"expected {fewest} to {most} nodes, got {len(recipe)}"
        if (states := sum(map(is_state, recipe))) > self.hidden_states:
            return f"expected at most {self.hidden_states} hidden states, got {states}"
        return None


def rnn() -> Architecture:
    """The vanilla cell with tanh; `torch.nn.RNNCell` computes the same."""
    return _classical(f=(LINEAR, "x h_prev_0"), h_new_0=(TANH, "f"))


def lstm() -> Architecture:
    """The long short-term memory; `torch.nn.LSTMCell` computes the same.

    h_new_0 is h, h_new_1 the cell state c. NAS-Bench-NLP's "LSTM" (recipe 1000001) differs: its
    output gate is a tanh, not a sigmoid.
    """
    return _classical(
        i=(LINEAR, "x h_prev_0"),
        f=(LINEAR, "x h_prev_0"),
        g=(LINEAR, "x h_prev_0"),
        o=(LINEAR, "x h_prev_0"),
        input_gate=(SIGM, "i"),
        forget_gate=(SIGM, "f"),
        candidate=(TANH, "g"),
        output_gate=(SIGM, "o"),
        kept=(PROD, "forget_gate h_prev_1"),
        added=(PROD, "input_gate candidate"),
        h_new_1=(SUM, "kept added"),
        cell=(TANH, "h_new_1"),
        h_new_0=(PROD, "output_gate cell"),
    )


def gru() -> Architecture:
    """The gated recurrent unit; `torch.nn.GRUCell` computes the same.

    The reset gate acts after the matrix product, n = tanh(W x + b + r·(U h + c)). NAS-Bench-NLP's
    "GRU" (recipe 1000002) is the original one, n = tanh(W x + U (r·h) + b).
    """
    return _classical(
        r=(LINEAR, "x h_prev_0"),
        z=(LINEAR, "x h_prev_0"),
        reset=(SIGM, "r"),
        update=(SIGM, "z"),
        wx=(LINEAR, "x"),
        uh=(LINEAR, "h_prev_0"),
        gated=(PROD, "reset uh"),
        n=(SUM, "wx gated"),
        candidate=(TANH, "n"),
        h_new_0=(BLEND, "update h_prev_0 candidate"),
    )


def _classical(**nodes: tuple[str, str]) -> Architecture:
    return architecture_of({name: Node(op, tuple(s.split())) for name, (op, s) in nodes.items()})
