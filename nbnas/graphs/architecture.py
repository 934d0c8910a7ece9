"""An architecture: a frozen labelled directed acyclic graph; see `nbnas.graphs.graph`."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from nbnas.brief import ADDED, brief, cut
from nbnas.checks import Rule, each, instance
from nbnas.errors import ArchitectureError, shown
from nbnas.graphs.canonical import canonical_form
from nbnas.graphs.graph import IDENTITY as IDENTITY
from nbnas.graphs.graph import LINK as LINK
from nbnas.graphs.graph import ZERO as ZERO
from nbnas.graphs.graph import Edge as Edge
from nbnas.graphs.settings import Settings, joined, settled
from nbnas.graphs.values import Value, is_of_choices, values_of


@dataclass(frozen=True, slots=True)
class Architecture:
    """A labelled directed acyclic graph with one input and one output.

    Attributes:
        nodes: The label of each vertex, in topological order; the first is the input, the last
            the output.
        edges: `(source, target, operation)`, sorted, with source < target.
        text: The graph in its search space's own notation; `str(a)` gives it back.
        settings: What is chosen together with the graph, such as a learning rate: pairs of a name
            and a value, sorted by name. `str(a)` ends with them. See `nbnas.JointSpace`.

    Raises:
        ArchitectureError: If a part has another type, there are fewer than two vertices, or an
            edge goes backwards, is doubled or leaves the graph.

    Example:
        >>> a = Architecture(("input", "output"), ((0, 1, "nor_conv_3x3"),), "|nor_conv_3x3~0|")
        >>> Architecture.from_json(a.to_json()) == a
        True
    """

    nodes: tuple[str, ...]
    edges: tuple[Edge, ...]
    text: str
    settings: Settings = field(default=(), metadata=ADDED)

    def __post_init__(self) -> None:
        _check_types(self)
        _check_graph(self.nodes, self.edges)
        if not isinstance(self.settings, tuple) or self.settings:
            object.__setattr__(self, "settings", settled(self.settings))

    def __hash__(self) -> int:
        """The hash of the text, which strings remember; thousands are looked up in each round."""
        return hash((self.text, self.settings)) if self.settings else hash(self.text)

    @brief
    def __repr__(self) -> str:
        return repr(str(self))

    def __str__(self) -> str:
        """The architecture in its space's own notation, and its settings."""
        return joined(self.text, self.settings)

    __iter__ = None  # a name is asked for, not a place

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401
        """What is chosen under a name, in an architecture of a `ChoiceSpace`.

        Args:
            name: The name of a choice, such as "width".

        Returns:
            The value, of the type that the space was given.

        Raises:
            ArchitectureError: If there is no such choice, or the architecture is of another space.
        """
        if not is_of_choices(self.nodes):
            raise ArchitectureError(
                f"expected an architecture of a ChoiceSpace to ask for {shown(name)}, got "
                f"{cut(self.text, 80)!r}, which is a graph: see its nodes and edges"
            )
        values = values_of(self.nodes)
        if not isinstance(name, str) or name not in values:
            raise ArchitectureError(
                f"expected one of the choices {', '.join(values)}, got {shown(name)}"
            )
        return values[name]

    @property
    def bare(self) -> "Architecture":
        """The same architecture without settings; itself where it has none."""
        return Architecture(self.nodes, self.edges, self.text) if self.settings else self

    def setting(self, name: str) -> Value:
        """What is chosen for a setting.

        Args:
            name: Its name, such as "learning_rate"; `dict(a.settings)` has all of them.

        Raises:
            ArchitectureError: If the architecture has no such setting.
        """
        for own, value in self.settings:
            if own == name:
                return value
        said = ", ".join(own for own, _ in self.settings) or "none"
        raise ArchitectureError(f"expected one of the settings {said}, got {shown(name)}")

    @property
    def canonical(self) -> str:
        """A text that is the same for architectures that compute the same function.

        And that are trained with the same settings. See `nbnas.graphs.canonical`.
        """
        return joined(canonical_form(self.bare), self.settings)

    def to_json(self) -> str:
        """The architecture as one line of JSON; `from_json` reads it back unchanged."""
        graph = {"nodes": self.nodes, "edges": self.edges, "text": self.text}
        return json.dumps({**graph, "settings": self.settings} if self.settings else graph)

    @classmethod
    def from_json(cls, text: str) -> "Architecture":
        """Read what `to_json` wrote.

        Args:
            text: A JSON object with the keys `nodes`, `edges` and `text`, and `settings` where it
                has some.

        Returns:
            The architecture.

        Raises:
            ArchitectureError: If the text is not JSON of this form; the message says where.
        """
        try:
            fields = json.loads(text)
        except (json.JSONDecodeError, TypeError) as error:
            raise ArchitectureError(f"expected the JSON of an architecture: {error}") from error
        return cls(*_read_fields(fields))


