"""How far a training may go, and what that costs.

Notation
    E          epochs of a full training, the one that counts
    e          epochs of a look: of a training that goes less far
    cost       what an evaluation takes, in full trainings: e / E
"""

from dataclasses import dataclass

from nbnas.brief import brief
from nbnas.checks import FLAG, Rule, each, instance, settle, whole
from nbnas.errors import SettingError

EPOCHS = whole(1)
ROUNDING = 1e-9  # by which sums of costs may differ, in full trainings


@dataclass(frozen=True, slots=True)
class Fidelities:
    """The lengths that a training may have, in epochs; the last one is the full training.

    Args:
        epochs: The lengths, rising; at least two.
        continued: Whether a longer training goes on from a shorter one of the same architecture,
            so that only the rest is paid for, as along a learning curve. Else each length is a
            training of its own, with its own schedule, as NAS-Bench-201's of 12 and 200 epochs.

    Raises:
        SettingError: If there are fewer than two lengths, or they do not rise.

    Example:
        >>> fidelities = Fidelities((12, 200))
        >>> fidelities.full, fidelities.lower, fidelities.cost(12), fidelities.cost()
        (200, (12,), 0.06, 1.0)
    """

    epochs: tuple[int, ...]
    continued: bool = False

    def __post_init__(self) -> None:
        lengths: Rule[tuple[int, ...]] = each(EPOCHS, least=2)
        settle(self, epochs=lengths, continued=FLAG)
        if any(a >= b for a, b in zip(self.epochs, self.epochs[1:], strict=False)):
            raise SettingError(
                f"expected epochs that rise, the full training last, got {self.epochs!r:.100}"
            )

    @brief
    def __repr__(self) -> str:
        kind = ", continued=True" if self.continued else ""
        return f"{self.epochs}{kind}"

    @property
    def full(self) -> int:
        """E, the epochs of a full training."""
        return self.epochs[-1]

    @property
    def lower(self) -> tuple[int, ...]:
        """The epochs of looks, rising."""
        return self.epochs[:-1]

    def check(self, epochs: int | None) -> int:
        """The epochs of an evaluation; `None` is a full training.

        Raises:
            SettingError: If there is no such length.
        """
        if epochs is None:
            return self.full
        if EPOCHS("epochs", epochs) not in self.epochs:
            raise SettingError(
                f"expected epochs out of {', '.join(map(str, self.epochs))}, or None for a full "
                f"training, got epochs={epochs}"
            )
        return epochs

    def cost(self, epochs: int | None = None, before: int = 0) -> float:
        """What an evaluation takes, in full trainings.

        Args:
            epochs: How far it goes; `None` for a full training.
            before: How far the same architecture was trained before, which is spared where
                trainings are continued.

        Raises:
            SettingError: If there is no such length, or it goes less far than before.
        """
        upto = self.check(epochs)
        before = whole(0, upto)("before", before)
        return (upto - (before if self.continued else 0)) / self.full


FIDELITIES: Rule[Fidelities] = instance(Fidelities, "Fidelities((12, 200))")
