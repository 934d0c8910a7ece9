"""What the steps of an epoch were made of: their time by part, their batch, the memory."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from nbnas.brief import brief
from nbnas.checks import Rule, real, settle, whole
from nbnas.errors import ObservationError
from nbnas.graphs.framed import Framed

DATA, FORWARD, BACKWARD, OPTIMISER = "data", "forward", "backward", "optimiser"
"""The parts of a step: a batch is drawn and augmented; loss; gradients; weights change."""
WHOLE = "all else"
"""Forward, backward and optimiser in one, where a device is told of all of them by one call."""

_SECONDS = real(0).raising(ObservationError)
_COUNT, _ONE = (whole(least, 2**62).raising(ObservationError) for least in (0, 1))
_WORDS: Rule[str] = Rule(
    "a text", lambda given: isinstance(given, str), str, error=ObservationError
)
_PARTS: Rule[tuple[tuple[str, float], ...]] = Rule(
    'pairs of a name and its seconds, such as ("forward", 0.002)',
    lambda given: isinstance(given, tuple | list) and all(map(_is_part, given)),
    lambda given: tuple((str(name), float(seconds)) for name, seconds in given),
    error=ObservationError,
)


def _is_part(given: Any) -> bool:  # noqa: ANN401
    if not isinstance(given, tuple | list) or len(given) != 2:
        return False
    return _WORDS.accepts(given[0]) and _SECONDS.accepts(given[1])


@dataclass(frozen=True, slots=True)
class StepProfile(Framed):
    """A typical step of one epoch. It is measured, so that two equal trainings differ in it.

    Attributes:
        parts: The parts of a step in their order, each with its seconds: the medians of the steps
            that were timed. Empty where none was.
        timed: How many steps were timed; the others went on without being looked at.
        batch: The most images or tokens of a step, of each network; 0 where unknown.
        counted: What a batch is made of, such as "images" or "characters".
        pieces: In how many pieces a batch is read, whose gradients are added up.
        networks: How many networks are trained side by side.
        memory: The most bytes held since the training began, as far as it was looked; `None`
            where nobody knows.
        memory_of: What these bytes are of, such as "the whole process".

    Raises:
        ObservationError: If a part has another type.
    """

    parts: tuple[tuple[str, float], ...] = ()
    timed: int = 0
    batch: int = 0
    counted: str = "images"
    pieces: int = 1
    networks: int = 1
    memory: int | None = None
    memory_of: str = ""

    def __post_init__(self) -> None:
        settle(self, parts=_PARTS, counted=_WORDS, memory_of=_WORDS, timed=_COUNT, batch=_COUNT)
        settle(self, pieces=_ONE, networks=_ONE, memory=_COUNT.optional)

    @property
    def seconds(self) -> float:
        """Seconds of a step: those of its parts; NaN where none was timed."""
        return sum(seconds for _, seconds in self.parts) if self.parts else math.nan

    @property
    def batch_text(self) -> str:
        """The batch in words: "64 images in 2 pieces, for each of 3 networks"."""
        said = f"{self.batch:,} {self.counted}"
        said += f" in {self.pieces} pieces" if self.pieces > 1 else ""
        return said + (f", for each of {self.networks} networks" if self.networks > 1 else "")

    @property
    def memory_text(self) -> str:
        """The memory in words: "peak 412 MB of the whole process"; empty where unknown."""
        if self.memory is None:
            return ""
        large = self.memory >= 1e9
        size = f"{self.memory / 1e9:.2f} GB" if large else f"{self.memory / 1e6:.0f} MB"
        return f"peak {size} of {self.memory_of}"

    def _rows(self) -> Iterator[dict[str, Any]]:
        """A row for each part of a step."""
        yield from ({"part": name, "seconds": seconds} for name, seconds in self.parts)

    @brief
    def __repr__(self) -> str:
        parts = ", ".join(f"{name} {milliseconds(seconds)}" for name, seconds in self.parts)
        said = [f"{milliseconds(self.seconds)}: {parts}"] if parts else ["no step timed"]
        said += [f"batch of {self.batch_text}"] if self.batch else []
        return "; ".join([*said, self.memory_text] if self.memory is not None else said)


def milliseconds(seconds: float) -> str:
    """A short time for a person.

    Example:
        >>> milliseconds(0.0123), milliseconds(4.2e-5), milliseconds(1.5)
        ('12.3 ms', '0.042 ms', '1.50 s')
    """
    if seconds >= 1:
        return f"{seconds:.3g} s" if seconds >= 10 else f"{seconds:.2f} s"
    shown = 1000 * seconds
    return f"{shown:.1f} ms" if shown >= 1 else f"{float(f'{shown:.2g}'):g} ms"
