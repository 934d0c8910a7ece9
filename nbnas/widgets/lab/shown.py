"""A search on display in live mode: the lab, and a picture that stays where no lab can live.

An output of a notebook is shown by its best MIME type. A trusted notebook without widget state
takes the widget for the best and shows "model not found", whatever else the output holds. So the
picture is an output of its own below the lab; while the lab lives its style sheet hides the
picture, and where it does not, a style hides what JupyterLab says instead.
"""

import uuid
import weakref
from typing import Any

from IPython.display import display

from nbnas.widgets.bundle import Bundle, of_view
from nbnas.widgets.lab.lab import Lab
from nbnas.widgets.live import REPUBLISH, STILL, Throttle, guarded
from nbnas.widgets.search.search import SETTLED, stand
from nbnas.widgets.view import View, view

ELSEWHERE = "The lab of a search lives in JupyterLab; the picture below shows where it stood last."
_OUTPUT = ".jp-OutputArea-child"
NOT_FOUND = (
    f"{_OUTPUT}:has(+ {_OUTPUT} .jp-RenderedImage):has(+ * + {_OUTPUT} .nbnas-style) "
    ".jupyter-widgets:not(:has(*)) { display: none }"
)


class LabShown:
    """One search on display; every output of it shows the same lab and the same picture.

    Args:
        search: The search.

    Attributes:
        mode: "live".
        lab: Its view.
    """

    mode = "live"

    def __init__(self, search: Any) -> None:  # noqa: ANN401
        self._search = weakref.ref(search)
        self._summary = repr(search)
        self._identifier = uuid.uuid4().hex
        self._published: tuple[Any, ...] = ()
        self.lab = Lab(search)
        self._picture = Throttle(self._republish, REPUBLISH, STILL)
        search.changed.connect(self._changed)  # a weak reference to self
        search.stepped.connect(self._changed)

    def display(self) -> None:
        """Show the lab in the output of the current cell, too."""
        self.lab.update()
        data, metadata = self._bundle()
        widget = self.lab.widget._repr_mimebundle_()[0] | {"text/plain": ELSEWHERE}
        display(widget, raw=True)
        display(data, raw=True, metadata=metadata, display_id=self._identifier)
        style = f'<style class="nbnas-style">{NOT_FOUND}</style>'
        display({"text/html": style, "text/plain": ""}, raw=True)
        self._published = self._stand()

    def _changed(self, _: object) -> None:
        """Draw the picture anew when nothing more comes by itself; at once if a run has ended."""
        search = self._search()
        if search is None or search.state not in SETTLED or self._published == self._stand():
            return
        self._picture.request(now=search.state != "paused")

    def _stand(self) -> tuple[Any, ...]:
        search = self._search()
        return () if search is None else stand(search)

    def _republish(self) -> None:
        self._published = self._stand()
        data, metadata = self._bundle()
        guarded(lambda: self._send(data, metadata), lambda _: None)

    def _send(self, data: dict[str, Any], metadata: dict[str, Any]) -> None:
        display(data, raw=True, metadata=metadata, display_id=self._identifier, update=True)

    def _bundle(self) -> Bundle:
        return guarded(lambda: of_view(self._view(), "static"), self._failed)

    def _view(self) -> View:
        search = self._search()
        return View(self._summary) if search is None else view(search)

    def _failed(self, said: str) -> Bundle:
        what = object.__repr__(self._search())
        return {"text/plain": f"{what} (its view could not be drawn: {said})"}, {}
