"""What is maximised: the protocol of an objective."""

from typing import Protocol, runtime_checkable

from nbnas.graphs.architecture import Architecture
from nbnas.records import Evaluation


@runtime_checkable
class Objective(Protocol):
    """Evaluates architectures: any callable with this signature is one, a plain function too.

    It may offer more: `fingerprint() -> dict[str, str]` (what a study remembers of it),
    `test(architecture, seed) -> float` (the accuracy on held-out data) and
    `start(architecture, seed)` (a live `Training` with a `run()`; one that can be iterated over
    its epochs, with `stop()` and `evaluation`, lets a search pause and stop between two of them).
    """

    def __call__(self, architecture: Architecture, seed: int = 0) -> Evaluation:
        """Evaluate one architecture; an exception makes the trial a failed one."""
