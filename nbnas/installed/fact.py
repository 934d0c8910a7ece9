"""One thing that is known of what is installed."""

from dataclasses import dataclass

from nbnas.brief import brief
from nbnas.checks import TEXT, settle

KILO = 1000


@dataclass(frozen=True, slots=True, repr=False)
class Fact:
    """One thing that is known.

    Attributes:
        topic: What it belongs to, such as "versions".
        name: What it is, such as "torch".
        value: In words, such as "2.9.0".
        advice: What to do about it; empty where nothing is to be done.

    Raises:
        SettingError: If one of them is no text.
    """

    topic: str
    name: str
    value: str
    advice: str = ""

    def __post_init__(self) -> None:
        settle(self, topic=TEXT, name=TEXT, value=TEXT, advice=TEXT)

    @brief
    def __repr__(self) -> str:
        return f"{self.name}: {self.value}"

    def line(self, width: int) -> str:
        """It as a line of text.

        Args:
            width: Letters that its name takes.
        """
        told = f"  {self.name:{width}} {self.value}"
        return f"{told}: {self.advice}" if self.advice else told


def size(count: float) -> str:
    """A number of bytes in words, such as "1.5 GB".

    Example:
        >>> size(1_500_000_000), size(12)
        ('1.5 GB', '12 bytes')
    """
    for power, unit in ((4, "TB"), (3, "GB"), (2, "MB"), (1, "kB")):
        if count >= KILO**power:
            return f"{count / KILO**power:.1f} {unit}"
    return f"{count:.0f} bytes"
