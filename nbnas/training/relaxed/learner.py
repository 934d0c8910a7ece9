"""What a relaxation asks of a method that is at work on shared weights."""

from typing import Any, Protocol

from nbnas.graphs.architecture import Architecture

Values = list[list[list[float]]]


class Learner(Protocol):
    """A method at work: all that it has beside the ground."""

    def epoch(self, number: int) -> float:
        """Train for one epoch.

        Args:
            number: Its number, from 1.

        Returns:
            The mean loss of the shared weights.
        """
        ...

    def values(self) -> Values:
        """The weights of all operations now, `(W, E, O)`, each row of which sums to 1."""
        ...

    def found(self) -> tuple[Architecture, float]:
        """What they stand for, and the measure of the shared network on what is held out."""
        ...

    def finalists(self) -> tuple[Architecture, ...]:
        """What is worth a full training now, the most promising first."""
        ...

    def state(self) -> dict[str, Any]:
        """All that changes beside the ground, as plain values and tensors."""
        ...

    def resume(self, state: dict[str, Any]) -> None:
        """Be as far as a state tells."""
        ...