ARCHITECTURE: Rule[Architecture] = instance(Architecture, "space.sample(0, 1)[0]").raising(
    ArchitectureError, "a space reads the text of one by its parse(text)"
)
_ARCHITECTURES = each(ARCHITECTURE, of="an Architecture, such as space.sample(0, 3)").raising(
    ArchitectureError, "put a single one in a tuple"
)


def check_architectures(**named: object) -> None:
    """Check sequences of architectures, which may be long.

    Raises:
        ArchitectureError: If one is no sequence, or holds something else; the message names it.
    """
    for name, some in named.items():
        if isinstance(some, tuple | list) and set(map(type, some)) <= {Architecture}:
            continue
        if not _ARCHITECTURES.accepts(some):
            raise _ARCHITECTURES.refusal(name, some)


def _check_types(architecture: Architecture) -> None:
    """Thousands are made in each round, so that what is right is told quickly."""
    nodes, edges, text = architecture.nodes, architecture.edges, architecture.text
    labels = isinstance(nodes, tuple) and set(map(type, nodes)) <= {str}
    if not labels and not (isinstance(nodes, tuple) and all(isinstance(n, str) for n in nodes)):
        raise ArchitectureError(f"expected nodes to be a tuple of texts, got {shown(nodes)}")
    if not isinstance(text, str):
        raise ArchitectureError(f"expected text to be a text, got {shown(text)}")
    if not isinstance(edges, tuple) or not all(map(_is_edge, edges)):
        raise ArchitectureError(
            "expected edges to be a tuple of (source, target, operation), two whole numbers and a "
            f"text, got {shown(edges)}"
        )


def _is_edge(edge: object) -> bool:
    match edge:
        case (int(), int(), str()):
            return isinstance(edge, tuple)
    return False


def _check_graph(nodes: Sequence[str], edges: Sequence[Edge]) -> None:
    if len(nodes) < 2:
        raise ArchitectureError(f"expected an input and an output vertex, got nodes {nodes!r}")
    for source, target, operation in edges:
        if not 0 <= source < target < len(nodes):
            raise ArchitectureError(
                f"expected edges from an earlier to a later of {len(nodes)} vertices, "
                f"got {source} -> {target} ({operation})"
            )
    pairs = [(source, target) for source, target, _ in edges]
    if pairs != sorted(set(pairs)):
        raise ArchitectureError(f"expected edges sorted and none doubled, got {pairs}")


def _read_fields(fields: object) -> tuple[tuple[str, ...], tuple[Edge, ...], str, Settings]:
    """Check the types of a decoded JSON object, naming the place of the first fault."""
    if not isinstance(fields, dict) or set(fields) - {"settings"} != {"nodes", "edges", "text"}:
        raise ArchitectureError(
            f"expected a JSON object with the keys nodes, edges and text, got {fields!r:.80}"
        )
    nodes, edges, text = fields["nodes"], fields["edges"], fields["text"]
    settings = fields.get("settings", [])
    if not isinstance(settings, list) or not all(isinstance(pair, list) for pair in settings):
        raise ArchitectureError(f"expected a list of pairs at settings, got {settings!r:.80}")
    if not isinstance(text, str):
        raise ArchitectureError(f"expected a string at text, got {text!r:.80}")
    if not isinstance(nodes, list) or not all(isinstance(label, str) for label in nodes):
        raise ArchitectureError(f"expected a list of strings at nodes, got {nodes!r:.80}")
    if not isinstance(edges, list):
        raise ArchitectureError(f"expected a list at edges, got {edges!r:.80}")
    links = tuple(_read_edge(i, edge) for i, edge in enumerate(edges))
    return tuple(nodes), links, text, tuple(map(tuple, settings))


def _read_edge(index: int, edge: object) -> Edge:
    match edge:
        case [int(source), int(target), str(operation)]:
            return source, target, operation
    raise ArchitectureError(
        f"expected [source, target, operation] at edges[{index}], got {edge!r:.80}"
    )
