"""The lab: what a search is when it is the last line of a cell. It follows and steers one search.

Two paths lead to the page. The quick one (state, course, curve, trials) is drawn ten times a
second at most. The slow one (posterior, map, candidates, why, what if) is computed in a thread of
its own, of which only the newest request counts. Neither runs where the page's messages arrive.
"""

import threading
import uuid
import weakref
from collections.abc import Callable
from typing import Any

from nbnas.undisturbed import undisturbed
from nbnas.widgets.lab import status
from nbnas.widgets.lab.asked.choices import choices, map_distance
from nbnas.widgets.lab.asked.questions import Questions
from nbnas.widgets.lab.atlas import Atlas
from nbnas.widgets.lab.budget import Aim, Budget, Unit, many
from nbnas.widgets.lab.busy import busy
from nbnas.widgets.lab.cards.looked import Looked
from nbnas.widgets.lab.cards.settings import Settings, joint_of
from nbnas.widgets.lab.course import Course, trials_page
from nbnas.widgets.lab.latest import Latest
from nbnas.widgets.lab.rounds import Rounds
from nbnas.widgets.lab.widget import LabWidget
from nbnas.widgets.live import REDRAW, Throttle
from nbnas.widgets.search.search import SETTLED


class Lab:
    """The live view of one search. It does not keep the search alive.

    Args:
        search: What it follows and steers.

    Attributes:
        widget: The one widget, however often it is displayed and however many trials there are.
        identifier: Tells the page's outputs of this lab from others.
    """

    def __init__(self, search: Any) -> None:  # noqa: ANN401
        self._search = weakref.ref(search)
        self._training: Any = None
        self._trouble = ""
        self._budget = Budget(search)
        offered = choices(search.space, search.strategy, search.goals)
        distance = map_distance(search.space, search.strategy)
        self._atlas = Atlas(search.space, distance)
        self._course = Course(search.objective, search.measure)
        self._looked = Looked(search)
        self.identifier = uuid.uuid4().hex
        shown = search.measure, self._looked.fidelities, search.goals, joint_of(search)
        self.widget = LabWidget(
            busy(),
            *shown,
            identifier=self.identifier,
            choices=offered.to_page(),
            **self._budget.to_page(),
            workers=many(search),
            sample=self._atlas.names()[0],
        )
        self._quick = Throttle(self._guarded(self._draw), REDRAW)
        self._slow = Latest(self._guarded(self._compute))
        asked = Questions(offered)
        cards = self._looked, Settings(search)
        self._rounds = Rounds(self.widget, self._slow, self._atlas, distance, asked, *cards)
        self.update()
        self._connect(search)
        self._quick.request()  # what happened between the two

    def _connect(self, search: Any) -> None:  # noqa: ANN401
        search.changed.connect(self._changed)  # weak references to self
        search.stepped.connect(self._stepped)
        self.widget.follow(self._page_set)

    def update(self) -> None:
        """Show everything as it is now; what takes long, soon."""
        self._follow_training()
        self._quick.request(now=True)
        self._slow.request()

    def wait(self, timeout: float = 60.0) -> bool:
        """Wait until the slow path has nothing left to do; whether it came to that."""
        return self._slow.wait(timeout)

    @property
    def _unit(self) -> Unit:
        return self._budget.unit_of(self.widget.unit)

    @property
    def _aim(self) -> Aim:
        return self._unit.aim(self.widget.budget)

    # What the search says.

    def _changed(self, word: str) -> None:
        self._follow_training()
        self._quick.request(now=word in SETTLED)
        self._slow.request()

    def _stepped(self, _: object) -> None:
        self._quick.request()
        self._slow.request()

    def _follow_training(self) -> None:
        search = self._search()
        training = None if search is None else search.training
        if training is not self._training:
            self._training = training
            signal = getattr(training, "progressed", None)
            if signal is not None:
                signal.connect(self._progressed)

    def _progressed(self, _: object) -> None:
        self._quick.request()

    # What a person sets.

    def _page_set(self, change: Any) -> None:  # noqa: ANN401
        self._guarded(lambda: self._take(change.name, change.new))()

    def _take(self, name: str, value: Any) -> None:  # noqa: ANN401
        search = self._search()
        if search is None:
            return
        if name == "asked":
            steer = self._guarded(lambda: self._steer(search, value))
            threading.Thread(target=steer, name="nbnas click", daemon=True).start()
        elif name in ("budget", "unit"):
            self._budget.set(search, self._aim)
        self._quick.request()
        self._slow.request()

    def _steer(self, search: Any, asked: dict[str, Any]) -> None:  # noqa: ANN401
        self._trouble = ""
        self.widget.put(heard=int(asked.get("number", 0)))
        self._budget.steer(search, asked.get("action"), self._aim, self.widget.workers)

    # The quick path.

    def _draw(self) -> None:
        search = self._search()
        if search is None:
            return
        news = self._budget.news(search, self._unit)
        if news is not None:
            self.widget.put(unit=news[0].name, budget=news[1], workers=many(search))
        widget, seen = self.widget, search.observations
        number = widget.round if 0 <= widget.round < len(seen) else None
        believed = self._rounds.wanted.of_round(number)
        widget.put(
            status=status.status_page(search, widget.budget, self._trouble, self._unit),
            trace=self._course.page(search, self._aim[0], self._atlas, number, believed),
            best=status.best_page(seen),
            curve=status.curve_page(search, self._rounds.ends.of(search)),
            trials=trials_page(seen, self._atlas, self._looked.fidelities),
            looks=self._looked.page(search, self._atlas),
            extras=self._atlas.names()[1],
        )
        if search.state in SETTLED:
            widget.flush()

    # The slow path.

    def _compute(self) -> None:
        search = self._search()
        if search is not None and self._rounds.compute(search):
            self._quick.request()

    def _guarded(self, act: Callable[[], None]) -> Callable[[], None]:
        """What fails is shown in the view and kept for `search.wait()`."""
        own = weakref.ref(self)
        name = weakref.WeakMethod(act) if hasattr(act, "__self__") else lambda: act

        def call() -> None:
            try:
                found = name()
                if found is not None:
                    with undisturbed():
                        found()
            except Exception as error:  # neither the search nor the kernel may suffer
                lab = own()
                if lab is not None:
                    lab._fail(error)

        return call

    def _fail(self, error: Exception) -> None:
        self._trouble = f"{type(error).__name__}: {error}"
        search = self._search()
        if search is None:
            return
        search.keep(error)
        page = status.status_page(search, self.widget.budget, self._trouble, self._unit)
        self.widget.put(status=page)
