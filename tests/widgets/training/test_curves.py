import pytest

import nbnas as nb
from nbnas.widgets import view


def trials(n, epochs=8):
    cells = nb.CellSpace().sample(3, n)
    for i, cell in enumerate(cells):
        values = [0.9 - (0.4 + 0.01 * i) / epoch for epoch in range(1, epochs + 1)]
        reports = (nb.EpochReport(e, epochs, val_accuracy=v) for e, v in enumerate(values, 1))
        yield nb.Evaluation(cell, values[-1], reports=tuple(reports))


@pytest.fixture(scope="module")
def model():
    return nb.CurveModel(nb.Observations(tuple(trials(6))))


def test_a_prediction_draws_itself(model):
    found = model.predict(model.observations[0].reports[:3])
    seen = view(found)
    assert seen.summary.startswith("Predicted after 3 epochs")
    assert seen.panel is None


def test_any_curve_can_be_predicted_from_any_epoch(model, redrawn):
    seen = view(model)
    assert seen.summary.startswith("Curve 6 of 6 trainings")
    panel = seen.panel()
    curve, known = panel.widget.children[0].children
    curve.value, known.value = 2, 0
    assert "Curve 2 of 6 trainings" in redrawn(panel)
    assert "before it has begun" in redrawn(panel)
    known.value = 8
    assert "All 8 epochs are known" in redrawn(panel)
    assert panel.error is None
