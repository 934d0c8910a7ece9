"""Views of a search and of several."""

from typing import Any

from nbnas import charts
from nbnas.brief import seconds
from nbnas.charts import theme
from nbnas.charts.search.goals.front import summary as front_said
from nbnas.charts.search.goals.plane import has_front, pairs_of
from nbnas.charts.search.timeline import workers_of
from nbnas.charts.search.trace import compare, summary
from nbnas.charts.search.truth import tell
from nbnas.records import Observations
from nbnas.search.fidelities.costs import costs, fidelities_of
from nbnas.search.fidelities.looks import looks
from nbnas.search.strategies.goals.attained import BelievedFront, attained
from nbnas.search.strategies.goals.believed import beliefs
from nbnas.widgets.search.goals import picture
from nbnas.widgets.view import View

DRAWN = 300  # architectures of a space, among which the front is believed to be
SETTLED = ("idle", "paused", "failed")  # states in which nothing more comes by itself


def stand(search: Any) -> tuple[Any, ...]:  # noqa: ANN401
    """What a picture of a search depends on."""
    return (len(search.observations), getattr(search, "proposal", None))


def search(search: Any) -> View:  # noqa: ANN401
    """Where a search stands: course, incumbent, model, last proposal."""
    seen, proposal = search.observations, search.proposal
    posterior = _posterior(search, seen)
    predictions = None if posterior is None else posterior.leave_one_out()
    strategy = type(search.strategy).__name__
    said = f"{strategy}: {summary(seen, search.target)}"
    left = search.seconds_left
    if search.running and left and left >= 1:
        said += f" About {seconds(left)} left."
    said += last_failure(seen)
    chart = charts.search(seen, predictions, proposal, trials=search.target)
    if has_front(seen):
        said += f" {front_said(seen)[0]}"
        front = picture(seen, proposal, search.target, _believed(search, seen))
        chart = theme.stacked(front, chart)
    if len(seen.full) < len(seen):
        chart = theme.stacked(chart, charts.spending(seen, costs(search.objective, seen)))
    if fidelities_of(getattr(search, "objective", None)) is not None and len(seen):
        chart = theme.stacked(chart, charts.looks(looks(search)))
    if len(workers_of(seen)) > 1:
        chart = theme.stacked(chart, charts.timeline(seen))
    return View(said, chart)


def last_failure(observations: Observations) -> str:
    """The last failed trial and its reason, as a sentence; empty where none failed."""
    failed = [(i, e) for i, e in enumerate(observations, 1) if e.status == "failed"]
    if not failed:
        return ""
    number, evaluation = failed[-1]
    return f" Trial {number} failed: {evaluation.error or 'no reason was given'}"[:300]


def search_finished(search: Any) -> bool:  # noqa: ANN401
    """Whether nothing more comes by itself: its target is reached, or it is stepped by hand."""
    target = search.target
    return not search.running or (target is not None and len(search.observations) >= target)


def comparison(comparison: Any) -> View:  # noqa: ANN401
    """The incumbents of several searches, and the truth where it is known."""
    if comparison.truths:
        return View(tell(comparison), charts.truth(comparison))
    names, seen, costs = comparison.names, comparison.observations, comparison.costs
    return View(compare(comparison), charts.comparison(names, seen, costs=costs))


def _believed(search: Any, seen: Observations) -> tuple[BelievedFront, ...]:  # noqa: ANN401
    """What the front is believed to be, of some architectures; none while the search runs."""
    strategy, space = getattr(search, "strategy", None), getattr(search, "space", None)
    found = beliefs(strategy, seen) if search_finished(search) else None
    if found is None or space is None:
        return ()
    ranked = () if search.proposal is None else search.proposal.candidates
    some = (*(c.architecture for c in ranked), *space.sample(0, DRAWN))
    return attained(found, pairs_of(found.goals), some)


def _posterior(search: Any, seen: Observations) -> Any:  # noqa: ANN401
    """The model to show; while the search runs the one of its last proposal.

    That one is fitted already, whereas the search is about to fit the next.
    """
    model, proposal = getattr(search.strategy, "posterior", None), search.proposal
    if model is None or search_finished(search):
        return search.posterior
    if proposal is None or not proposal.candidates:
        return None
    return model(seen.first(proposal.number))
