"""Views of what a search wants, and of its front."""

from collections.abc import Sequence

from nbnas import charts
from nbnas.charts import theme
from nbnas.charts.search.goals.front import summary
from nbnas.charts.search.goals.plane import pair_of, pairs_of, spoken
from nbnas.charts.search.goals.rows import told
from nbnas.charts.search.goals.wanted import by, goal_words, limit_words
from nbnas.charts.search.trace import summary as course
from nbnas.records import Constraint, Goals, MeasuredBy, Observations, Proposal
from nbnas.search.strategies.goals.attained import BelievedFront
from nbnas.widgets.panel import Panel, dropdown
from nbnas.widgets.view import View

NOTHING = "no trial"
PICTURE = 460.0  # pixels of the front; hypervolume stands beside it
WIDE = 920.0  # pixels of all pairs of goals


def goals(found: Goals) -> View:
    """Which measures are wanted, how each is told, and the limits."""
    unknown = ", ".join(spoken(measure) for measure in found.unknown)
    known = ", ".join(spoken(m) for m in found.further if found.known_of(m) is not None)
    said = f"Wanted: {goal_words(found)}. Told by trainings: {unknown}"
    return View(
        f"{said}; known beforehand: {known}." if known else f"{said}.", charts.goals(found)
    )


def measured_by(known: MeasuredBy) -> View:
    """What a measure is that needs no training."""
    way = known.measure.better_word
    said = f"{spoken(known.measure)} is told {by(known)}, without training; {way} is better."
    return View(f"{said[0].upper()}{said[1:]}", charts.measured_by(known))


def constraint(limit: Constraint) -> View:
    """What a limit allows."""
    words = limit.words.replace("_", "-")
    return View(f"{words[0].upper()}{words[1:]}; {limit_words(limit)}.", charts.constraint(limit))


def with_goals(observations: Observations) -> View:
    """The front of observations and its hypervolume; alive, with the goals and trial to choose."""
    said = f"{course(observations)} {summary(observations)[0]}"
    chart = picture(observations)
    if not len(observations):
        return View(said, chart)
    return View(said, chart, lambda: _Chooser(observations).panel)


def picture(
    observations: Observations,
    proposal: Proposal | None = None,
    trials: int | None = None,
    believed: Sequence[BelievedFront] = (),
) -> theme.AnyChart:
    """The front and its hypervolume: beside each other, or below where there are more goals.

    Args:
        observations: The trials so far, with two goals or more.
        proposal: What was proposed last.
        trials: Number of trials to come to.
        believed: What the front is believed to be.
    """
    goals, given = observations.goals, {"proposal": proposal, "believed": believed}
    if goals is not None and len(goals.measures) > 2:
        above = charts.front(observations, **given, width=WIDE)
        return theme.stacked(above, charts.hypervolume(observations, trials=trials, height=160))
    front = charts.front(observations, **given, width=PICTURE)
    return theme.beside(front, charts.hypervolume(observations, trials=trials))


class _Chooser:
    """Which two goals are drawn, and which trial is looked at."""

    def __init__(self, observations: Observations) -> None:
        self._seen, self._goals = observations, observations.goals
        assert self._goals is not None
        self.pair = dropdown(
            [(f"{spoken(up)} by {spoken(across)}", (across, up))
             for across, up in pairs_of(self._goals)],
            "Goals",
            "The goal upwards by the goal across",
        )  # fmt: skip
        members = [observations.evaluations.index(e) + 1 for e in observations.front]
        rest = [n for n in range(1, len(observations) + 1) if n not in members]
        self.trial = dropdown(
            [(NOTHING, None), *((f"on the front: {self._told(n)}", n) for n in members),
             *((self._told(n), n) for n in rest)],
            "Trial",
            "The trial that gets a ring",
            "520px",
        )  # fmt: skip
        self.panel = Panel(self.draw, [[self.pair, self.trial]])
        self.panel.changed(self.pair, self.trial)

    def draw(self) -> View:
        number = self.trial.value
        said = summary(self._seen, (pair_of(self._goals, self.pair.value),))
        front = charts.front(self._seen, pair=self.pair.value, marked=number, width=PICTURE)
        chosen = [] if number is None else [f"{self._told(number).capitalize()}."]
        return View(" ".join([said[0], *chosen]), theme.beside(front, *self._beside(number)))

    def _beside(self, number: int | None) -> list[theme.AnyChart]:
        """The architecture that is looked at, or else the hypervolume."""
        if number is None:
            return [charts.hypervolume(self._seen)]
        return [charts.architecture(self._seen[number - 1].architecture, width=300)]

    def _told(self, number: int) -> str:
        assert self._goals is not None
        return told(self._goals, self._seen[number - 1], number)
