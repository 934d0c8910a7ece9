"""The view of a data set: samples by class, how many there are, and what looks wrong."""

from typing import TYPE_CHECKING

from nbnas.charts.training.data import data as drawn
from nbnas.widgets.view import View

if TYPE_CHECKING:
    from nbnas.training.data.image_data import ImageData


def data(data: "ImageData") -> View:
    """A data set as a person wants to see it before anything is trained."""
    from nbnas.training.data.summary import summarize  # torch takes a second to import

    summary = summarize(data)
    wrong = f" What looks wrong: {'; '.join(summary.warnings)}." if summary.warnings else ""
    return View(f"{summary.said}.{wrong}", drawn(summary))
