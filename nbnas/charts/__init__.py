"""Charts: pure functions from a record to an altair chart, and their pictures offline."""

from nbnas.charts.acquisition import acquisition
from nbnas.charts.architecture import architecture, gallery, notation
from nbnas.charts.benchmark import curves
from nbnas.charts.calibration import calibration
from nbnas.charts.diagnosis import diagnoses, diagnosis
from nbnas.charts.distribution import distribution
from nbnas.charts.explanation import explanation
from nbnas.charts.learning_curve import learning_curve, training
from nbnas.charts.map import landscape
from nbnas.charts.paired import paired
from nbnas.charts.posterior import leave_one_out
from nbnas.charts.proposal import proposal
from nbnas.charts.render import to_png, to_svg
from nbnas.charts.search import search
from nbnas.charts.skeleton import skeleton
from nbnas.charts.trace import comparison, trace
from nbnas.charts.why import why

__all__ = [
    "acquisition",
    "architecture",
    "calibration",
    "comparison",
    "curves",
    "diagnoses",
    "diagnosis",
    "distribution",
    "explanation",
    "gallery",
    "landscape",
    "learning_curve",
    "leave_one_out",
    "notation",
    "paired",
    "proposal",
    "search",
    "skeleton",
    "to_png",
    "to_svg",
    "trace",
    "training",
    "why",
]
