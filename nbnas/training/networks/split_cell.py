"""A cell of NAS-Bench-101 as its authors build it: what reaches the output is concatenated.

Notation
    V      number of vertices; vertex 0 is the input, vertex V - 1 the output
    C      channels that come out of the cell
    inner  a vertex between the two; live, if a path from input to output passes it

References:
    Ying et al., NAS-Bench-101, ICML 2019, section 2.2; `model_builder.py` of google-research's
    nasbench.
"""

from collections.abc import Collection, Mapping

import torch
from torch import Tensor, nn

from nbnas.errors import ArchitectureError
from nbnas.graphs.architecture import Architecture
from nbnas.training.networks.cell import VERTEX_OPERATIONS, live_edges

Pair = tuple[int, int]


class SplitCell(nn.Module):
    """A cell with operations at its vertices, between which its channels are split.

    The output joins what its inner sources give, which share C as evenly as whole numbers do. An
    inner vertex that it does not read has as many channels as the widest one that reads it, which
    is one more than a reader has at most; the reader leaves out the last. What reads the input
    reads a 1x1 projection of it to its own channels; if the output does, it adds that to the
    joined. Without a path from input to output it gives zeros.

    Args:
        architecture: Any architecture whose edges are links and whose vertices are known.
        inputs: Channels that come in.
        channels: C.

    Attributes:
        shares: Number of vertices that share C.
        places: Of each live inner vertex the place of its share, from 0; see `split`.
        sources: What each live vertex but the input reads, of inner ones.

    Raises:
        ArchitectureError: If there are fewer channels than vertices that share them.
    """

    def __init__(self, architecture: Architecture, inputs: int, channels: int) -> None:
        super().__init__()
        pairs = tuple((u, v) for u, v, _ in live_edges(architecture))
        self.inputs, self.channels = inputs, channels
        self.output = len(architecture.nodes) - 1
        self.places = places_of(pairs, self.output)
        self.sources: Mapping[int, tuple[int, ...]] = {
            v: tuple(u for u, w in pairs if w == v and u) for v in (*self.places, self.output)
        }
        self.shares = len(self.sources[self.output])
        if self.shares > channels:
            raise ArchitectureError(
                f"expected at least {self.shares} channels for so many vertices that share them, "
                f"got channels={channels} for {architecture.text!r:.200}"
            )
        self.projections = nn.ModuleDict(
            {str(v): projection(inputs, self.width(v)) for u, v in pairs if u == 0}
        )
        self.operations = nn.ModuleDict(
            {str(v): VERTEX_OPERATIONS[architecture.nodes[v]](self.width(v)) for v in self.places}
        )

    def width(self, vertex: int) -> int:
        """The number of channels of a vertex that is inner and live, or the output."""
        if vertex == self.output:
            return self.channels
        return split(self.channels, self.shares)[self.places[vertex]]

    def forward(self, images: Tensor) -> Tensor:
        """Compute the output vertex, `(n, inputs, H, W)` to `(n, C, H, W)`."""
        values: dict[int, Tensor] = {}
        for vertex, operation in self.operations.items():
            width = self.width(int(vertex))
            terms = [_cut(values[u], width) for u in self.sources[int(vertex)]]
            values[int(vertex)] = operation(self._summed(vertex, terms, images))
        joined, last = [values[u] for u in self.sources[self.output]], str(self.output)
        if not joined and last not in self.projections:
            return images.new_zeros((len(images), self.channels, *images.shape[2:]))
        return self._summed(last, [torch.cat(joined, 1)] if joined else [], images)

    def _summed(self, vertex: str, terms: list[Tensor], images: Tensor) -> Tensor:
        """The sum of terms, and of the projected input where the vertex reads that."""
        if vertex in self.projections:
            terms.append(self.projections[vertex](images))
        return sum(terms[1:], start=terms[0])


def _cut(values: Tensor, channels: int) -> Tensor:
    """The first channels, which most often are all."""
    return values if values.shape[1] == channels else values[:, :channels]


def projection(inputs: int, channels: int) -> nn.Module:
    """The 1x1 convolution, batch normalisation and ReLU that changes the number of channels."""
    convolution = nn.Conv2d(inputs, channels, 1, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(channels), nn.ReLU())


def split(channels: int, shares: int) -> tuple[int, ...]:
    """Channels in shares as equal as whole numbers are; the first ones get what is left over.

    Example:
        >>> split(128, 3)
        (43, 43, 42)
    """
    return tuple((channels + shares - 1 - place) // shares for place in range(shares))


def places_of(pairs: Collection[Pair], output: int) -> dict[int, int]:
    """Which share of the channels each inner vertex has.

    Args:
        pairs: The live edges (u, v).
        output: Number of the output vertex.

    Returns:
        The places of the shares by the numbers of the vertices, in their order: its own of a
        vertex that the output reads, the first of its readers' of another one.

    Example:
        >>> places_of(((0, 1), (1, 2), (1, 3), (2, 4), (3, 4)), 4)
        {1: 0, 2: 0, 3: 1}
    """
    last = sorted(u for u, v in pairs if v == output and u)
    places = {u: place for place, u in enumerate(last)}
    for vertex in sorted({v for _, v in pairs} - {output, *last}, reverse=True):
        places[vertex] = min(places[v] for u, v in pairs if u == vertex)
    return dict(sorted(places.items()))
