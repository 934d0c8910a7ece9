"""The graphs of free CNNs: put together from loose vertices, written and read.

Notation
    labels, links   loose vertices by number, in any order, and pairs (u, v) of them; 0 is "image"
    "conv3x3:16 max-pool::s2 conv5x5:16:s2@1 fc:32@2,3 softmax"
                    the notation: the layers 1, 2, ... in topological order, with the numbers of
                    those that they read after "@" (0 is the image) where that is not just the one
                    before; every softmax leads to the output, which is not written
"""

import heapq
import re
from collections.abc import Iterable, Mapping, Sequence

from nbnas.errors import ArchitectureError
from nbnas.graphs.architecture import LINK, Architecture
from nbnas.graphs.spaces.layers import Layer
from nbnas.graphs.spaces.shapes import SOFTMAX

Link = tuple[int, int]

_WORD = re.compile(r"([^@]+)(?:@([0-9]{1,6}(?:,[0-9]{1,6})*))?")


def assemble(labels: Mapping[int, str], links: Iterable[Link]) -> Architecture:
    """Number loose vertices topologically, the smallest first where there is a choice.

    Args:
        labels: The label of each vertex, among them "image" and "output".
        links: Pairs of vertices.

    Returns:
        The architecture, whose text is right where exactly the softmaxes lead to the output.

    Raises:
        ArchitectureError: If there is a cycle.
    """
    links = sorted(links)
    place = {vertex: i for i, vertex in enumerate(_topological(labels, links))}
    if len(place) < len(labels):
        raise ArchitectureError(f"expected no cycle, got links {links}")
    nodes = tuple(labels[vertex] for vertex in place)
    return network(nodes, [(place[u], place[v]) for u, v in links])


def network(nodes: Sequence[str], links: Iterable[Link]) -> Architecture:
    """The architecture with the given vertices, in order, and links."""
    links = sorted(links)
    return Architecture(
        tuple(nodes), tuple((u, v, LINK) for u, v in links), _write(nodes, _incoming(nodes, links))
    )


def chain(layers: Iterable[Layer]) -> Architecture:
    """The network whose layers each read the one before."""
    nodes = ("image", *map(str, layers), "output")
    return network(nodes, [(v, v + 1) for v in range(len(nodes) - 1)])


def read(text: str) -> Architecture:
    """Read the notation; whether the layers go together is not checked.

    Args:
        text: Such as "conv3x3:16 max-pool::s2 fc:32 softmax".

    Returns:
        The architecture, with `str(architecture) == text`.

    Raises:
        ArchitectureError: If the text is no such notation; the message says where and what.
    """
    nodes, links = ["image"], []
    for vertex, word in enumerate(text.split(" "), 1):
        try:
            label, incoming = _read_word(word, vertex)
        except ArchitectureError as error:
            raise ArchitectureError(f"vertex {vertex} ({word!r:.80}): {error}") from error
        nodes.append(label)
        links += [(source, vertex) for source in incoming]
    links += [(v, len(nodes)) for v, label in enumerate(nodes) if label == SOFTMAX]
    return network((*nodes, "output"), links)


def _topological(labels: Mapping[int, str], links: Sequence[Link]) -> list[int]:
    after: dict[int, list[int]] = {vertex: [] for vertex in labels}
    waiting = dict.fromkeys(labels, 0)
    for u, v in links:
        after[u].append(v)
        waiting[v] += 1
    ready = [vertex for vertex, number in waiting.items() if number == 0]
    heapq.heapify(ready)
    order: list[int] = []
    while ready:
        order.append(heapq.heappop(ready))
        for v in after[order[-1]]:
            waiting[v] -= 1
            if waiting[v] == 0:
                heapq.heappush(ready, v)
    return order


def _incoming(nodes: Sequence[str], links: Iterable[Link]) -> list[list[int]]:
    incoming: list[list[int]] = [[] for _ in nodes]
    for source, target in links:
        incoming[target].append(source)
    return incoming


def _write(nodes: Sequence[str], incoming: Sequence[Sequence[int]]) -> str:
    return " ".join(_word(nodes[v], incoming[v], v) for v in range(1, len(nodes) - 1))


def _word(label: str, incoming: Sequence[int], vertex: int) -> str:
    if list(incoming) == [vertex - 1]:
        return label
    return f"{label}@{','.join(map(str, incoming))}"


def _read_word(word: str, vertex: int) -> tuple[str, list[int]]:
    found = _WORD.fullmatch(word)
    if found is None:
        raise ArchitectureError("expected 'layer' or 'layer@1,2' with the numbers that it reads")
    label, numbers = found.groups()
    incoming = [int(n) for n in numbers.split(",")] if numbers else [vertex - 1]
    if incoming != sorted(set(incoming)) or incoming[-1] >= vertex:
        raise ArchitectureError(f"expected ascending numbers below {vertex} after '@'")
    Layer.parse(label)
    if _word(label, incoming, vertex) != word:
        raise ArchitectureError(f"expected {_word(label, incoming, vertex)!r}")
    return label, incoming
