"""A setting that is one of some options.

Notation
    u    the option on the unit interval, of which each option has a part, in their order
"""

from dataclasses import dataclass

from nbnas.brief import brief
from nbnas.checks import real
from nbnas.errors import ArchitectureError, SettingError, shown
from nbnas.graphs.settings import plain
from nbnas.graphs.space import Randomness, generator
from nbnas.graphs.values import Value, write

MOST_OPTIONS = 1_000
_NUMBER = real()


@dataclass(frozen=True, slots=True, init=False)
class Categorical:
    """One of some options without an order.

    Args:
        options: Numbers, texts, True, False or None; each different from the others.

    Raises:
        SettingError: If there is no option, one stands twice, or is something else.

    Example:
        >>> optimizer = Categorical("sgd", "adamw")
        >>> optimizer.encode("adamw"), optimizer.to_unit("adamw"), optimizer.from_unit(0.2)
        ((0.0, 1.0), 0.75, 'sgd')
    """

    options: tuple[Value, ...]

    def __init__(self, *options: Value) -> None:
        object.__setattr__(self, "options", tuple(map(_option, options)))
        if not 1 <= len(self.options) <= MOST_OPTIONS:
            raise SettingError(
                f"expected 1 to {MOST_OPTIONS:,} options, one after the other, such as "
                f'nbnas.Categorical("sgd", "adamw"), got {len(self.options)}'
            )
        if len(set(self.options)) < len(self.options):
            raise SettingError(f"expected no option twice, got {shown(self.options)}")

    @brief
    def __repr__(self) -> str:
        return ", ".join(map(repr, self.options))

    @property
    def size(self) -> int:
        """Number of options."""
        return len(self.options)

    def check(self, value: object) -> Value:
        """The option that a value is.

        Raises:
            SettingError: If it is none.
        """
        return self.options[self._place(value)]

    def to_unit(self, value: Value) -> float:
        """The middle of the part of the unit interval that is of an option.

        Raises:
            SettingError: If it is none.
        """
        return (self._place(value) + 0.5) / self.size

    def from_unit(self, u: float) -> Value:
        """The option whose part of the unit interval a place is in."""
        u = min(max(_NUMBER("u", u), 0.0), 1.0)
        return self.options[min(int(u * self.size), self.size - 1)]

    def encode(self, value: Value) -> tuple[float, ...]:
        """One coordinate for each option: 1 for this one, 0 for the others."""
        place = self._place(value)
        return tuple(float(other == place) for other in range(self.size))

    def sample(self, rng: Randomness) -> Value:
        """Draw an option; all are equally likely."""
        return self.options[generator(rng).integers(self.size)]

    def mutate(self, value: Value, rng: Randomness) -> Value:
        """Draw another option; all others are equally likely."""
        others = self.near(value)
        return others[generator(rng).integers(len(others))] if others else self.check(value)

    def near(self, value: Value) -> tuple[Value, ...]:
        """All other options."""
        place = self._place(value)
        return tuple(each for other, each in enumerate(self.options) if other != place)

    def values(self) -> tuple[Value, ...]:
        """All options."""
        return self.options

    def _place(self, value: object) -> int:
        try:
            return tuple(map(write, self.options)).index(write(plain(value)))
        except (ArchitectureError, ValueError):
            allowed = ", ".join(map(repr, self.options))
            raise SettingError(
                f"expected value to be one of {allowed:.200}, got value={shown(value)}"
            ) from None


def _option(option: object) -> Value:
    try:
        return plain(option)
    except ArchitectureError as error:
        hint = "; give the options one by one, not as a sequence"
        several = hint if isinstance(option, list | tuple | set | range) else ""
        raise SettingError(
            "expected options that are finite numbers, texts, True, False or None, got "
            f"{shown(option)}{several}"
        ) from error
