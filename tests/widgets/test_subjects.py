"""Each class with a view: alive with controls where widgets live, and no widget elsewhere."""

import pytest
from gpytorch.kernels import ScaleKernel

import nbnas as nb
from nbnas.charts.render import to_svg
from nbnas.widgets import bundle, view

WIDGET = "application/vnd.jupyter.widget-view+json"
SPACE = nb.CellSpace()


def known(n):
    """Numbers of some cells."""
    return nb.Knowledge(("place",), {a: (float(i),) for i, a in enumerate(SPACE.sample(3, n))})


def timed(n):
    """A model of made-up seconds."""
    trials = (nb.Evaluation(a, 0.5, seconds=9 + str(a).count("conv")) for a in SPACE.sample(3, n))
    return nb.SecondsModel(nb.Observations(tuple(trials)))


def curves(n):
    """A model of made-up learning curves."""
    trials = []
    for i, cell in enumerate(SPACE.sample(3, n)):
        values = [0.9 - (0.4 + 0.01 * i) / epoch for epoch in range(1, 9)]
        reports = (nb.EpochReport(e, 8, val_accuracy=v) for e, v in enumerate(values, 1))
        trials.append(nb.Evaluation(cell, values[-1], reports=tuple(reports)))
    return nb.CurveModel(nb.Observations(tuple(trials)))


ALONE = {
    "space": lambda: SPACE,
    "edit": nb.EditDistance,
    "path": nb.PathDistance,
    "prior": lambda: nb.GaussianProcess(nb.DistanceKernel(nb.HammingDistance())),
    "kernel": lambda: nb.WeisfeilerLehmanKernel(1),
    "acquisition": nb.ExpectedImprovement,
    "sum": lambda: nb.WeisfeilerLehmanKernel(0) + nb.DistanceKernel(nb.HammingDistance()),
    "product": lambda: nb.WeisfeilerLehmanKernel(0) * nb.DistanceKernel(nb.HammingDistance()),
    "scaled": lambda: ScaleKernel(nb.WeisfeilerLehmanKernel(1)),
    "knowledge": lambda: nb.KnowledgeKernel(known(60)),
    "thompson": nb.ThompsonSampling,
    "independent": nb.IndependentThompsonSampling,
    "noisy": nb.NoisyExpectedImprovement,
    "gradient": nb.KnowledgeGradient,
    "entropy": nb.MaxValueEntropy,
    "per second": nb.ImprovementPerSecond,
    "curves": lambda: curves(6),
    "seconds": lambda: timed(20),
}
FOUND = {
    "posterior": lambda found: found.posterior,
    "proposal": lambda found: found.proposal,
    "round": lambda found: nb.replay(found, 10),
    "evidence": lambda found: nb.Evidence(nb.GaussianProcess(), found.observations),
}


@pytest.fixture(params=[*ALONE, *FOUND])
def thing(request, found):
    name = request.param
    return ALONE[name]() if name in ALONE else FOUND[name](found)


def test_static_is_picture_and_text_and_no_widget(thing, static, no_widgets):
    data, _ = bundle(thing)
    assert set(data) == {"image/png", "text/plain"}
    assert len(data["text/plain"]) > 20


def test_live_has_a_widget_with_controls(thing, live):
    data, _ = bundle(thing)
    assert set(data) == {WIDGET, "image/png", "text/plain"}
    panel = view(thing).panel()
    assert len(panel.widget.children) > 1
    html = panel.view.widget.value
    assert "<svg" in html
    assert 'role="alert"' not in html
    assert "aria-label" in html


@pytest.mark.parametrize(
    "acquisition",
    [
        *(nb.LogExpectedImprovement(), nb.ProbabilityOfImprovement()),
        *(nb.UpperConfidenceBound(), nb.GrowingUpperConfidenceBound()),
    ],
    ids=lambda each: type(each).__name__,
)
def test_curves_of_acquisition_functions(acquisition):
    seen = view(acquisition)
    assert "larger is better" in seen.summary
    assert to_svg(seen.chart).startswith("<svg")
