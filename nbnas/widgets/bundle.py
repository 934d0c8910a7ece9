"""What a notebook's output holds of an object: a widget, a picture, a text."""

from typing import Any

from nbnas.charts.render import png_size, to_png
from nbnas.mode import Mode, safe_display_mode
from nbnas.widgets.live import guarded
from nbnas.widgets.panel import alive
from nbnas.widgets.view import Controls, View, view

PNG_SCALE = 2
Bundle = tuple[dict[str, Any], dict[str, Any]]


def bundle(thing: Any) -> Bundle:  # noqa: ANN401
    """The MIME bundle of an object that does not change.

    Args:
        thing: Any object that has a view.

    Returns:
        Data and metadata by MIME type: in live mode widget, PNG and text; in static mode PNG and
        text, and no widget is made at all; else text. Never raises: a view that fails leaves the
        object's repr and the reason.
    """
    mode = safe_display_mode()
    return guarded(lambda: _bundle(thing, mode), lambda said: _text(thing, said))


def of_view(view: View, mode: Mode, live: Controls | None = None) -> Bundle:
    """The MIME bundle of a view.

    Args:
        view: What to show.
        mode: How.
        live: The widget that shows it already, where there is one.

    Returns:
        Data and metadata by MIME type.
    """
    data: dict[str, Any] = {"text/plain": view.summary}
    metadata: dict[str, Any] = {}
    if mode == "off":
        return data, metadata
    if view.chart is not None:
        data["image/png"] = to_png(view.chart, PNG_SCALE)
        width, height = (side // PNG_SCALE for side in png_size(data["image/png"]))
        # The text is what nbconvert writes as the image's `alt`.
        metadata["image/png"] = {"width": width, "height": height, "alt": view.summary}
    if mode == "live":
        shown = alive(view) if live is None else live
        data = shown.widget._repr_mimebundle_() | data
    return data, metadata


def _bundle(thing: Any, mode: Mode) -> Bundle:  # noqa: ANN401
    return of_view(view(thing), mode)


def _text(thing: Any, said: str) -> Bundle:  # noqa: ANN401
    return {"text/plain": f"{object.__repr__(thing)} (its view could not be drawn: {said})"}, {}
