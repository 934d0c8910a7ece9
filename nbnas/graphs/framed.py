"""What is a table: the same way to pandas and to LaTeX for all of it.

The rows are plain values, so that lower floors need no pandas: it is loaded when somebody asks.
"""

import importlib
from collections.abc import Iterable, Mapping
from numbers import Number
from typing import Any

from nbnas.checks import TEXT, whole

_DIGITS = whole(1, 15)


class Framed:
    """Whatever has rows. A subclass gives them by `_rows`."""

    __slots__ = ()

    def _rows(self) -> Iterable[Mapping[str, Any]]:
        """What each column holds, row by row."""
        raise NotImplementedError(f"expected {type(self).__name__} to give its rows")

    def to_frame(self) -> Any:  # noqa: ANN401
        """The rows as a `pandas.DataFrame`; values are in their units, fractions in [0, 1]."""
        return importlib.import_module("pandas").DataFrame([dict(row) for row in self._rows()])

    def to_latex(self, *, digits: int = 4, caption: str = "") -> str:
        """The rows as a table of LaTeX, for the package booktabs.

        Args:
            digits: Significant digits of numbers that are no whole ones.
            caption: What stands above it, in LaTeX; with one it is a float.

        Raises:
            SettingError: If digits are no whole number from 1 to 15, or the caption is no text.
        """
        digits, caption = _DIGITS("digits", digits), TEXT("caption", caption)
        text: str = (
            self.to_frame()
            .map(_plain)
            .to_latex(
                index=False,
                escape=True,
                na_rep="--",
                float_format=lambda number: f"{number:.{digits}g}",
                caption=caption or None,
            )
        )
        return text


def _plain(value: object) -> object:
    return value if value is None or isinstance(value, Number) else str(value)
