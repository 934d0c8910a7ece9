"""Controls over one picture. Their number never changes, and their failures are seen.

An exception in a callback of a widget is invisible in JupyterLab; here every callback goes through
one wrapper, which shows it between the controls and the picture, and keeps it.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from math import floor, log10
from typing import Any

import ipywidgets

from nbnas.widgets.aloud import Aloud
from nbnas.widgets.live import LiveView
from nbnas.widgets.view import Controls, View

Act = Callable[[], object]


class Panel:
    """One picture and its controls, in one box.

    Args:
        draw: Gives the view as the controls stand; it may take its time, as it is called at most
            ten times a second, and always after the last change.
        rows: The controls, row by row.
        keep: Told of every exception of a callback, beside the person who sees it.
        rest: Pause after a redraw, in multiples of what it took.

    Attributes:
        view: The picture.
        widget: What to display.
        error: The last exception of a callback, until a callback ends well.
    """

    def __init__(
        self,
        draw: Callable[[], View],
        rows: Sequence[Sequence[ipywidgets.Widget]],
        keep: Callable[[BaseException], object] | None = None,
        rest: float = 0.1,
    ) -> None:
        self.error: BaseException | None = None
        self._keep, self._silent = keep, False
        self.view = LiveView(draw, rest=rest)
        boxes = [ipywidgets.HBox(list(row), layout=_row()) for row in rows]
        self.widget = ipywidgets.VBox([*boxes, self.view.widget, Aloud()])

    def update(self, *, final: bool = False) -> None:
        """Redraw soon.

        Args:
            final: Redraw before returning.
        """
        self.view.update(final=final)

    def clicked(self, button: ipywidgets.Button, act: Act) -> None:
        """Call a function whenever a button is clicked, and redraw."""
        button.on_click(lambda _: self.call(act))

    def changed(self, *controls: ipywidgets.Widget, act: Act | None = None) -> None:
        """Redraw, and before that call a function, whenever the value of a control changes."""
        for control in controls:
            control.observe(lambda _: self.call(act), names="value")

    def call(self, act: Act | None) -> None:
        """The one wrapper of callbacks: what they raise is shown and kept.

        Args:
            act: The callback; `None` only redraws.
        """
        if self._silent:
            return
        self.error = None  # before the call, which may begin work that fails in a thread
        self.view.complain("")
        try:
            if act is not None:
                act()
        except Exception as error:  # it would be invisible
            self.fail(error)
            return
        self.update()

    @contextmanager
    def silently(self) -> Iterator[None]:
        """Several controls are set by a program: their callbacks are left out meanwhile."""
        self._silent = True
        try:
            yield
        finally:
            self._silent = False

    def fail(self, error: BaseException) -> None:
        """Show and keep an exception."""
        self.error = error
        self.view.complain(f"{type(error).__name__}: {error}")
        if self._keep is not None:
            self._keep(error)


def alive(view: View) -> Controls:
    """The widget of a view: its panel, or its picture alone where it has no controls."""
    return LiveView(lambda: view) if view.panel is None else view.panel()


def button(text: str, tooltip: str, **options: Any) -> ipywidgets.Button:  # noqa: ANN401
    """A button as wide as its text."""
    layout = ipywidgets.Layout(width="auto")
    return ipywidgets.Button(description=text, tooltip=tooltip, layout=layout, **options)


def toggles(
    options: Sequence[tuple[str, Any]], tooltips: Sequence[str] = ()
) -> ipywidgets.ToggleButtons:
    """Buttons of which one is down; a `label` stands before them."""
    return ipywidgets.ToggleButtons(
        options=list(options),
        tooltips=list(tooltips),
        layout=ipywidgets.Layout(width="auto"),
        style={"button_width": "auto"},
    )


def label(text: str) -> ipywidgets.Label:
    """A word before controls that have none of their own."""
    return ipywidgets.Label(text, layout=ipywidgets.Layout(margin="2px 4px 2px 12px"))


def dropdown(
    options: Sequence[tuple[str, Any]], label: str, tooltip: str, width: str = "360px"
) -> ipywidgets.Dropdown:
    """A list to choose from."""
    return ipywidgets.Dropdown(
        options=list(options),
        description=label,
        tooltip=tooltip,
        layout=ipywidgets.Layout(width=width),
        style=_LABEL,
    )


def unique(names: Iterable[str]) -> list[str]:
    """Names that are all different, as choices and controls need them.

    Example:
        >>> unique(["Edit", "Path", "Edit"])
        ['Edit', 'Path', 'Edit (2)']
    """
    counts: dict[str, int] = {}
    found = []
    for name in names:
        counts[name] = counts.get(name, 0) + 1
        found.append(name if counts[name] == 1 else f"{name} ({counts[name]})")
    return found


def slider(
    value: float, low: float, high: float, label: str, tooltip: str
) -> ipywidgets.FloatLogSlider:
    """A logarithmic slider; its steps are 2 %, counted from where it stands.

    A browser moves a value that lies between two steps to one of them.

    Args:
        value: Where it stands.
        low: Smallest value, above 0.
        high: Largest value.
        label: What it sets.
        tooltip: The same in more words.
    """
    value = min(max(value, low), high)
    # The browser rounds to whole steps from the minimum: so the value is a whole number of them.
    steps = floor(log10(value / low) / _STEP + 1e-9)
    return ipywidgets.FloatLogSlider(
        value=value,
        base=10,
        min=log10(value) - steps * _STEP,
        max=log10(high),
        step=_STEP,
        description=label,
        tooltip=f"{label}: {tooltip}",  # a long label may be cut off
        readout_format=".3g",
        layout=ipywidgets.Layout(width="358px"),
        style={"description_width": "175px"},
    )


def reach(slider: ipywidgets.FloatLogSlider, value: float) -> None:
    """Set a logarithmic slider, and lengthen it where the value lies beyond its ends."""
    place = log10(value)
    slider.min, slider.max = min(slider.min, place), max(slider.max, place)
    slider.value = value


_STEP = log10(1.02)
_LABEL = {"description_width": "initial"}


def _row() -> ipywidgets.Layout:
    return ipywidgets.Layout(flex_flow="row wrap", align_items="center")
