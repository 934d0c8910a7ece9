"""What is seen of an object: `view` gives a line of text and a chart.

Objects are looked up by the name of their class, so that showing an architecture does not import
what a search needs.
"""

import functools
import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import altair as alt

from nbnas.brief import brief, cut
from nbnas.charts.theme import AnyChart
from nbnas.checks import TEXT, Rule, instance, settle
from nbnas.subjects import SUBJECTS

_CHART: Rule[AnyChart] = instance(alt.TopLevelMixin, "altair.Chart(frame).mark_point()")


class Controls(Protocol):
    """What stands in a picture's place where widgets live: a `nbnas.widgets.panel.Panel`."""

    widget: Any

    def update(self, *, final: bool = False) -> None:
        """Redraw soon; before returning, if it is final."""


@dataclass(frozen=True, slots=True)
class View:
    """What is seen of an object.

    Attributes:
        summary: One line in words; it stands below the chart, and for it where there is none.
        chart: The picture, where there is something to draw.
        panel: Makes what stands in the picture's place where widgets live: the picture with
            controls. It is not called elsewhere, so that no widget is made there.

    Raises:
        SettingError: If the summary is no text, or the chart is none of Altair's.
    """

    summary: str
    chart: AnyChart | None = None
    panel: Callable[[], Controls] | None = None

    def __post_init__(self) -> None:
        settle(self, summary=TEXT, chart=_CHART.optional)

    @brief
    def __repr__(self) -> str:
        return f"{cut(self.summary, 100)!r}, {'text only' if self.chart is None else 'a chart'}"


@functools.singledispatch
def view(thing: Any) -> View:  # noqa: ANN401
    """What is seen of an object.

    Args:
        thing: An object of nbnas, or of a class for which a view is registered.

    Returns:
        Its view.

    Raises:
        TypeError: If there is no view for its class.

    Example:
        >>> from nbnas.graphs.spaces.cell import CellSpace
        >>> view(CellSpace().sample(0, 1)[0]).summary.partition(" Its string")[0]
        'Cell pool | 3×3+1×1 | skip+skip+–: 3 of 6 edges carry data from input to output; \
2 more lead nowhere (faint).'
    """
    for cls in type(thing).__mro__:
        found = SUBJECTS.get(f"{cls.__module__}.{cls.__qualname__}")
        if found is not None:
            module, _, function = found.partition(":")
            # A protocol would be asked of every class; what inherits from it is one by itself.
            own = type(thing) if getattr(cls, "_is_protocol", False) else cls
            registered = view.register(own, getattr(importlib.import_module(module), function))
            return registered(thing)
    raise TypeError(
        f"expected an object that nbnas can draw, got {type(thing).__module__}."
        f"{type(thing).__qualname__}; give its class a view with @nbnas.register_view(class)"
    )
