"""Named choices: a space of one's own, such as the settings of a network that one builds oneself.

Notation
    "depth=3 width=16 activation=relu"   the notation: what is chosen, in the order of the space
    rank                                 the place of an option among those of its choice
"""

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nbnas.brief import brief
from nbnas.errors import ArchitectureError, SettingError, shown
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.space import COUNT, NOTATION, Randomness, check_member, generator, is_member
from nbnas.graphs.spaces.choice.options import Choice, near
from nbnas.graphs.spaces.choices import Choices, chosen
from nbnas.graphs.values import CHOICES, OUTPUT, Value, labels_of, star

MOST_CHOICES = 100


@dataclass(frozen=True, slots=True, init=False)
class ChoiceSpace:
    """All combinations of some named choices.

    An architecture is asked by name: `architecture["width"]` is 16. What it means is up to who
    builds it: a `Trainer` with a `network` of its own, or any objective. Architectures one edit
    apart differ in one choice: by one rank where its options are ordered, else by any.

    Args:
        choices: The options of each choice by its name, such as `width=(16, 32, 64)`. Numbers that
            rise or fall are ordered, others are not; a `Choice` says so otherwise.

    Raises:
        SettingError: If there is no choice, a name is no word, or options are none.

    Example:
        >>> space = ChoiceSpace(depth=(2, 3, 4), width=(16, 32, 64), activation=("relu", "gelu"))
        >>> a = space.sample(0, 1)[0]
        >>> space.size, str(a), a["width"]
        (18, 'depth=4 width=32 activation=gelu', 32)
    """

    names: tuple[str, ...]
    options: tuple[Choice, ...]

    def __init__(self, /, **choices: Choice | Sequence[Value]) -> None:
        if not 1 <= len(choices) <= MOST_CHOICES:
            raise SettingError(
                f"expected 1 to {MOST_CHOICES} named choices, such as width=(16, 32, 64), "
                f"got {len(choices)}"
            )
        object.__setattr__(self, "names", tuple(map(_name, choices)))
        found = tuple(itertools.starmap(_choice, choices.items()))
        object.__setattr__(self, "options", found)

    @brief
    def __repr__(self) -> str:
        return ", ".join(
            f"{name}={each.options!r}" if Choice(each.options) == each else f"{name}={each!r}"
            for name, each in zip(self.names, self.options, strict=True)
        )

    @property
    def size(self) -> int:
        """Number of architectures: the product of the numbers of options."""
        return math.prod(len(choice.options) for choice in self.options)

    def sample(self, rng: Randomness, n: int) -> tuple[Architecture, ...]:
        """Draw architectures uniformly and independently.

        Args:
            rng: A generator, or a seed.
            n: Number of architectures.

        Returns:
            `n` architectures; the same for the same seed.
        """
        numbers = [len(choice.options) for choice in self.options]
        draws = generator(rng).integers(numbers, size=(COUNT("n", n), len(numbers)))
        return tuple(self._at(draw) for draw in draws.tolist())

    def mutate(self, architecture: Architecture, rng: Randomness) -> Architecture:
        """Draw one of the neighbours; all are equally likely.

        Args:
            architecture: One of this space.
            rng: A generator, or a seed.

        Returns:
            The neighbour; the architecture itself only where there is no other.

        Raises:
            ArchitectureError: If the architecture is none of this space.
        """
        near = self._near(architecture)
        rng = generator(rng)
        return self._at(near[rng.integers(len(near))]) if near else architecture

    def neighbors(self, architecture: Architecture) -> tuple[Architecture, ...]:
        """All architectures that differ in one choice, by one rank where that is ordered.

        Raises:
            ArchitectureError: If the architecture is none of this space.
        """
        return tuple(map(self._at, self._near(architecture)))

    @property
    def choices(self) -> Choices:
        """The options of each choice as they are written."""
        return tuple(choice.words for choice in self.options)

    def encode(self, architecture: Architecture) -> tuple[int, ...]:
        """The rank of what is chosen in each choice.

        Raises:
            ArchitectureError: If the architecture is none of this space.
        """
        check_member(self, architecture, "an architecture")
        return self._ranks(architecture.nodes[1:-1])

    def decode(self, indices: Sequence[int]) -> Architecture:
        """The architecture of some ranks.

        Raises:
            ArchitectureError: If there is not one rank for each choice.
        """
        chosen(self.choices, indices)
        return self._at(indices)

    def parse(self, text: str) -> Architecture:
        """Read an architecture from its notation.

        Args:
            text: Such as "depth=3 width=16 activation=relu".

        Returns:
            The architecture, with `str(architecture) == text`.

        Raises:
            ArchitectureError: If the text is none of this space; the message says which choice.
        """
        return self._at(self._ranks(labels_of(NOTATION("text", text))))

    def fingerprint(self) -> dict[str, str]:
        """The choices: what a study remembers of them."""
        said = {name: repr(each) for name, each in zip(self.names, self.options, strict=True)}
        return {"names": ", ".join(self.names), **said}

    def __contains__(self, architecture: object) -> bool:
        """Whether it is an architecture of this space."""
        return is_member(self, architecture)

    def __iter__(self) -> Iterator[Architecture]:
        """All architectures in lexicographic order of their ranks."""
        ranks = (range(len(choice.options)) for choice in self.options)
        return map(self._at, itertools.product(*ranks))

    def _at(self, ranks: Sequence[int]) -> Architecture:
        labels = tuple(
            f"{name}={choice.words[rank]}"
            for name, choice, rank in zip(self.names, self.options, ranks, strict=True)
        )
        return Architecture((CHOICES, *labels, OUTPUT), star(len(labels)), " ".join(labels))

    def _ranks(self, labels: Sequence[str]) -> tuple[int, ...]:
        if len(labels) != len(self.names):
            raise ArchitectureError(
                f"expected {len(self.names)} choices ({', '.join(self.names)}), got {len(labels)}"
            )
        return tuple(map(_rank, labels, self.names, self.options))

    def _near(self, architecture: Architecture) -> list[tuple[int, ...]]:
        row = self.encode(architecture)
        return [
            (*row[:place], other, *row[place + 1 :])
            for place, choice in enumerate(self.options)
            for other in near(choice, row[place])
        ]


def _rank(label: str, name: str, choice: Choice) -> int:
    given, _, word = label.partition("=")
    if given != name or word not in choice.words:
        raise ArchitectureError(
            f"expected {name} to be one of {', '.join(choice.words)[:200]}, written {name}=…; "
            f"got {label!r:.80}"
        )
    return choice.words.index(word)


def _name(name: str) -> str:
    if not name.isidentifier():
        raise SettingError(
            f"expected names of letters, digits and _, such as kernel_size, got {shown(name)}"
        )
    return name


def _choice(name: str, given: object) -> Choice:
    if isinstance(given, Choice):
        return given
    try:
        return Choice(given)  # type: ignore[arg-type]
    except SettingError as error:
        single = given is None or isinstance(given, str | int | float)
        hint = "; put a single option in a tuple" if single else ""
        raise SettingError(f"{name}: {error}{hint}") from error
