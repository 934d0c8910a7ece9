"""Live objects on display: one widget for each, and a picture that is republished as it changes.

The picture in a notebook's output is frozen when the cell displays it. So each live object has one
display identifier; whoever runs it, in whatever later cell, sends the new picture there.
"""

import uuid
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from IPython.display import display

from nbnas.mode import Mode, safe_display_mode
from nbnas.widgets.bundle import Bundle, of_view
from nbnas.widgets.live import REPUBLISH, STILL, LiveView, Throttle, guarded
from nbnas.widgets.panel import Panel
from nbnas.widgets.search import benchmark, search, sweep
from nbnas.widgets.training import relaxation, training
from nbnas.widgets.view import View, view


@dataclass(frozen=True, slots=True)
class Follows:
    """How a live object is followed.

    Attributes:
        signal: Its signal.
        finished: Whether what it emitted was the last.
        ended: Another signal, which comes when nothing more comes by itself, where there is one: a
            run that is paused, stopped or interrupted has no last trial.
        line: What the cell that runs it says of what was emitted, where nobody watches: a line in
            papermill's log and in the executed notebook. An empty text says nothing.
    """

    signal: str
    finished: Callable[[Any], bool]
    line: Callable[[Any], str] = lambda _: ""
    ended: str = ""


SEARCH = "nbnas.search.search.Search"
LIVE = {
    "nbnas.batch.sweep.Sweep": Follows("progressed", sweep.finished, sweep.line),
    "nbnas.search.benchmark.benchmark.Benchmark": Follows(
        "progressed", benchmark.finished, benchmark.line
    ),
    SEARCH: Follows("stepped", search.search_finished, ended="changed"),
    "nbnas.training.live.LiveTraining": Follows("progressed", training.training_finished),
    "nbnas.training.relaxed.relaxation.Relaxation": Follows("progressed", relaxation.finished),
}


def show(thing: Any) -> None:  # noqa: ANN401
    """Display a live object here; this output then follows it, from whatever cell it runs.

    Args:
        thing: A `Search` or a `Training`.
    """
    mode = safe_display_mode()
    if mode == "off":
        data, metadata = guarded(
            lambda: of_view(view(thing), mode), lambda said: _text(thing, said)
        )
        display(data, raw=True, metadata=metadata)
        return
    shown = _SHOWN.get(thing)
    if shown is None or shown.mode != mode:
        shown = _SHOWN[thing] = _shown(thing, mode)
    shown.display()


def _shown(thing: Any, mode: Mode) -> Any:  # noqa: ANN401
    """A search is a lab where widgets live; all else is a picture that follows."""
    if mode == "live" and _is_search(thing):
        return guarded(lambda: _lab(thing), lambda _: Shown(thing, "static"))
    return Shown(thing, mode)


def _lab(thing: Any) -> Any:  # noqa: ANN401
    from nbnas.widgets.lab.shown import LabShown

    return LabShown(thing)


class Shown:
    """One live object on display. It does not keep the object alive.

    Args:
        thing: The live object.
        mode: "live" or "static".

    Attributes:
        mode: As given.
        live: The one widget, in live mode.
    """

    def __init__(self, thing: Any, mode: Mode) -> None:  # noqa: ANN401
        self.mode = mode
        self._thing = weakref.ref(thing)
        self._summary = repr(thing)
        self._follows = _follows(thing)
        self._identifier = uuid.uuid4().hex
        self._drawn: object = None
        self.live = self._alive() if mode == "live" else None
        self._picture = Throttle(self._republish, REPUBLISH, STILL)
        getattr(thing, self._follows.signal).connect(self._changed)  # a weak reference to self
        if self._follows.ended:
            getattr(thing, self._follows.ended).connect(self._ended)

    def _alive(self) -> LiveView | Panel:
        """The widget: a panel if its view has one, else a picture that is drawn anew."""
        panel = guarded(lambda: self._view().panel, lambda _: None)
        return LiveView(self._view) if panel is None else panel()

    def display(self) -> None:
        """Show it in the output of the current cell, too."""
        if self.live is not None:
            self.live.update(final=True)
        data, metadata = self._bundle()
        display(data, raw=True, metadata=metadata, display_id=self._identifier)

    def _changed(self, fact: object) -> None:
        thing = self._thing()
        final = thing is not None and guarded(lambda: self._follows.finished(thing), _false)
        if self.live is not None:
            self.live.update(final=final)
        if final or self.live is None:
            self._picture.request(now=final)
        said = self._follows.line(fact) if self.live is None else ""
        if said:
            guarded(lambda: display({"text/plain": said}, raw=True), lambda _: None)

    def _ended(self, word: str) -> None:
        """Republish what the search has come to, unless that was done."""
        thing = self._thing()
        if thing is not None and word in search.SETTLED and search.stand(thing) != self._drawn:
            self._picture.request(now=True)

    def _republish(self) -> None:
        thing = self._thing()
        if thing is not None and self._follows.ended:
            self._drawn = search.stand(thing)
        data, metadata = self._bundle()
        guarded(lambda: self._send(data, metadata), lambda _: None)

    def _send(self, data: dict[str, Any], metadata: dict[str, Any]) -> None:
        display(data, raw=True, metadata=metadata, display_id=self._identifier, update=True)

    def _bundle(self) -> Bundle:
        return guarded(lambda: of_view(self._view(), self.mode, self.live), self._failed)

    def _view(self) -> View:
        thing = self._thing()
        return View(self._summary) if thing is None else view(thing)

    def _failed(self, said: str) -> Bundle:
        data, metadata = _text(self._thing(), said)
        if self.live is not None:
            data = self.live.widget._repr_mimebundle_() | data
        return data, metadata


_SHOWN: weakref.WeakKeyDictionary[Any, Shown] = weakref.WeakKeyDictionary()


def _is_search(thing: Any) -> bool:  # noqa: ANN401
    return any(f"{cls.__module__}.{cls.__qualname__}" == SEARCH for cls in type(thing).__mro__)


def _follows(thing: Any) -> Follows:  # noqa: ANN401
    for cls in type(thing).__mro__:
        found = LIVE.get(f"{cls.__module__}.{cls.__qualname__}")
        if found is not None:
            return found
    raise TypeError(f"expected one of {', '.join(LIVE)}, got {type(thing).__qualname__}")


def _text(thing: Any, said: str) -> Bundle:  # noqa: ANN401
    return {"text/plain": f"{object.__repr__(thing)} (its view could not be drawn: {said})"}, {}


def _false(_: str) -> bool:
    return False
