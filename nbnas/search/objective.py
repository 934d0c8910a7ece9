"""What is maximised: the protocol of an objective."""

from typing import Protocol, runtime_checkable

from nbnas.errors import SettingError
from nbnas.graphs.architecture import Architecture
from nbnas.records import ACCURACY, Evaluation, Measure


@runtime_checkable
class Objective(Protocol):
    """Evaluates architectures: any callable with this signature is one, a plain function too.

    It may offer more: `measure` (what its values are; `nbnas.ACCURACY` if it does not say),
    `fingerprint() -> dict[str, str]` (what a study remembers of it),
    `test(architecture, seed) -> float` (the accuracy on held-out data) and
    `start(architecture, seed)` (a live `Training` with a `run()`; one that can be iterated over
    its epochs, with `stop()` and `evaluation`, lets a search pause and stop between two of them).
    """

    def __call__(self, architecture: Architecture, seed: int = 0) -> Evaluation:
        """Evaluate one architecture; an exception makes the trial a failed one."""


def measure_of(objective: object, given: Measure | None = None) -> Measure:
    """What an objective's values are.

    Args:
        objective: The objective.
        given: What the caller says of it, where it does not say so itself.

    Returns:
        The measure; validation accuracy where nobody says anything.

    Raises:
        SettingError: If it is no measure, or the objective says another one.
    """
    own = getattr(objective, "measure", None)
    for measure in (own, given):
        if measure is not None and not isinstance(measure, Measure):
            raise SettingError(
                'expected a measure such as nbnas.Measure("loss", maximize=False), got '
                f"{measure!r:.100}"
            )
    if own is not None and given is not None and own != given:
        raise SettingError(f"expected the measure of the objective, {own}, got {given}")
    return given or own or ACCURACY
