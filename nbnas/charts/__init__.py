"""Charts: pure functions from a record to an altair chart, and their pictures offline."""

from nbnas.charts import addresses as addresses  # before anything imports altair

# isort: split

from nbnas.charts.graphs.architecture import architecture, gallery
from nbnas.charts.graphs.dimensions import dimensions
from nbnas.charts.graphs.distribution import distribution
from nbnas.charts.graphs.explanation import explanation
from nbnas.charts.graphs.map import Colors, Places, landscape
from nbnas.charts.graphs.notation import notation
from nbnas.charts.render import to_png, to_svg
from nbnas.charts.search.benchmark import curves
from nbnas.charts.search.brackets import brackets
from nbnas.charts.search.clock import clock
from nbnas.charts.search.estimate import estimate
from nbnas.charts.search.fidelities import fidelities
from nbnas.charts.search.goals.front import front
from nbnas.charts.search.goals.hypervolume import hypervolume
from nbnas.charts.search.goals.table import front_table
from nbnas.charts.search.goals.wanted import constraint, goals, measured_by
from nbnas.charts.search.looks.beliefs import beliefs
from nbnas.charts.search.looks.looks import looks
from nbnas.charts.search.looks.rungs import rungs
from nbnas.charts.search.looks.spent import spent
from nbnas.charts.search.looks.stops import stops
from nbnas.charts.search.paired import paired
from nbnas.charts.search.proposal import proposal
from nbnas.charts.search.search import search
from nbnas.charts.search.settings.importance import importance
from nbnas.charts.search.settings.slices import slices
from nbnas.charts.search.spending import spending
from nbnas.charts.search.timeline import timeline
from nbnas.charts.search.trace import comparison, trace
from nbnas.charts.search.truth import truth
from nbnas.charts.surrogate.acquisition import acquisition
from nbnas.charts.surrogate.calibration import calibration
from nbnas.charts.surrogate.diagnosis import diagnoses, diagnosis
from nbnas.charts.surrogate.posterior import leave_one_out
from nbnas.charts.surrogate.seconds import drivers
from nbnas.charts.surrogate.why import why
from nbnas.charts.table import table
from nbnas.charts.training.collapse import collapse
from nbnas.charts.training.data import data
from nbnas.charts.training.learning_curve import learning_curve, training
from nbnas.charts.training.lineup import lineup
from nbnas.charts.training.operation_weights import operation_weights
from nbnas.charts.training.predicted_curve import predicted_curve
from nbnas.charts.training.range_test import range_test
from nbnas.charts.training.recipe import schedule, settings
from nbnas.charts.training.relaxation import relaxation, relaxed
from nbnas.charts.training.relaxed_cell import relaxed_cell
from nbnas.charts.training.skeleton import skeleton
from nbnas.charts.training.step import step

__all__ = [
    "Colors",
    "Places",
    "acquisition",
    "architecture",
    "beliefs",
    "brackets",
    "calibration",
    "clock",
    "collapse",
    "comparison",
    "constraint",
    "curves",
    "data",
    "diagnoses",
    "diagnosis",
    "dimensions",
    "distribution",
    "drivers",
    "estimate",
    "explanation",
    "fidelities",
    "front",
    "front_table",
    "gallery",
    "goals",
    "hypervolume",
    "importance",
    "landscape",
    "learning_curve",
    "leave_one_out",
    "lineup",
    "looks",
    "measured_by",
    "notation",
    "operation_weights",
    "paired",
    "predicted_curve",
    "proposal",
    "range_test",
    "relaxation",
    "relaxed",
    "relaxed_cell",
    "rungs",
    "schedule",
    "search",
    "settings",
    "skeleton",
    "slices",
    "spending",
    "spent",
    "step",
    "stops",
    "table",
    "timeline",
    "to_png",
    "to_svg",
    "trace",
    "training",
    "truth",
    "why",
]
