"""The view of a training: its curves as they come, and buttons to run and to stop it."""

import math
import weakref
from typing import Any

from nbnas import charts
from nbnas.brief import seconds
from nbnas.charts.graphs.notation import notation
from nbnas.charts.theme import AnyChart
from nbnas.charts.training.learning_curve import summary
from nbnas.charts.training.step import heading
from nbnas.charts.training.step import said as step_said
from nbnas.records import ACCURACY, EpochReport, Measure, StepProfile
from nbnas.widgets.training.background import Background
from nbnas.widgets.view import View


def training(training: Any) -> View:  # noqa: ANN401
    """Loss, accuracy and learning rate of a training so far."""
    known = weakref.ref(training)
    return View(_said(training), _drawn(training), lambda: _Controls(known).panel)


def _drawn(training: Any) -> AnyChart:  # noqa: ANN401
    return charts.training(training.reports, measure=_measure(training))


def _measure(training: Any) -> Measure:  # noqa: ANN401
    """What the values of its epochs are."""
    measure: Measure = getattr(training, "measure", ACCURACY)
    return measure


def _said(training: Any, *, stopped: bool = False) -> str:  # noqa: ANN401
    reports, left = training.reports, training.seconds_left
    said = f"Training {notation(training.architecture)}. {summary(reports, _measure(training))}"
    if reports:
        said += pace_said(reports[-1], getattr(training, "counted", "images"))
    if stopped:
        return f"{said} Stopped."
    if training.evaluation is None and left:
        said += f" About {seconds(left)} left."
    return said


def pace_said(report: EpochReport, counted: str) -> str:
    """Learning rate, pace, a step and the memory in sentences, where they are known.

    Args:
        report: What is told of an epoch.
        counted: What the pace counts.
    """
    rate, pace = report.learning_rate, report.images_per_second
    known = [f"learning rate {rate:.3g}"] * math.isfinite(rate)
    known += [f"{pace:,.0f} {counted} per second"] * math.isfinite(pace)
    said = ", ".join(known)
    sentence = f" {said[0].upper()}{said[1:]}." if said else ""
    return sentence + ("" if report.profile is None else step_said(report.profile))


def step(profile: StepProfile) -> View:
    """What a step of a training took, by part."""
    said = step_said(profile).strip() or f"{', '.join(heading(profile))}."
    return View(said, charts.step(profile))


def training_finished(training: Any) -> bool:  # noqa: ANN401
    """Whether nothing more comes."""
    whole = 0 < training.epochs <= len(training.reports)
    return training.evaluation is not None or whole


class _Controls(Background):
    """Train in the background, and stop after the epoch that is under way."""

    def __init__(self, training: "weakref.ref[Any]") -> None:
        super().__init__(training, "training", "Train", training_finished)

    def draw(self, live: Any) -> View:  # noqa: ANN401
        stopped = self.stopped and not training_finished(live)
        return View(_said(live, stopped=stopped), _drawn(live))
