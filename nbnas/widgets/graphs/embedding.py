"""The view of an embedding: architectures in the plane."""

import numpy as np

from nbnas import charts
from nbnas.charts.graphs.map import summary
from nbnas.charts.graphs.notation import notation
from nbnas.graphs.distances.embedding import Embedding
from nbnas.widgets.view import View


def embedding(embedding: Embedding) -> View:
    """All points, none of them with a value."""
    unknown = np.full(len(embedding.positions), np.nan)
    said = summary(embedding.positions, np.isfinite(unknown), embedding.kept)
    names = [notation(a) for a in embedding.architectures]
    chart = charts.landscape(
        charts.Places(embedding.positions, unknown, np.isfinite(unknown), names),
        heading="Architectures in the plane",
        subtitle="near means alike",
        legend=False,
        width=480,
        height=320,
    )
    return View(said, chart)
