import numpy as np
import pytest

from nbnas.charts.graphs.notation import notation
from nbnas.search.replay import replay
from nbnas.surrogate.process.why import why
from nbnas.widgets import view
from nbnas.widgets.search.round import GAIN, MEAN, _Controls, _Scene


@pytest.fixture(scope="module")
def scene(found):
    return _Scene(replay(found, 10))


def test_the_map_is_coloured_by_what_the_model_of_that_round_says(scene):
    posterior = scene.posterior
    assert len(posterior.observations) == 10
    gain = 100 * posterior.expected_improvement(scene.mapped)[0]
    assert np.isnan(scene.values[GAIN][scene.seen]).all()
    assert scene.values[GAIN][~scene.seen] == pytest.approx(gain[~scene.seen])
    assert scene.values[MEAN] == pytest.approx(posterior.predict(scene.mapped)[0])


def test_every_candidate_is_explained(scene, redrawn):
    controls = _Controls(scene)
    controls.look.value = 1
    controls.colour.value = MEAN
    html = redrawn(controls.panel)
    candidate = scene.proposal.candidates[1]
    assert f"This one: {notation(candidate.architecture)}" in html
    first = why(scene.posterior, candidate, scene.distance).neighbors[0]
    assert notation(first.evaluation.architecture) in html
    assert f"{100 * first.share:.0f} % of all weight" in html


def test_a_why_draws_itself(scene):
    said = view(scene.why(0)).summary
    assert "of them by a better mean and" in said
    assert "% of all weight" in said


def test_a_round_without_a_model_is_its_proposal(found):
    seen = view(replay(found, 2))
    assert seen.panel is None
    assert seen.chart is not None
