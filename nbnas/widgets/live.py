"""One widget that follows its object: guarded, throttled, never in the way of what it shows."""

import contextlib
import html
import threading
import time
import uuid
import warnings
from collections.abc import Callable
from typing import TypeVar

import ipywidgets

from nbnas.charts.render import STYLE, headings, to_svg
from nbnas.undisturbed import undisturbed
from nbnas.widgets.view import View

T = TypeVar("T")
REDRAW = 0.1  # seconds between two redraws at least
PICTURE = "This view could not be drawn; what it shows goes on."
CONTROL = "This control failed; all others work."
REST = 2.0  # pause after a redraw, in multiples of what it took, so that work goes first
REPUBLISH = 5.0  # seconds between two still pictures of a live object at least
STILL = 20.0  # pause after such a picture, in multiples of what it took: nobody turns its knobs

DRAWING = (
    threading.RLock()
)  # altair switches its checks off and on globally: one drawing at a time


def guarded(draw: Callable[[], T], failed: Callable[[str], T]) -> T:
    """The one guard: what a view raises becomes a warning and a picture of the failure.

    Args:
        draw: Draws.
        failed: What to show instead, given the failure in words.

    Returns:
        What either of them gives.
    """
    try:
        with DRAWING, undisturbed():
            return draw()
    except Exception as error:  # a view may fail; the search that it listens to may not
        said = f"{type(error).__name__}: {error}"
        with contextlib.suppress(Warning):  # where warnings are errors, this one is none
            warnings.warn(f"nbnas could not draw this view: {said}", stacklevel=2)
        return failed(said)


class Throttle:
    """Calls a function at most once an interval, in the background, and always after the last.

    Args:
        act: What to call; one call at a time.
        interval: Seconds between the beginnings of two calls, unless they are slow: then there is
            a pause of `rest` times what a call took.
        rest: That factor; a person who turns a knob would not wait for work to go first.
    """

    def __init__(self, act: Callable[[], None], interval: float, rest: float = REST) -> None:
        self._act, self._interval, self._rest = act, interval, rest
        self._state, self._acting = threading.Lock(), threading.Lock()
        self._timer: threading.Timer | None = None
        self._next = 0.0

    def request(self, *, now: bool = False) -> None:
        """Ask for a call.

        Args:
            now: Call here and at once, whatever the interval, and return when it is done.
        """
        if now:
            with self._state:
                if self._timer is not None:
                    self._timer.cancel()
                    self._timer = None
            with self._acting:
                self._run()
            return
        with self._state:
            if self._timer is None:
                self._start(self._next - time.monotonic())

    def _start(self, delay: float) -> None:
        self._timer = threading.Timer(max(delay, 0.0), self._fire)
        self._timer.daemon = True
        self._timer.start()

    def _fire(self) -> None:
        wait = self._next - time.monotonic()
        if wait > 0 or not self._acting.acquire(blocking=False):
            with self._state:
                self._start(wait if wait > 0 else self._interval)
            return
        try:
            with self._state:
                self._timer = None
            self._run()
        finally:
            self._acting.release()

    def _run(self) -> None:
        began = time.monotonic()
        self._next = began + self._interval
        self._act()
        took = time.monotonic() - began
        self._next = max(self._next, began + (1 + self._rest) * took)


class LiveView:
    """One `ipywidgets.HTML` that shows a view and follows it.

    Args:
        draw: Gives the view as it is now.
        interval: Seconds between two redraws at least.
        rest: Pause after a redraw, in multiples of what it took.

    Attributes:
        widget: What to display.
    """

    def __init__(
        self, draw: Callable[[], View], interval: float = REDRAW, rest: float = REST
    ) -> None:
        self._draw = draw
        self._drawn = self._complaint = ""
        self._throttle = Throttle(self._redraw, interval, rest)
        self.widget = ipywidgets.HTML()
        self.update(final=True)

    def update(self, *, final: bool = False) -> None:
        """Redraw soon.

        Args:
            final: Redraw before returning: nothing more comes, and the picture stays.
        """
        self._throttle.request(now=final)

    def complain(self, said: str) -> None:
        """Show above the picture, at once and until told otherwise, what a control failed with.

        Args:
            said: The failure in words; an empty text takes the last one away with the next
                redraw.
        """
        self._complaint = strip(said, CONTROL) if said else ""
        if said:
            self.update(final=True)

    def _redraw(self) -> None:
        self.widget.value = self._complaint + guarded(self._page, self._failed)

    def _page(self) -> str:
        self._drawn = page(self._draw())
        return self._drawn

    def _failed(self, said: str) -> str:
        return self._drawn + strip(said)


def page(view: View) -> str:
    """A view as HTML: the picture and below it the line of text.

    For a screen reader the picture is one image, named after its panels and described by the
    text; its marks and ticks are left out.
    """
    line = html.escape(view.summary)
    name = f"nbnas-{uuid.uuid4().hex[:12]}"
    text = f'<div id="{name}" class="nbnas-said" style="line-height:1.5">{line}</div>'
    if view.chart is None:
        return f'<div class="nbnas">{text}</div>'
    svg = to_svg(view.chart)
    shown = svg.replace("<svg ", '<svg aria-hidden="true" ', 1)
    label = headings(svg).replace('"', "&quot;") or "Picture"
    picture = f'<div role="img" aria-label="{label}" aria-describedby="{name}">{shown}</div>'
    style = f"<style>{STYLE}</style>"
    return f'<div class="nbnas" style="overflow-x:auto">{style}{picture}{text}</div>'


def strip(said: str, what: str = PICTURE) -> str:
    """The error strip as HTML: what failed, and how."""
    style = "border-left:4px solid #D55E00;padding:4px 10px;line-height:1.5;margin-top:6px"
    return (
        f'<div class="nbnas-error" role="alert" style="{style}">{what} {html.escape(said)}</div>'
    )
