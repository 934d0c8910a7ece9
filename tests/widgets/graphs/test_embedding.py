from nbnas.charts.render import to_svg
from nbnas.graphs.distances.embedding import embed
from nbnas.graphs.distances.hamming import HammingDistance
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.widgets import view


def test_says_how_much_the_plane_keeps():
    embedding = embed(CellSpace().sample(0, 20), HammingDistance())
    seen = view(embedding)
    assert f"it keeps {100 * embedding.kept:.0f} % of the variance" in seen.summary
    assert "20 architectures; near means alike" in seen.summary
    assert to_svg(seen.chart).startswith("<svg")
