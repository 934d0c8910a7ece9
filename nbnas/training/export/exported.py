"""What an export has made."""

from dataclasses import dataclass
from pathlib import Path

from nbnas.brief import brief
from nbnas.records import Measure


@dataclass(frozen=True, slots=True, repr=False)
class Exported:
    """A network as files.

    Attributes:
        folder: Where they are.
        accuracy: On the test part, a fraction, of the files themselves: the share of pictures
            whose class is right, or of tokens of a text that were found likeliest.
        agreement: For each file that was run again, the share of the test part for which it gives
            the class, or likeliest token, of the trained network.
        parameters: Number of trainable weights.
        multiply_adds: For one picture, or one token of a text.
        measure: What the value is: the accuracy of pictures; of text what the recipe measures.
        value: On the test part.
        missing: Files that this network cannot be written as, each with the reason.
    """

    folder: Path
    accuracy: float
    agreement: tuple[tuple[str, float], ...]
    parameters: int
    multiply_adds: int
    measure: Measure
    value: float
    missing: tuple[tuple[str, str], ...] = ()

    @brief
    def __repr__(self) -> str:
        size, measured = f"{self.parameters:,} parameters", f"{self.measure.noun} {self.value:.4f}"
        lost = ", ".join(file for file, _ in self.missing)
        said = f", without {lost}" if lost else ""
        return f"{str(self.folder)!r}, {measured} on the test part, {size}{said}"
