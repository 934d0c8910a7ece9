"""Buttons that run a live object in the background, and stop it."""

import threading
import weakref
from collections.abc import Callable, Sequence
from typing import Any

import ipywidgets

from nbnas.errors import TrainingError
from nbnas.widgets.live import REST
from nbnas.widgets.panel import Panel, button
from nbnas.widgets.view import View


class Background:
    """Run in the background, and stop after the epoch that is under way.

    What is run by somebody else, such as a cell or a search, can only be stopped. Whoever inherits
    gives `draw`.

    Args:
        known: Gives the live object, or `None` once it is gone.
        what: What it is called.
        verb: What the button that runs it says.
        finished: Whether nothing more comes of it.
        others: More controls to stand beside the buttons.

    Attributes:
        train: The button that runs it.
        stop: The button that stops it.
        stopped: Whether that was clicked.
        panel: The controls and the picture.
    """

    def __init__(
        self,
        known: "weakref.ref[Any]",
        what: str,
        verb: str,
        finished: Callable[[Any], bool],
        others: Sequence[ipywidgets.Widget] = (),
    ) -> None:
        self._known, self._what, self._finished = known, what, finished
        self._thread, self.stopped = threading.Thread(), False
        self.train = button(verb, f"{verb} to the last epoch, in the background", icon="play")
        self.stop = button("Stop", "Stop after the epoch that is under way", icon="stop")
        self.panel = Panel(self._draw, [[self.train, self.stop, *others]], rest=REST)
        self.panel.clicked(self.train, self.start)
        self.panel.clicked(self.stop, self.end)

    def start(self) -> None:
        """Run it in a thread."""
        live = self._live()
        if self._thread.is_alive():
            raise TrainingError("expected one run at a time, and it is under way already")
        self._thread = threading.Thread(target=self._run, args=(live,), daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Stop it."""
        self._live().stop()
        self.stopped = True

    def draw(self, live: Any) -> View:  # noqa: ANN401
        """What is seen of it now."""
        raise NotImplementedError(f"expected {type(self).__name__} to define draw")

    def _draw(self) -> View:
        live = self._known()
        if live is None:
            return View(f"This {self._what} is gone.")
        over = self.stopped or self._finished(live)  # buttons that can do nothing are grey
        self.train.disabled = over or bool(live.reports) or self._thread.is_alive()
        self.stop.disabled = over
        return self.draw(live)

    def _live(self) -> Any:  # noqa: ANN401
        live = self._known()
        if live is None:
            raise TrainingError(
                f"expected a {self._what}, but nothing holds it any more; start another"
            )
        return live

    def _run(self, live: Any) -> None:  # noqa: ANN401
        """The background thread; what it raises is seen in the view."""
        try:
            for _ in live:
                pass
        except Exception as error:  # it would be lost in the thread
            self.panel.fail(error)
        self.panel.update()
