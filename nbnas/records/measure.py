"""What an evaluation gives a number for: its name, unit, direction and bounds."""

import math
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from nbnas.checks import FLAG, REAL, TEXT, Rule, instance, real, settle, whole
from nbnas.errors import ObservationError, SettingError, shown

Number = TypeVar("Number", float, NDArray[np.float64])
_BOUND = real(infinite=True)
_DIGITS = whole(0, 20)
_NUMBER = REAL.raising(ObservationError)


@dataclass(frozen=True, slots=True)
class Measure:
    """What is measured of an architecture, and which way is better.

    A value is shown as it was measured: no sign is flipped in what is stored or seen. A fraction,
    that is a measure without a unit between 0 and 1, is shown in percent.

    Args:
        name: What it is called, such as "perplexity".
        unit: Its unit, such as "ms"; empty for a plain number.
        maximize: Whether higher is better.
        lower: The least value that it can have.
        upper: The greatest value that it can have.

    Raises:
        SettingError: If the name is empty or the bounds are no interval.

    Example:
        >>> perplexity = Measure("perplexity", maximize=False, lower=1)
        >>> perplexity.text(96.31), perplexity.improvement(3.1), ACCURACY.text(0.9161)
        ('96.31', 'lower by 3.1 perplexity', '91.61 %')
    """

    name: str
    unit: str = ""
    maximize: bool = True
    lower: float = -math.inf
    upper: float = math.inf

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name.strip():
            raise SettingError(f"expected a name for the measure, got {shown(self.name)}")
        settle(self, name=TEXT, unit=TEXT, maximize=FLAG, lower=_BOUND, upper=_BOUND)
        object.__setattr__(self, "lower", float(self.lower))
        object.__setattr__(self, "upper", float(self.upper))
        if not self.lower < self.upper:
            raise SettingError(
                f"expected a lower bound below the upper one, got {self.lower} and {self.upper}"
            )

    def gain(self, value: Number) -> Number:
        """What is maximised: the value, or its negative where lower is better.

        Its own inverse: `gain(gain(value)) == value`. Of values of any shape.

        Raises:
            ObservationError: If it is neither a number nor an array of numbers.
        """
        if not isinstance(value, np.ndarray) or value.dtype.kind not in "iuf":
            _NUMBER("value", value)
        return value if self.maximize else -value

    @property
    def fraction(self) -> bool:
        """Whether it is a fraction, which is shown in percent."""
        return not self.unit and self.lower == 0 and self.upper == 1

    @property
    def centre(self) -> float:
        """About what a value is reflected where lower is better: a fraction stays a fraction."""
        middle = self.lower + self.upper
        return middle if math.isfinite(middle) else 0.0

    @property
    def reflected(self) -> tuple[float, float]:
        """The bounds of what a model sees: of the value, or of centre - value."""
        if self.maximize:
            return self.lower, self.upper
        return self.centre - self.upper, self.centre - self.lower

    def check(self, value: float) -> float:
        """Check that a value is a number within the bounds.

        Returns:
            The value.

        Raises:
            ObservationError: If it is not; never rescaled in silence.
        """
        _NUMBER("value", value)
        if self.lower <= value <= self.upper:
            return value
        percent = "; did you mean percent? then divide by 100" if self._percent(value) else ""
        raise ObservationError(
            f"expected {self.name} from {self.lower:g} to {self.upper:g}{self._in_unit}, "
            f"got {value:g}{percent}; give the objective the measure that it has, such as "
            f'nbnas.Measure("loss", maximize=False)'
        )

    def text(self, value: float, *, digits: int = 2) -> str:
        """A value for a person, such as "91.61 %", "12.3 ms" or "96.31".

        Args:
            value: In the unit of the measure.
            digits: Digits behind the point of a percentage; other numbers get as many as
                tell four significant ones.

        Raises:
            ObservationError: If the value is no number.
        """
        value, digits = _NUMBER("value", value), _DIGITS("digits", digits)
        if self.fraction:
            return f"{100 * value:.{digits}f} %"
        return f"{self._said(value, 4)} {self.unit}".rstrip()

    def difference(self, amount: float, *, digits: int = 2) -> str:
        """A difference for a person: "0.66 points", "3.1 perplexity", "0.4 ms"."""
        amount, digits = _NUMBER("amount", amount), _DIGITS("digits", digits)
        if self.fraction:
            return f"{100 * amount:.{digits}f} points"
        return f"{self._said(amount, 2)} {self.unit or self.name}"

    def improvement(self, amount: float, *, digits: int = 2) -> str:
        """A gain for a person: "higher by 0.66 points", "lower by 3.1 perplexity"."""
        way = "higher" if self.maximize else "lower"
        return f"{way} by {self.difference(amount, digits=digits)}"

    def expected(self, gain: float) -> str:
        """An expected improvement for a person, with three significant digits.

        Args:
            gain: By how much better, at least 0, in the unit of the measure.

        Returns:
            Such as "expected improvement 0.4 percentage points" or "expected improvement: lower
            by 3.1 perplexity".
        """
        said = f"{self.amount(_NUMBER('gain', gain))} {self.points}"
        return f"expected improvement{f' {said}' if self.maximize else f': lower by {said}'}"

    def amount(self, difference: float) -> str:
        """A difference as it is drawn, in `points`, with three significant digits: "0.4"."""
        drawn = self.scale * _NUMBER("difference", difference)
        return number(drawn, 3) if abs(drawn) >= 1000 else f"{drawn:.3g}"

    @property
    def points(self) -> str:
        """What a difference is drawn in: "percentage points", the unit, or the name."""
        return "percentage points" if self.fraction else self.unit or self.name

    @property
    def noun(self) -> str:
        """The name where there is little room: "accuracy"."""
        return self.name.removeprefix("validation ")

    def titled(self, words: str) -> str:
        """Words for an axis whose ticks carry the sign of percent: "predicted latency (ms)"."""
        return f"{words} ({self.unit})" if self.unit else words

    @property
    def best_word(self) -> str:
        """What the best value is: "highest" or "lowest"."""
        return "highest" if self.maximize else "lowest"

    @property
    def better_word(self) -> str:
        """What a better value is: "higher" or "lower"."""
        return "higher" if self.maximize else "lower"

    @property
    def title(self) -> str:
        """The name with its unit, for an axis: "validation accuracy (%)", "latency (ms)"."""
        unit = "%" if self.fraction else self.unit
        return f"{self.name} ({unit})" if unit else self.name

    @property
    def scale(self) -> float:
        """What a value is multiplied by in order to be drawn: 100 for a fraction, else 1."""
        return 100.0 if self.fraction else 1.0

    @property
    def _in_unit(self) -> str:
        return f" {self.unit}" if self.unit else ""

    def _said(self, value: float, significant: int) -> str:
        """A number with so many significant digits; of a count, all of a whole number."""
        count = self.name in COUNTS and float(value).is_integer() and abs(value) < 1e7
        return f"{value:,.0f}" if count else number(value, significant)

    def _percent(self, value: float) -> bool:
        return self.fraction and 1 < value <= 100


