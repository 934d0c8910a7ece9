"""Where a search stands, in the words of the lab: state, progress, failures, what to press."""

import math
from typing import Any

from nbnas.brief import of_planned, seconds
from nbnas.charts import theme
from nbnas.charts.lab.curve import curve_data
from nbnas.charts.lab.page import name_of
from nbnas.charts.search.trace import counted
from nbnas.charts.training.learning_curve import summary
from nbnas.records import Observations
from nbnas.records.fidelities import ROUNDING
from nbnas.surrogate.curves.prediction import CurvePrediction
from nbnas.widgets.lab.atlas import shorten
from nbnas.widgets.lab.budget import COUNTED, Unit, countable
from nbnas.widgets.lab.cards.ends import told
from nbnas.widgets.lab.picture import picture
from nbnas.widgets.training.training import pace_said

Page = dict[str, Any]
WORKERS_TOLD = 4  # of those that train, one by one
WORDS = {
    "idle": "idle",
    "running": "running",
    "pausing": "pausing …",
    "paused": "paused",
    "stopping": "stopping …",
    "failed": "ended by an error",
}


def status_page(
    search: Any,  # noqa: ANN401
    budget: float,
    trouble: str = "",
    unit: Unit = COUNTED,
) -> Page:
    """State, progress and what is to be said of a search.

    Args:
        search: The search.
        budget: How much to come to: number of trials, or what all may cost.
        trouble: What went wrong in the view itself.
        unit: What the budget is counted in.

    Returns:
        What the bar at the top shows.
    """
    done = unit.done(search)
    return {
        "state": search.state,
        "word": WORDS[search.state],
        "done": done,
        "target": budget,
        "trials": len(search.observations),
        "spent": search.spent,
        "more": done < budget - ROUNDING and not exhausted(search, budget, unit),
        "countable": countable(search),
        "progress": _progress(search, budget, unit),
        "said": _said(search, budget, unit),
        "error": _error(search, trouble),
    }


def exhausted(search: Any, budget: float, unit: Unit) -> bool:  # noqa: ANN401
    """Whether the training that waits costs more than is left of a budget."""
    coming = None if unit.epochs is None else search.spent_with_next
    return coming is not None and coming > unit.aim(budget)[1] + ROUNDING


def best_page(observations: Observations) -> Page:
    """The incumbent, drawn."""
    best = observations.incumbent
    if best is None or best.value is None:
        return {"title": "The best so far", "line": "Nothing has been completed yet."}
    number = observations.evaluations.index(best) + 1
    return {
        "title": f"The best so far: {observations.measure.text(best.value)}",
        "line": f"{name_of(best.architecture, 200)} (trial {number})",
        "picture": picture(best.architecture, 280),
    }


def curve_page(search: Any, ahead: CurvePrediction | None = None) -> Page:  # noqa: ANN401
    """The current training, or the last one.

    Args:
        search: The search.
        ahead: What is predicted of the rest of its curve.
    """
    training = search.training
    if training is None:
        line = "The curve of a training is drawn here, epoch by epoch, if the objective has one."
        return {"title": "In training", "line": line, "data": {"reports": []}, "signals": {}}
    reports, name = training.reports, name_of(training.architecture, 120)
    ended = training.evaluation is not None or search.state in ("idle", "failed")
    number = _number_of(search, training) or len(search.observations) + (not ended)
    title = f"{'Last trained' if ended else 'In training'}: trial {max(number, 1)}"
    left = training.seconds_left
    more = f" About {seconds(left)} left." if left and not ended else ""
    known = pace_said(reports[-1], getattr(training, "counted", "images")) if reports else ""
    line = f"{name}. {summary(reports, search.measure)}{known}{more}{told(ahead)}"
    page = curve_data(reports, max(training.epochs, len(reports)), search.measure, ahead)
    return {"title": title, "line": line} | page


def _number_of(search: Any, training: Any) -> int | None:  # noqa: ANN401
    """The number, from 1, of the trial that a worker trains; `None` where no worker does."""
    slots = () if search.crew is None else search.crew.slots
    claims = (slot.claim for slot in slots if slot.training is training)
    return next((claim.number + 1 for claim in claims if claim is not None), None)


def _progress(search: Any, budget: float, unit: Unit) -> str:  # noqa: ANN401
    seen, done = search.observations, unit.done(search)
    failed = len(seen) - len(seen.completed)
    if unit.epochs is None:
        text = counted(len(seen), round(budget))
    else:
        text = f"{unit.words(done)} of {unit.words(budget)} {unit.name}"
    over = done - budget > ROUNDING
    text += f", {unit.words(done - budget)} over the budget" if over else ""
    text += "" if unit.epochs is None else f", {theme.count(len(seen), 'trial')}"
    text += f", {failed} failed" if failed else ""
    left = search.seconds_to(*unit.aim(budget))
    if search.state == "running" and left and left >= 1:
        text += f", about {seconds(left)} left"
    return text


