"""The lab's one widget: its state is traits, so that a reload shows what is, and nothing piles up.

Notation
    sent       how many messages the kernel has sent
    read       up to which of them the page has read; it says so after each one
"""

import threading
import time
import weakref
from collections.abc import Callable
from typing import Any

import anywidget
import traitlets

from nbnas.graphs.spaces.joint.space import JointSpace
from nbnas.records import ACCURACY, Fidelities, Goals, Measure
from nbnas.widgets.lab.sources import (
    page_script,
    page_style,
    said_of,
    specifications,
    vega_script,
)

STEERED = ("asked", "budget", "unit", "round", "selected", "what_if")  # the page sets these
AHEAD = 2  # messages that may be under way before the page has read them
BLIND = 1.0  # seconds between two changes while a cell runs, since the page cannot be heard then


def empty(**more: Any) -> dict[str, Any]:  # noqa: ANN401
    """What a chart shows of nothing."""
    return {"data": {}, "signals": {}, "title": "", "line": ""} | more


class LabWidget(anywidget.AnyWidget):
    """Everything that the page shows and a person sets, as traits.

    A person's page may be closed, or the kernel busy with a cell and deaf. So a change is sent
    only if the page has read the last two; while a cell runs, one a second. What is not sent is
    in the traits all the same: it comes with the next change, or when the page opens again.

    It refers to no other widget of ours. A page that opens while a cell runs does not know what
    widgets there were before, until the kernel can answer; one that leans on such a widget cannot
    be made then, and JupyterLab never tries again.
    """

    _esm = traitlets.Unicode().tag(sync=True)
    _css = traitlets.Unicode().tag(sync=True)
    script = traitlets.Bytes().tag(sync=True)
    identifier = traitlets.Unicode().tag(sync=True)
    specs = traitlets.Dict().tag(sync=True)
    choices = traitlets.Dict().tag(sync=True)
    measure = traitlets.Dict().tag(sync=True)  # what the page says of values, and which are better
    status = traitlets.Dict().tag(sync=True)
    trace = traitlets.Dict(empty()).tag(sync=True)
    best = traitlets.Dict().tag(sync=True)
    curve = traitlets.Dict(empty(data={"reports": []})).tag(sync=True)
    sample = traitlets.Dict({"names": [], "texts": []}).tag(sync=True)
    extras = traitlets.Dict({"names": [], "texts": []}).tag(sync=True)
    map = traitlets.Dict({"x": [], "y": [], "kinds": {}, "line": ""}).tag(sync=True)
    candidates = traitlets.Dict(empty(data={"rows": []})).tag(sync=True)
    why = traitlets.Dict().tag(sync=True)
    answer = traitlets.Dict().tag(sync=True)
    rounds = traitlets.Dict({"last": 0}).tag(sync=True)
    answered = traitlets.Dict({"round": -1, "what_if": {}}).tag(
        sync=True
    )  # what the slow part shows
    trials = traitlets.List().tag(sync=True)
    looks = traitlets.Dict().tag(sync=True)  # of searches with fidelities, else empty
    beliefs = traitlets.Dict().tag(sync=True)
    settings = traitlets.Dict().tag(sync=True)  # of searches whose architectures have some
    chosen = traitlets.Unicode().tag(sync=True)
    heard = traitlets.Int(0).tag(sync=True)
    sent = traitlets.Int(0).tag(sync=True)
    # What the page sets.
    selected = traitlets.Unicode().tag(sync=True)
    round = traitlets.Int(-1).tag(sync=True)
    what_if = traitlets.Dict().tag(sync=True)
    units = traitlets.List(["trials"]).tag(sync=True)  # what the budget may be counted in
    full_epochs = traitlets.Int(0).tag(sync=True)  # of a full training, where it may be in epochs
    unit = traitlets.Unicode("trials").tag(sync=True)
    budget = traitlets.Union([traitlets.Int(), traitlets.Float()], default_value=30).tag(sync=True)
    workers = traitlets.Int(0).tag(sync=True)  # processes; 0 for the kernel's own
    asked = traitlets.Dict().tag(sync=True, echo_update=False)
    read = traitlets.Int(0).tag(sync=True, echo_update=False)

    def __init__(
        self,
        busy: Callable[[], bool],
        measure: Measure = ACCURACY,
        fidelities: Fidelities | None = None,
        goals: Goals | None = None,
        space: JointSpace | None = None,
        **state: Any,  # noqa: ANN401
    ) -> None:
        super().__init__(
            _esm=page_script(),
            _css=page_style(),
            script=vega_script(),
            specs=specifications(measure, fidelities, goals, space),
            measure=said_of(measure, goals, space),
            **state,
        )
        self._turn = threading.RLock()
        self._busy = busy
        self._late: set[str] = set()
        self._counting = False
        self._timer: threading.Timer | None = None
        self._last = 0.0
        self.observe(self._heard_of, names="read")

    def follow(self, method: Callable[[Any], None]) -> None:
        """Call a method with what the page changes; its object is not kept alive by that."""
        found = weakref.WeakMethod(method)

        def call(change: Any) -> None:  # noqa: ANN401
            alive = found()
            if alive is not None:
                alive(change)

        self.observe(call, names=STEERED)

    def put(self, **values: Any) -> None:  # noqa: ANN401
        """Set traits, as one change; those that are equal to what they were are left out."""
        with self._turn, self.hold_sync():
            changed = {k: v for k, v in values.items() if getattr(self, k) != v}
            for name, value in changed.items():
                setattr(self, name, value)

    def send_state(self, key: Any = None) -> None:  # noqa: ANN401
        """Send traits if somebody reads; else remember which ones are late."""
        if key is None or not hasattr(self, "_turn"):  # all of it, or not yet made
            super().send_state(key)
            return
        if self._counting:
            return
        with self._turn:
            self._late |= {key} if isinstance(key, str) else set(key)
            self._send_late()

    def flush(self) -> None:
        """Send what is late, whoever reads: nothing more comes by itself."""
        with self._turn:
            self._send_late(force=True)

    def _send_late(self, *, force: bool = False) -> None:
        wait = 0.0 if force else self._wait()
        if wait > 0:
            self._send_later(wait)
            return
        late, self._late = self._late, set()
        if late:
            self._count()
            super().send_state(sorted(late | {"sent"}))

    def _count(self) -> None:
        """One message more, which tells its number itself."""
        self._last, self._counting = time.monotonic(), True
        try:
            self.sent += 1
        finally:
            self._counting = False

    def _wait(self) -> float:
        """Seconds until a change may be sent; infinite until the page has read more."""
        if self.sent - self.read < AHEAD:
            return 0.0
        return self._last + BLIND - time.monotonic() if self._busy() else float("inf")

    def _send_later(self, wait: float) -> None:
        if wait == float("inf") or (self._timer is not None and self._timer.is_alive()):
            return
        self._timer = threading.Timer(wait, self._again)
        self._timer.daemon = True
        self._timer.start()

    def _again(self) -> None:
        with self._turn:
            self._timer = None
            self._send_late()

    def _heard_of(self, _: object) -> None:
        with self._turn:
            self._send_late()
