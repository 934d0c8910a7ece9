"""Altair's charts, quick to put together, and saved as figures for a paper.

Altair copies the parts of its charts, deeply, at every level.

Layering, concatenating and theming set properties of the parts' copies and change nothing inside
them, so a shallow copy does as well. A view of a search is drawn in half the time.
"""

import importlib
from collections.abc import Iterable
from os import PathLike
from typing import Any, Self

import altair as alt


class Figure:
    """What every chart of nbnas can beside what altair's can: be a file that suits a paper.

    A copy has the same parts unless it is asked for others.
    """

    def save(
        self,
        path: str | PathLike[str],
        *,
        width: float | str | None = None,
        title: bool = True,
        ppi: float = 300,
    ) -> None:
        """Write the chart as a file, on white, without the internet.

        Args:
            path: Where to; the ending says as what: .pdf, .svg, .png, .html (which shows values
                under the mouse, and needs no other file) or .json (of Vega-Lite).
            width: How wide it is printed: "single" for a column of a paper of two (85 mm),
                "double" for both (174 mm), a length such as "12 cm", "3.3 in" or "240 pt", or a
                number of inches. Panels become narrower or wider for it and the smallest letters
                have 7 points, or 6 where a drawing needs the room. By default
                as on the screen.
            title: Whether the title stands above it; a paper has a caption for that.
            ppi: Pixels for each inch of a PNG.

        Raises:
            SettingError: If the ending or the width is none of these.
        """
        _figures().save(self, path, width=width, title=title, ppi=ppi)

    def to_altair(self) -> Any:  # noqa: ANN401
        """The same as a chart of altair's own, with the looks of nbnas, to be changed further.

        It is drawn and saved by altair as any other; `.configure_…` and `.properties` work on it.
        """
        return _figures().to_altair(self)

    def copy(self, deep: bool | Iterable[Any] = True, ignore: list[str] | None = None) -> Self:
        """A copy that has the same parts, unless it is asked for others."""
        copier: Any = super()
        chart: Self = copier.copy(False if deep is True else deep, ignore)
        return chart


class Chart(Figure, alt.Chart):  # type: ignore[misc]  # its save suits a paper
    """One panel."""


class LayerChart(Figure, alt.LayerChart):  # type: ignore[misc]
    """Panels over each other."""


class ConcatChart(Figure, alt.ConcatChart):  # type: ignore[misc]
    """Panels in rows."""


class HConcatChart(Figure, alt.HConcatChart):  # type: ignore[misc]
    """Panels next to each other."""


class VConcatChart(Figure, alt.VConcatChart):  # type: ignore[misc]
    """Panels below each other."""


def _figures() -> Any:  # noqa: ANN401
    """What writes files: it lies above all charts, which are made of these."""
    return importlib.import_module("nbnas.charts.figures")
