import numpy as np
import pytest

from nbnas.errors import SettingError
from nbnas.graphs.distances.distance import Distance
from nbnas.graphs.distances.weisfeiler_lehman import WeisfeilerLehmanDistance
from nbnas.graphs.features import weisfeiler_lehman_labels
from nbnas.graphs.spaces.cell import CellSpace

CELLS = CellSpace().sample(0, 40)


def by_hand(a, b, depth, assignment):
    first, second = (weisfeiler_lehman_labels(x, depth) for x in (a, b))
    gaps = [first[label] - second[label] for label in {*first, *second}]
    return sum(map(abs, gaps)) if assignment else np.sqrt(sum(g * g for g in gaps))


@pytest.mark.parametrize("assignment", [True, False])
@pytest.mark.parametrize("depth", [0, 1, 3])
def test_is_its_definition(depth, assignment):
    d = WeisfeilerLehmanDistance(depth, assignment)
    expected = [[by_hand(a, b, depth, assignment) for b in CELLS[:9]] for a in CELLS]
    assert np.allclose(d.matrix(CELLS, CELLS[:9]), expected)
    assert np.allclose(d.matrix(CELLS[:9], CELLS), np.transpose(expected))
    assert d.matrix((), CELLS).shape == (0, 40)


@pytest.mark.parametrize("assignment", [True, False])
def test_is_a_pseudo_metric_with_a_positive_definite_kernel(assignment):
    distance = WeisfeilerLehmanDistance(2, assignment)
    assert isinstance(distance, Distance)
    assert not distance.is_metric
    d = distance.matrix(CELLS, CELLS)
    assert np.allclose(np.diag(d), 0)
    assert np.allclose(d, d.T)
    assert (d[:, :, None] <= d[:, None, :] + d.T[None, :, :] + 1e-9).all()
    for lengthscale in (0.5, 5.0, 500.0):
        assert np.linalg.eigvalsh(np.exp(-d / lengthscale)).min() > -1e-9


def test_explains_by_labels():
    parse = CellSpace().parse
    a = parse("|nor_conv_3x3~0|+|none~0|none~1|+|none~0|skip_connect~1|none~2|")
    b = parse("|nor_conv_1x1~0|+|none~0|none~1|+|none~0|skip_connect~1|none~2|")
    motifs = WeisfeilerLehmanDistance(0).explain(a, b)
    assert motifs.first == (("nor_conv_3x3", 1),)
    assert motifs.second == (("nor_conv_1x1", 1),)
    assert motifs.both == (("input", 1), ("output", 1))
    whole = WeisfeilerLehmanDistance(2)
    seen = whole.explain(a, b)
    assert sum(n for _, n in (*seen.first, *seen.second)) == whole.distance(a, b)


def test_refuses_a_negative_depth():
    with pytest.raises(SettingError, match="depth to be a whole number from 0"):
        WeisfeilerLehmanDistance(-1)
