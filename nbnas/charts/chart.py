"""Altair's charts, quick to put together: each of them copies its parts, deeply, at every level.

Layering, concatenating and theming set properties of the parts' copies and change nothing inside
them, so a shallow copy does as well. A view of a search is drawn in half the time.
"""

from collections.abc import Iterable
from typing import Any, Self

import altair as alt


class _Shallow:
    """A copy has the same parts unless it is asked for others."""

    def copy(self, deep: bool | Iterable[Any] = True, ignore: list[str] | None = None) -> Self:
        copier: Any = super()
        chart: Self = copier.copy(False if deep is True else deep, ignore)
        return chart


class Chart(_Shallow, alt.Chart):
    """One panel."""


class LayerChart(_Shallow, alt.LayerChart):
    """Panels over each other."""


class ConcatChart(_Shallow, alt.ConcatChart):
    """Panels in rows."""


class HConcatChart(_Shallow, alt.HConcatChart):
    """Panels next to each other."""


class VConcatChart(_Shallow, alt.VConcatChart):
    """Panels below each other."""
