"""What the lab shows of a search whose trainings may go less far than all."""

from collections.abc import Mapping
from typing import Any

from nbnas.charts.lab.looks import beliefs_data, rungs_data, spent_data, stops_data
from nbnas.charts.search.looks.beliefs import told as drawn
from nbnas.charts.search.looks.rungs import told as went
from nbnas.charts.search.looks.spent import told as spent
from nbnas.charts.search.looks.stops import told as stopped
from nbnas.graphs.architecture import Architecture
from nbnas.records import Fidelities
from nbnas.search.fidelities.costs import fidelities_of
from nbnas.search.fidelities.looks import believed, looked, predicted
from nbnas.search.fidelities.told import Looks, Prediction
from nbnas.search.strategies.schedulers.standing import standings
from nbnas.widgets.search.looks import belief as told

Page = dict[str, Any]
PREDICTED, LAST = 8, 4  # architectures with a predicted end, and looks whose change is drawn


class Looked:
    """What looks told, for the page; what a model predicts is computed apart, as it takes long.

    Args:
        search: The search. It is not kept alive.

    Attributes:
        fidelities: How far its trainings may go; `None` where there are full ones only, and the
            page shows nothing of all this.
    """

    def __init__(self, search: Any) -> None:  # noqa: ANN401
        self.fidelities: Fidelities | None = fidelities_of(search.objective)
        self._predictions: tuple[Prediction, ...] = ()
        self._asked: tuple[Any, ...] = ()
        self._drawn: tuple[Any, ...] = ()
        self._page: Page = {}
        self._beliefs: Page = {}

    def page(self, search: Any, keys: Mapping[Architecture, str]) -> Page:  # noqa: ANN401
        """How far trainings went, who was stopped, and what was spent.

        Args:
            search: The search.
            keys: The page's key of each architecture.
        """
        seen = search.observations
        under_way = tuple(claim.architecture for claim in search.under_way)
        stand = (len(seen), under_way, self._predictions)
        if self.fidelities is None or stand == self._drawn:
            return self._page
        trained = set(seen.full.architectures)
        open_ = tuple(p for p in self._predictions if p.architecture not in trained)
        standing = standings(search.strategy, seen, under_way)
        cost = search.costs[: len(seen)]  # a trial may have ended since
        found = Looks(seen, self.fidelities, cost, open_, (), standing)
        self._page, self._drawn = _page(found, keys), stand
        return self._page

    def beliefs(self, search: Any, selected: Architecture | None) -> Page:  # noqa: ANN401
        """What the looks at a selected architecture have changed, or else the last ones.

        The ends that it predicts are in the next `page`.
        """
        seen = search.observations
        asked = (len(seen), selected)
        if self.fidelities is None or asked == self._asked:
            return self._beliefs
        self._predictions = predicted(search.strategy, seen, PREDICTED)
        numbers = looked(seen)
        own = [n for n in numbers if seen[n].architecture == selected]
        found = believed(search.strategy, seen, own or numbers[-LAST:])
        line = told(found[-1]).summary if own and found else " ".join(drawn(found))
        page = beliefs_data(found, seen.measure) | {"line": line if found else ""}
        self._beliefs, self._asked = page, asked
        return page


def _page(found: Looks, keys: Mapping[Architecture, str]) -> Page:
    return {
        "rungs": rungs_data(found, keys) | {"line": ". ".join(went(found))},
        "spent": spent_data(found) | {"line": " ".join(spent(found))},
        "stops": stops_data(found) | {"line": " ".join(stopped(found)) if found.standings else ""},
        "reasons": {
            keys[each.architecture]: each.reason for each in found.standings if each.reason
        },
    }
