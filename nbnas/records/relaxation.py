"""What one epoch of a relaxation gave: of a search by gradient on shared weights.

Notation
    W, E, O   number of cells that are searched, of edges of one of them, of its operations
    alpha     the architecture parameters of an edge, `(O,)`
    weights   softmax(alpha): how much of each operation an edge carries

References:
    Liu et al., DARTS: Differentiable Architecture Search, ICLR 2019, equation (2).
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from nbnas.brief import brief
from nbnas.checks import Rule, each, instance, real, settle, whole
from nbnas.errors import ObservationError, shown
from nbnas.graphs.architecture import ARCHITECTURE, IDENTITY, Architecture
from nbnas.graphs.framed import Framed

TOLERANCE = 1e-4  # by which the weights of an edge may miss 1: they come from single precision
_WORD: Rule[str] = Rule(
    "a text", lambda it: isinstance(it, str) and it != "", str, error=ObservationError
)
_SHARE = real(0, 1 + TOLERANCE).raising(ObservationError)
_EDGE: Rule[tuple[str, str]] = Rule(
    'a pair of the names of two vertices, such as ("0", "1")',
    lambda it: isinstance(it, tuple | list) and len(it) == 2 and all(map(_WORD.accepts, it)),
    lambda it: (str(it[0]), str(it[1])),
    error=ObservationError,
)


@dataclass(frozen=True, slots=True)
class CellWeights(Framed):
    """How much of each operation the edges of one cell carry.

    Attributes:
        name: Which cell: "cell" where there is one kind, else "normal" or "reduction".
        edges: The names of the vertices that each edge leaves and enters, E pairs.
        operations: The names of the operations, O.
        values: A row for each edge, which sums up to 1, `(E, O)`.

    Raises:
        ObservationError: If the rows do not fit the edges and the operations, or do not sum to 1.

    Example:
        >>> cell = CellWeights("cell", (("0", "1"),), ("none", "skip_connect"), ((0.5, 0.5),))
        >>> round(cell.entropy, 3), cell.strongest
        (0.693, ('none',))
    """

    name: str
    edges: tuple[tuple[str, str], ...]
    operations: tuple[str, ...]
    values: tuple[tuple[float, ...], ...]

    def __post_init__(self) -> None:
        rows: Rule[tuple[tuple[float, ...], ...]] = each(each(_SHARE), least=1)
        settle(
            self,
            name=_WORD,
            edges=each(_EDGE, least=1).raising(ObservationError),
            operations=each(_WORD, least=1).raising(ObservationError),
            values=rows.raising(ObservationError),
        )
        _check_rows(self)

    def _rows(self) -> Iterator[dict[str, Any]]:
        """A row for each operation of each edge."""
        for (source, target), weights in zip(self.edges, self.values, strict=True):
            for operation, weight in zip(self.operations, weights, strict=True):
                yield {
                    "cell": self.name,
                    "source": source,
                    "target": target,
                    "operation": operation,
                    "weight": weight,
                }

    @brief
    def __repr__(self) -> str:
        return (
            f"{self.name}: {len(self.edges)} edges, {len(self.operations)} operations, entropy "
            f"{self.entropy:.3f} of at most {math.log(len(self.operations)):.3f} nats"
        )

    @property
    def entropies(self) -> tuple[float, ...]:
        """The entropy of each edge, in nats, `(E,)`: 0 where one operation has all the weight."""
        return tuple(-sum(v * math.log(v) for v in row if v > 0) + 0.0 for row in self.values)

    @property
    def entropy(self) -> float:
        """The mean entropy of the edges, in nats."""
        return sum(self.entropies) / len(self.edges)

    @property
    def strongest(self) -> tuple[str, ...]:
        """The operation with the greatest weight on each edge; of equal ones the first."""
        return tuple(self.operations[row.index(max(row))] for row in self.values)


@dataclass(frozen=True, slots=True)
class RelaxationReport(Framed):
    """What one epoch of a relaxation gave.

    Attributes:
        epoch: Number of finished epochs, from 1.
        weights: The weights of each cell after it, W of them.
        architecture: What they stand for: the cell that would be built now.
        loss: Mean loss of the shared weights over the epoch's training pictures, in nats.
        value: The measure of the network of all architectures on the validation part after the
            epoch: with these weights, or its mean where architectures are drawn.
        seconds: Seconds since the relaxation began.

    Raises:
        ObservationError: If a part has another type, or a number is none.
    """

    epoch: int
    weights: tuple[CellWeights, ...]
    architecture: Architecture
    loss: float
    value: float
    seconds: float

    def __post_init__(self) -> None:
        cell: Rule[CellWeights] = instance(CellWeights, "those of a relaxation")
        settle(
            self,
            epoch=whole(1).raising(ObservationError),
            weights=each(cell, least=1).raising(ObservationError),
            architecture=ARCHITECTURE,
            loss=real().raising(ObservationError),
            value=real().raising(ObservationError),
            seconds=real(0).raising(ObservationError),
        )

    def _rows(self) -> Iterator[dict[str, Any]]:
        """A row for each operation of each edge of each cell."""
        for cell in self.weights:
            yield from ({"epoch": self.epoch, **row} for row in cell._rows())

    @brief
    def __repr__(self) -> str:
        return (
            f"{self.epoch}, loss={self.loss:.3f}, value={self.value:.3f}, "
            f"entropy={self.entropy:.3f}, skips={self.skips:.2f}, {self.architecture}"
        )

    @property
    def entropy(self) -> float:
        """The mean entropy of all edges of all cells, in nats."""
        found = [value for cell in self.weights for value in cell.entropies]
        return sum(found) / len(found)

    @property
    def skips(self) -> float:
        """The share of the architecture's operations that are skip connections, in [0, 1].

        Its collapse is seen by it: plain DARTS ends with little else (Zela et al., Understanding
        and Robustifying Differentiable Architecture Search, ICLR 2020).
        """
        known = {word for cell in self.weights for word in cell.operations}
        graph = self.architecture
        words = (word.partition(":")[0] for *_, word in graph.edges)  # "…:reduce" in genotypes
        carried = [word for word in words if word in known]
        carried += [word for word in graph.nodes if word in known]  # operations at vertices
        return carried.count(IDENTITY) / len(carried) if carried else 0.0

    @property
    def kept(self) -> dict[str, Any]:
        """It as plain values, which JSON and checkpoints keep; `from_kept` reads them."""
        cells = [[c.name, c.edges, c.operations, c.values] for c in self.weights]
        plain = {name: getattr(self, name) for name in ("epoch", "loss", "value", "seconds")}
        return {**plain, "weights": cells, "architecture": self.architecture.to_json()}

    @classmethod
    def from_kept(cls, kept: Mapping[str, Any]) -> "RelaxationReport":
        """Read what `kept` gave.

        Raises:
            ObservationError: If it is something else.
        """
        if not isinstance(kept, Mapping):
            raise ObservationError(
                f"expected what RelaxationReport.kept gave, a dictionary, got {shown(kept)}"
            )
        try:
            cells = tuple(CellWeights(*cell) for cell in kept["weights"])
            graph = Architecture.from_json(kept["architecture"])
            numbers = {name: kept[name] for name in ("epoch", "loss", "value", "seconds")}
        except (KeyError, TypeError) as error:
            raise ObservationError(
                f"expected what RelaxationReport.kept gave, got {kept!r:.100} ({error!r:.80})"
            ) from error
        return cls(weights=cells, architecture=graph, **numbers)


def _check_rows(cell: CellWeights) -> None:
    if len(cell.values) != len(cell.edges):
        raise ObservationError(
            f"expected a row of weights for each of {len(cell.edges)} edges, got "
            f"{len(cell.values)} rows"
        )
    for edge, row in zip(cell.edges, cell.values, strict=True):
        if len(row) != len(cell.operations) or abs(sum(row) - 1) > TOLERANCE:
            raise ObservationError(
                f"expected {len(cell.operations)} weights that sum to 1 on the edge "
                f"{' -> '.join(edge)}, one for each operation, got {row!r:.100}; take a softmax"
            )
