"""Pictures of architectures for the lab's page, each drawn once."""

import functools

from nbnas.charts.lab.page import Specification, drawing
from nbnas.graphs.architecture import Architecture
from nbnas.widgets.live import DRAWING


@functools.lru_cache(maxsize=128)
def picture(architecture: Architecture, width: int = 300) -> Specification:
    """The specification of an architecture's picture; one is drawn at a time."""
    with DRAWING:
        return drawing(architecture, width)
