"""The slow path of the lab: one round, and what is asked about it."""

from typing import Any
from weakref import WeakKeyDictionary

from nbnas.errors import NbnasError, SearchError
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.distances.distance import Distance
from nbnas.search.replay import Round, number_at, replay, what_if
from nbnas.search.strategies.goals.beliefs import Beliefs
from nbnas.widgets.lab import scene, status
from nbnas.widgets.lab.asked.answers import answer_page, same_by_volume, without_effect
from nbnas.widgets.lab.asked.questions import Questions
from nbnas.widgets.lab.atlas import Atlas
from nbnas.widgets.lab.cards.ends import Ends
from nbnas.widgets.lab.cards.looked import Looked
from nbnas.widgets.lab.cards.settings import Settings
from nbnas.widgets.lab.cards.wanted import Wanted
from nbnas.widgets.lab.latest import Latest
from nbnas.widgets.lab.widget import LabWidget


class Rounds:
    """Computes what the page shows of the round that is looked at; only what has changed.

    Args:
        widget: What the page shows, and where a person sets the round and what is asked.
        turns: Whose work this is; tells whether something newer is asked for by now.
        atlas: Keys and places of architectures.
        distance: What neighbours are measured by.
        questions: What a person may ask.
        looked: What looks told.
        settings: The card of settings.

    Attributes:
        wanted: What is believed of several goals, which the quick path draws.
        ends: How the training under way will end, which it draws, too.
    """

    def __init__(
        self,
        widget: LabWidget,
        turns: Latest,
        atlas: Atlas,
        distance: Distance,
        questions: Questions,
        looked: Looked,
        settings: Settings,
    ) -> None:
        self._widget, self._atlas, self._distance = widget, atlas, distance
        self._questions, self._looked, self._turns = questions, looked, turns
        self.wanted, self.ends = Wanted(), Ends()
        self._settings = settings
        self._shown: tuple[Any, ...] = ()
        # What is shown of the search, which alone holds it: it goes with the search.
        self._last: WeakKeyDictionary[Any, tuple[Round, Beliefs | None]] = WeakKeyDictionary()

    def compute(self, search: Any) -> bool:  # noqa: ANN401
        """Compute what a search and a person ask for now.

        Returns:
            Whether something is to be drawn that the quick path draws.
        """
        widget = self._widget
        asked = {"round": widget.round, "what_if": dict(widget.what_if)}
        try:
            selected = self._atlas.find(widget.selected)
            widget.put(beliefs=self._looked.beliefs(search, selected))
            widget.put(looks=self._looked.page(search, self._atlas))
            self._round(search, selected)
        finally:
            widget.put(answered=asked)
        return self._seldom(search)

    def _seldom(self, search: Any) -> bool:  # noqa: ANN401
        """What is left out while trials follow each other quickly."""
        if search not in self._last or self._turns.overtaken:
            return False
        (shown, found), number = self._last[search], self._number(search)
        wait = search.running and number is None
        looked_at = self._atlas.find(self._widget.selected) or shown.proposal.architecture
        page = self._settings.page(shown, looked_at, self._atlas, wait=wait)
        self._widget.put(settings=page)
        drawn = self.wanted.update(found, self._atlas.places()[0], number, wait=wait)
        return self.ends.fit(search, wait=wait) or drawn

    def _number(self, search: Any) -> int | None:  # noqa: ANN401
        """The round that a person looks at; `None` for the present one."""
        number = self._widget.round
        return number if 0 <= number < len(search.observations) else None

    def _round(self, search: Any, selected: Architecture | None) -> None:  # noqa: ANN401
        widget = self._widget
        last = status.present(search)
        number = widget.round if 0 <= widget.round < last else last
        wanted = (number, last, selected, dict(widget.what_if), len(search.observations))
        if wanted == self._shown:
            return
        try:
            shown = replay(search, number_at(search, number))
        except SearchError as error:  # everything is evaluated
            over = {"title": "Nothing is left to choose", "sentences": [str(error)]}
            widget.put(why=over, answer={}, rounds={"last": last, "number": number})
            return
        trained = number < len(search.observations)
        found = self.wanted.beliefs(search, shown.observations)
        self._last[search] = shown, found
        self._show(shown, found, selected, {"last": last, "number": number}, trained)
        if not self._turns.overtaken:
            self._answer(search, shown, found, dict(widget.what_if), number)
            self._shown = wanted

    def _show(
        self,
        shown: Round,
        found: Beliefs | None,
        selected: Architecture | None,
        rounds: dict[str, int],
        trained: bool,
    ) -> None:
        chosen = shown.proposal.architecture
        looked_at = selected or chosen
        why = scene.why_page(shown, looked_at, self._atlas, self._distance, trained, found)
        places = scene.map_page(shown, self._atlas, trained=trained, found=found)
        self._widget.put(
            map=places,
            extras=self._atlas.names()[1],
            candidates=scene.candidates_page(shown, self._atlas),
            why=why,
            chosen=self._atlas[chosen],
            rounds=rounds,
        )

    def _answer(
        self,
        search: Any,  # noqa: ANN401
        shown: Round,
        found: Beliefs | None,
        asked: dict[str, int],
        number: int,
    ) -> None:
        """What would have been chosen otherwise."""
        widget = self._widget
        given, words = self._questions.read(shown, asked)
        if not given:
            widget.put(answer={})
            return
        if not shown.proposal.candidates:
            text = "In this round nothing was ranked: it would be the same."
            widget.put(answer={"text": text})
            return
        note = without_effect(shown, given)
        if same_by_volume(shown, given) and note:
            widget.put(answer={"text": f"With {words} it would be the same. {note}"})
            return
        try:
            other = replay(search, number_at(search, number), what_if(search.strategy, **given))
        except NbnasError as error:  # such as a length-scale that does not suit the kernel
            widget.put(answer={"text": f"With {words} there is no answer: {error}."})
            return
        if self._turns.overtaken:
            return
        trained = number < len(search.observations)
        places = scene.map_page(shown, self._atlas, other.proposal, trained, found)
        answer = answer_page(shown, other, words, self._atlas, found) | {"note": note}
        widget.put(answer=answer, map=places, extras=self._atlas.names()[1])
