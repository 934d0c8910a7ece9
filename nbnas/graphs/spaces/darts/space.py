"""DARTS' cell space as a search space.

Notation
    place      0 … 15: the inputs of the normal, then of the reduction cell, two for each vertex
    (op, u)    an input: an operation, and which of the earlier vertices it reads

References:
    Liu, Simonyan and Yang, DARTS: Differentiable Architecture Search, ICLR 2019.
"""

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from nbnas.brief import brief, changed
from nbnas.checks import settle
from nbnas.errors import SettingError
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.space import COUNT, NOTATION, Randomness, check_member, generator, is_member
from nbnas.graphs.spaces.choices import Choices, chosen
from nbnas.graphs.spaces.darts.genotype import (
    JOINED,
    OPERATIONS,
    Cell,
    Genotype,
    Input,
    read_genotype,
    vertex_of,
)
from nbnas.graphs.spaces.darts.graph import LABELS, architecture_of
from nbnas.graphs.spaces.operation import (
    Operation,
    check_distinct,
    operations_out_of,
    own_operations,
)

PAIRS = {v: tuple(itertools.combinations(range(v), 2)) for v in JOINED}
"""Which two of the earlier ones a vertex may read."""

_ALLOWED = operations_out_of(OPERATIONS)


@dataclass(frozen=True, slots=True)
class DartsSpace:
    """All pairs of a normal and a reduction cell of DARTS, written as its `Genotype(…)`.

    A cell reads what the two cells before it gave. Each of its four vertices adds what two
    operations make of two different earlier ones, and its output joins the four. In a reduction
    cell what the cell reads is read in steps of two pixels. Architectures one edit apart differ in
    one operation, or in one vertex that is read: by default each has 136 neighbours.

    The order of the two inputs of a vertex means nothing, so that the earlier one is written
    first. Genotypes that differ in the order of their vertices only are different texts of the
    same `canonical` form, and so are those that differ in what does nothing.

    Attributes:
        operations: At least two: DARTS' eight by name, which are the default, and an `Operation`
            for one of your own. A search tells a `Trainer` of these. DARTS itself weighs all eight
            but never keeps "none": the space of what it may end with is
            `DartsSpace(nbnas.DartsSpace().operations[1:])`, of 10¹⁸ architectures.

    Raises:
        SettingError: If there are fewer than two operations, one is unknown, stands twice, or has
            a name that means something else in a genotype.

    Example:
        >>> space = DartsSpace(("skip_connect", "sep_conv_3x3"))
        >>> space.size, len(space.neighbors(space.sample(0, 1)[0]))
        (2123366400, 40)
        >>> print(space.sample(0, 1)[0])  # doctest: +ELLIPSIS
        Genotype(normal=[('sep_conv_3x3', 0), ..., reduce_concat=range(2, 6))
    """

    operations: tuple[str | Operation, ...] = OPERATIONS
    words: tuple[str, ...] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        settle(self, operations=_ALLOWED)
        check_distinct(self.operations)
        object.__setattr__(self, "words", tuple(map(str, self.operations)))
        if len(self.words) < 2:
            raise SettingError(
                f"expected at least two operations to choose from, got {self.operations}"
            )
        _check_names(own_operations(self.operations))

    @brief
    def __repr__(self) -> str:
        return changed(self)

    @property
    def size(self) -> int:
        """Number of genotypes: by default 180² · 8¹⁶, some 9 · 10¹⁸."""
        sources = math.prod(map(len, PAIRS.values()))
        return int((sources * len(self.words) ** (2 * len(JOINED))) ** 2)

    def sample(self, rng: Randomness, n: int) -> tuple[Architecture, ...]:
        """Draw genotypes uniformly and independently: every text is equally likely.

        Args:
            rng: A generator, or a seed.
            n: Number of genotypes.

        Returns:
            `n` genotypes; the same for the same seed.
        """
        numbers = [len(options) for options in self.choices]
        draws = generator(rng).integers(numbers, size=(COUNT("n", n), len(numbers)))
        return tuple(self._at(draw) for draw in draws.tolist())

    def mutate(self, architecture: Architecture, rng: Randomness) -> Architecture:
        """One of the neighbours; all are equally likely.

        Args:
            architecture: A genotype of this space.
            rng: A generator, or a seed.

        Raises:
            ArchitectureError: If the architecture is none of this space.
        """
        near = list(self._near(architecture))
        return _made(near[generator(rng).integers(len(near))])

    def neighbors(self, architecture: Architecture) -> tuple[Architecture, ...]:
        """The genotypes that differ in one operation, or in what one operation reads.

        Raises:
            ArchitectureError: If the architecture is none of this space.
        """
        return tuple(map(_made, self._near(architecture)))

    @property
    def choices(self) -> Choices:
        """For each vertex of both cells its two operations, before them which two it reads.

        Vertex 2 has no choice of what it reads, so that there are 22 choices.
        """
        each_cell: list[tuple[str, ...]] = []
        for vertex in JOINED:
            pairs = tuple(f"{u},{v}" for u, v in PAIRS[vertex])
            each_cell += [pairs] * (len(pairs) > 1) + [self.words] * 2
        return tuple(each_cell * 2)

    def encode(self, architecture: Architecture) -> tuple[int, ...]:
        """What a genotype chooses, as places in `choices`; every row of places is one genotype.

        Raises:
            ArchitectureError: If the architecture is none of this space.
        """
        row: list[int] = []
        inputs = self._inputs(architecture)
        for place in range(0, len(inputs), 2):
            (first, u), (second, v) = inputs[place : place + 2]
            pairs = PAIRS[_vertex(place)]
            row += [pairs.index((u, v))] * (len(pairs) > 1)
            row += map(self.words.index, (first, second))
        return tuple(row)

    def decode(self, indices: Sequence[int]) -> Architecture:
        """The genotype of a row of choices.

        Raises:
            ArchitectureError: If there is not one place within the options for each choice.
        """
        chosen(self.choices, indices)
        return self._at(indices)

    def parse(self, text: str) -> Architecture:
        """Read a genotype.

        Args:
            text: Such as "Genotype(normal=[('sep_conv_3x3', 0), …], normal_concat=range(2, 6),
                reduce=[…], reduce_concat=[2, 3, 4, 5])": what is joined, as published, by either.

        Returns:
            The architecture; `str(architecture) == text` if the text has `range(2, 6)`, and the
            inputs of each vertex in the order of what they read.

        Raises:
            ArchitectureError: If the text is no genotype of the space; the message says where.
        """
        return architecture_of(read_genotype(NOTATION("text", text), self.words))

    def fingerprint(self) -> dict[str, str]:
        """What a study remembers of it, by name; nothing of the space as it is by default."""
        told = {} if self.words == OPERATIONS else {"operations": ", ".join(self.words)}
        for operation in own_operations(self.operations):
            told |= operation.fingerprint()
        return told

    def __contains__(self, architecture: object) -> bool:
        """Whether it is a genotype of this space."""
        return is_member(self, architecture)

    def __iter__(self) -> Iterator[Architecture]:
        """All genotypes in lexicographic order of their choices; there are very many."""
        return map(self._at, itertools.product(*(range(len(some)) for some in self.choices)))

    def _inputs(self, architecture: Architecture) -> Cell:
        check_member(self, architecture, "a genotype")
        genotype = read_genotype(architecture.text, self.words)
        return (*genotype.normal, *genotype.reduce)

    def _at(self, row: Sequence[int]) -> Architecture:
        left, inputs = iter(row), []
        for place in range(0, 4 * len(JOINED), 2):
            pairs = PAIRS[_vertex(place)]
            for source in pairs[next(left)] if len(pairs) > 1 else pairs[0]:
                inputs.append((self.words[next(left)], source))
        return _made(inputs)

    def _near(self, architecture: Architecture) -> Iterator[list[Input]]:
        inputs = self._inputs(architecture)
        for place, (operation, source) in enumerate(inputs):
            other = inputs[place ^ 1]
            read = (u for u in range(_vertex(place)) if u not in (source, other[1]))
            words = (word for word in self.words if word != operation)
            for one in (*((word, source) for word in words), *((operation, u) for u in read)):
                pair = sorted((one, other), key=lambda each: each[1])
                first = place & ~1
                yield [*inputs[:first], *pair, *inputs[first + 2 :]]


def _check_names(operations: Sequence[Operation]) -> None:
    """Check that no operation of a user's own is called like something else in a genotype."""
    taken = [one.name for one in operations if one.name in (*OPERATIONS, *LABELS)]
    if taken:
        raise SettingError(
            f"expected other names than {', '.join((*OPERATIONS, *LABELS))} for operations of "
            f"your own in genotypes, got {', '.join(taken)}; an operation of DARTS is given by "
            "its name alone"
        )


def _vertex(place: int) -> int:
    """The vertex of an input of either cell."""
    return vertex_of(place % (2 * len(JOINED)))


def _made(inputs: Sequence[Input]) -> Architecture:
    half = len(inputs) // 2
    return architecture_of(Genotype(tuple(inputs[:half]), tuple(inputs[half:])))
