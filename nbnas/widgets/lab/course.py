"""The course of a search for the lab's page, with what random search finds in the same table."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from nbnas.charts.lab.front import front_data
from nbnas.charts.lab.page import name_of
from nbnas.charts.lab.random import RandomBand, random_band
from nbnas.charts.lab.trace import regret_data, regret_words, trace_data
from nbnas.charts.search.goals.plane import has_front
from nbnas.charts.search.goals.rows import standing
from nbnas.charts.search.trace import summary
from nbnas.records import ACCURACY, Evaluation, Fidelities, Measure, Observations
from nbnas.search.strategies.goals.attained import BelievedFront
from nbnas.widgets.lab.atlas import shorten

Page = dict[str, Any]


class Course:
    """Knows of an objective what does not change: its optimum, and the values of its table.

    Args:
        objective: What is searched for its best architecture.
        measure: What its values are.

    Attributes:
        optimum: The best value there is, where the objective tells it.
    """

    def __init__(self, objective: object, measure: Measure = ACCURACY) -> None:
        self._measure = measure
        optimum = getattr(objective, "optimum", None)
        self.optimum = None if optimum is None else float(optimum)
        values = getattr(objective, "values", None)
        self._values = list(values.values()) if isinstance(values, Mapping) else []
        self._band: RandomBand | None = None

    def band(self, trials: int) -> RandomBand | None:
        """Random search's best after 1 … `trials` trials; `None` where there is no table."""
        if not self._values:
            return None
        if self._band is None or len(self._band.mean) < trials:
            self._band = random_band(self._values, max(trials, 30), self._measure)
        return self._band

    def page(
        self,
        search: Any,  # noqa: ANN401
        budget: int | None,
        keys: Any,  # noqa: ANN401
        number: int | None,
        believed: Sequence[BelievedFront] = (),
    ) -> dict[str, Any]:
        """What the page shows of the course.

        Args:
            search: The search.
            budget: Number of trials to come to; `None` where that is not known before.
            keys: The key of each architecture.
            number: The round that is looked at; `None` for the present one.
            believed: What the front of each pair of goals is believed to be.

        Returns:
            Data and signals, the line below, the same of the regret where it is known, and what
            `front_data` gives where there are several goals.
        """
        seen = search.observations
        trials = max(budget or 0, len(seen))
        looks = len(seen.full) < len(seen)  # as many trials then cost less than those of the band
        band = None if looks else self.band(trials)
        page = trace_data(
            seen, keys, trials=trials, band=band, optimum=self.optimum, number=number
        )
        page["line"] = self._line(seen, budget, band)
        if self.optimum is not None:
            page["regret"] = regret_data(
                seen, self.optimum, trials=trials, band=band, number=number
            )
        if has_front(seen):
            given = {"proposal": search.proposal, "trials": trials, "number": number}
            page["front"] = front_data(seen, keys, **given, believed=believed)
        return page

    def _line(self, seen: Any, budget: int | None, band: RandomBand | None) -> str:  # noqa: ANN401
        line = summary(seen, budget)
        line += (
            " Rings are looks; the line counts full trainings only."
            if seen.full is not seen
            else ""
        )
        if self.optimum is not None:
            line += f" {regret_words(seen, self.optimum)}"
        if band is not None and len(seen):
            at = min(len(seen), len(band.mean)) - 1
            if np.isfinite(band.mean[at]):
                mean, lower, upper = (
                    self._measure.text(float(x[at])) for x in (band.mean, band.lower, band.upper)
                )
                line += (
                    f" Grey: random search, after as many trials {mean} on average, "
                    f"{lower} to {upper} in 8 of 10 cases."
                )
        return line


def trials_page(
    observations: Observations,
    keys: Any,  # noqa: ANN401
    fidelities: Fidelities | None = None,
) -> list[Page]:
    """A row for each trial: how far it went if trainings differ in that, and its other goals."""
    stands = standing(observations) if has_front(observations) else [""] * len(observations)
    epochs = [
        {} if fidelities is None else {"epochs": e.epochs or fidelities.full} for e in observations
    ]
    return [
        {
            "key": keys[each.architecture],
            "trial": number,
            "name": name_of(each.architecture, 90),
            "text": shorten(str(each.architecture), 200),
            "value": each.value,
            "said": "" if each.value is None else observations.measure.text(each.value),
            "seconds": round(each.seconds, 2),
            "error": shorten(each.error or "", 300),
            **far,
            **_goals(observations, each, stand),
        }
        for number, (each, far, stand) in enumerate(
            zip(observations, epochs, stands, strict=True), 1
        )
    ]


def _goals(observations: Observations, trial: Evaluation, stand: str) -> Page:
    """The further goals of a trial, and whether it is on the front or breaks a limit."""
    goals = observations.goals
    if goals is None or len(goals.measures) < 2:
        return {}
    values = ((m, goals.value_of(trial, m)) for m in goals.measures[1:])
    told = {m.name: (v, m.text(v)) for m, v in values if math.isfinite(v)}
    return {
        "goals": {name: value for name, (value, _) in told.items()},
        "told": {name: text for name, (_, text) in told.items()},
        "stand": stand,
    }
