"""Charts: pure functions from a record to an altair chart, and their pictures offline."""

from nbnas.charts.architecture import architecture, gallery, notation
from nbnas.charts.benchmark import curves
from nbnas.charts.diagnosis import diagnoses, diagnosis
from nbnas.charts.explanation import explanation
from nbnas.charts.learning_curve import learning_curve
from nbnas.charts.paired import paired
from nbnas.charts.posterior import leave_one_out
from nbnas.charts.proposal import proposal
from nbnas.charts.render import to_png, to_svg
from nbnas.charts.search import search
from nbnas.charts.trace import comparison, trace
from nbnas.charts.trainings import trainings

__all__ = [
    "architecture",
    "comparison",
    "curves",
    "diagnoses",
    "diagnosis",
    "explanation",
    "gallery",
    "learning_curve",
    "leave_one_out",
    "notation",
    "paired",
    "proposal",
    "search",
    "to_png",
    "to_svg",
    "trace",
    "trainings",
]
