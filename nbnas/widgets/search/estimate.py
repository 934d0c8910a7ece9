"""The view of an estimate: how long a search will take, and how that is known."""

from nbnas import charts
from nbnas.charts.search.estimate import told
from nbnas.records import TimeEstimate
from nbnas.widgets.view import View

BESIDE = "Choosing what to train comes on top."


def estimate(estimate: TimeEstimate) -> View:
    """How long it will take in words, and the trials that tell."""
    known = estimate.trial is not None and estimate.rest > 0
    said = f"{estimate.text}. "
    said += f"Told {told(estimate)}. {BESIDE}" if known else ""
    return View(said.strip(), charts.estimate(estimate))