def number(value: float, significant: int = 4) -> str:
    """A number with so many significant digits, and never fewer than its whole part has."""
    if not math.isfinite(value) or value == 0:
        return f"{value:g}"
    places = significant - 1 - math.floor(math.log10(abs(value)))
    if 1e-4 <= abs(value) < 1e7:
        return f"{value:,.{max(places, 0)}f}"
    return f"{value:.{significant}g}"


COUNTS = ("parameters", "multiply_adds")  # measures of which there is no half
MEASURE: Rule[Measure] = instance(Measure, 'nbnas.Measure("loss", maximize=False)')
ACCURACY = Measure("validation accuracy", lower=0.0, upper=1.0)
"""Of pictures: the share of right answers."""
BALANCED_ACCURACY = Measure("balanced accuracy", lower=0.0, upper=1.0)
"""Of pictures: the mean over the classes of the share of right answers in each."""
LOG_LOSS = Measure("log loss", "nats", maximize=False, lower=0.0)
"""Mean negative logarithm of the probability that was given to what is right."""
PERPLEXITY = Measure("perplexity", maximize=False, lower=1.0)
"""Of text: exp of the log loss of a token; as unsure as between so many equal ones."""
BITS_A_CHARACTER = Measure("bits a character", maximize=False, lower=0.0)
"""Of text read by characters: the log loss of one, to the base of two."""
PARAMETERS = Measure("parameters", maximize=False, lower=0.0)
"""Number of trainable weights."""
MULTIPLY_ADDS = Measure("multiply_adds", maximize=False, lower=0.0)
"""Number of multiply-adds for one input."""
