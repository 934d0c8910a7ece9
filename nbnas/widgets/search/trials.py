"""Views of trials: a finished one, and all of a search."""

from nbnas import charts
from nbnas.brief import seconds
from nbnas.charts.graphs.notation import notation
from nbnas.charts.search.goals.plane import has_front
from nbnas.charts.search.trace import summary as course
from nbnas.records import ACCURACY, Evaluation, Measure, Observations
from nbnas.records.measure import COUNTS, number
from nbnas.widgets.search.goals import with_goals
from nbnas.widgets.view import View


def evaluation(evaluation: Evaluation) -> View:
    """The learning curve of a trial, or its architecture where there is none."""
    name, measure = notation(evaluation.architecture), evaluation.measure or ACCURACY
    if evaluation.value is None:
        said = f"Failed: {name}. {evaluation.error or 'No reason was given.'}"
    else:
        found = f"{measure.text(evaluation.value)} {measure.name}"
        said = f"{found}: {name}{_facts(evaluation, measure)}."
    if evaluation.reports:
        return View(said, charts.learning_curve(evaluation))
    value = "failed" if evaluation.value is None else measure.text(evaluation.value)
    return View(said, charts.architecture(evaluation.architecture, heading=f"{name}: {value}"))


def observations(observations: Observations) -> View:
    """The course of a search; of several goals the front."""
    if has_front(observations):
        return with_goals(observations)
    return View(course(observations), charts.trace(observations))


def time_left(left: float | None, more: bool) -> str:
    """The end of a sentence on how far something is: the seconds that are left, where known."""
    return f", about {seconds(left)} left" if more and left is not None else ""


def _facts(evaluation: Evaluation, measure: Measure) -> str:
    facts = []
    if evaluation.test is not None:
        facts.append(f"{measure.text(evaluation.test)} on test data")
    if evaluation.parameters is not None:
        facts.append(f"{evaluation.parameters:,} parameters")
    if evaluation.multiply_adds is not None:
        facts.append(f"{evaluation.multiply_adds:,} multiply-adds")
    if evaluation.seconds:
        facts.append(f"{seconds(evaluation.seconds)}")
    told = [name for name in COUNTS if getattr(evaluation, name) is not None]
    others = (pair for pair in evaluation.measured.items() if pair[0] not in told)
    facts += [f"{name} {number(value)}" for name, value in others]
    return "".join(f", {fact}" for fact in facts)