def _said(search: Any, budget: float, unit: Unit) -> str:  # noqa: ANN401
    state, proposal, done = search.state, search.proposal, len(search.observations)
    if state in ("running", "pausing", "paused") and search.crew is not None:
        return _crew(search.crew, state)
    if state == "running":
        if proposal is None or proposal.number < done:
            return "Choosing the next architecture …"
        name = name_of(proposal.architecture, 90)
        return f"Trial {done + 1} is {name}. {proposal.reason}"
    training = search.training
    if state == "paused" and training is not None and training.evaluation is None:
        at = f"after epoch {of_planned(len(training.reports), training.epochs)}"
        return f"Paused in trial {done + 1} {at}. Press Run to go on."
    fixed = {
        "pausing": "Pausing after the current epoch; a trial without epochs is finished first.",
        "stopping": "Stopping after the current epoch.",
        "paused": f"Paused after {theme.count(done, 'trial')}. Press Run to go on.",
        "failed": "The run has ended with an error. Press Run to try again.",
    }
    if state in fixed:
        return fixed[state]
    return _estimated(search, *unit.aim(budget)) + _idle(search, budget, unit)


def _estimated(search: Any, trials: int | None, cost: float) -> str:  # noqa: ANN401
    """How long it will take, where that was asked for and is still true."""
    found = getattr(search, "estimated", None)
    if found is None or found.total is None or found.done != len(search.observations):
        return ""
    if (found.trials or None, math.inf if found.cost is None else found.cost) != (trials, cost):
        return ""
    return f"{found.text}. "


def _crew(crew: Any, state: str) -> str:  # noqa: ANN401
    """Who makes which trial, since when and how far."""
    told = [_worker(slot) for slot in crew.busy]
    idle = len(crew.slots) - len(told)
    if not crew.slots:
        return "No worker has come yet; the search waits for the first one."
    said = f"{theme.count(len(crew.slots), 'worker')}: {'; '.join(told[:WORKERS_TOLD])}"
    said += f"; {len(told) - WORKERS_TOLD} more" if len(told) > WORKERS_TOLD else ""
    said += f"{'; ' if told else ''}{idle} free" if idle else ""
    word = {"pausing": "Pausing after the current epochs. ", "paused": "Paused. "}.get(state, "")
    return f"{word}{said}."


def _worker(slot: Any) -> str:  # noqa: ANN401
    claim, training = slot.claim, slot.training
    if claim is None:  # it has just ended
        return f"{slot.name} is free"
    epoch = ""
    if training is not None and training.reports:
        epoch = f", epoch {of_planned(len(training.reports), training.epochs)}"
    again = f", attempt {claim.origin.attempt}" if claim.origin.attempt > 1 else ""
    return f"{slot.name} trains trial {claim.number + 1} for {seconds(slot.seconds)}{epoch}{again}"


def _idle(search: Any, budget: float, unit: Unit) -> str:  # noqa: ANN401
    observations, done = search.observations, len(search.observations)
    if not done:
        return (
            "Press Run to train one architecture after the other up to the budget, or Step to "
            "train one."
        )
    best = observations.incumbent
    known = best is not None and best.value is not None
    found = f" The best has {observations.measure.text(best.value)}." if known else ""
    left = budget - unit.done(search)
    if left > ROUNDING and exhausted(search, budget, unit):
        found += (
            f" What is left, {unit.words(left)} {unit.name}, is not enough for the next training."
        )
        left = 0.0
    if left <= ROUNDING:
        return f"{theme.count(done, 'trial')} done.{found} Raise the budget to go on."
    return f"{theme.count(done, 'trial')} done.{found} Press Run to go on."


def _error(search: Any, trouble: str) -> str:  # noqa: ANN401
    said = []
    failed = [(n, e) for n, e in enumerate(search.observations, 1) if e.status == "failed"]
    told = bool(failed) and (failed[-1][1].error or "no reason") in str(search.error)
    if search.error is not None and not told:
        said.append(f"{type(search.error).__name__}: {search.error}")
    if failed:
        number, evaluation = failed[-1]
        said.append(f"Trial {number} failed: {evaluation.error or 'no reason was given'}")
    if trouble and trouble not in said:
        said.append(trouble)
    return shorten(" · ".join(said), 600)


def present(search: Any) -> int:  # noqa: ANN401
    """Number of the round that is under way: that of the last proposal while a run chooses."""
    done, proposal = len(search.observations), search.proposal
    if search.running and proposal is not None and proposal.number < done:
        return int(proposal.number)
    return done
