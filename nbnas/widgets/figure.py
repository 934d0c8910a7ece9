"""The picture that an object shows, as a chart: to be saved, or changed with altair."""

from typing import Any

import altair as alt

from nbnas.charts.figures import figure_of
from nbnas.errors import SettingError
from nbnas.widgets.view import View, view


def figure(thing: Any) -> Any:  # noqa: ANN401
    """The chart that an object of nbnas shows as the last line of a cell.

    Args:
        thing: Anything that draws itself: a space, an architecture, a distance, a prior, a
            posterior, a search, …

    Returns:
        The chart: `figure(search).save("search.pdf", width="single")`, and `to_altair()`.

    Raises:
        SettingError: If it does not draw itself, or there is nothing to draw yet.

    Example:
        >>> import nbnas as nb
        >>> nb.figure(nb.CellSpace().sample(0, 1)[0]).to_altair().to_dict()["background"]
        'white'
    """
    try:
        seen = view(thing)
    except TypeError as error:
        raise SettingError(str(error)) from error
    if seen.chart is None:
        raise SettingError(f"expected something with a picture, got {seen.summary!r:.300}")
    return figure_of(seen.chart)


def chart(drawn: Any) -> View:  # noqa: ANN401
    """A chart by itself, below which its title and subtitle stand in words."""
    title = drawn.title
    parts = [getattr(title, "text", title), getattr(title, "subtitle", alt.Undefined)]
    lines = [" ".join(part) if isinstance(part, list) else part for part in parts]
    said = [line for line in lines if isinstance(line, str) and line]
    return View(": ".join(said) or "A chart", drawn)
