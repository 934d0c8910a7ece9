"""The views of data sets: what is in them, how much of it, and what looks wrong."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from nbnas.charts.training.data import data as drawn
from nbnas.charts.training.text import text as drawn_text
from nbnas.widgets.view import View

if TYPE_CHECKING:
    from nbnas.training.data.image_data import ImageData
    from nbnas.training.data.text import TextData


def data(data: "ImageData") -> View:
    """A data set as a person wants to see it before anything is trained."""
    from nbnas.training.data.summary import summarize  # torch takes a second to import

    summary = summarize(data)
    return View(f"{summary.said}.{_wrong(summary.warnings)}", drawn(summary))


def text(data: "TextData") -> View:
    """A text as a person wants to see it before anything is trained."""
    from nbnas.training.data.text_summary import summarize_text

    summary = summarize_text(data)
    return View(f"{summary.said}.{_wrong(summary.warnings)}", drawn_text(summary))


def _wrong(warnings: Sequence[str]) -> str:
    return f" What looks wrong: {'; '.join(warnings)}." if warnings else ""
