import numpy as np
import pytest

from nbnas.records import ACCURACY
from nbnas.widgets import view
from nbnas.widgets.surrogate.posterior import MEANS, NONE, STDDEVS, TRUST, _Controls, _Scene


@pytest.fixture(scope="module")
def scene(found):
    return _Scene.of(found.posterior)


@pytest.fixture
def controls(scene):
    return _Controls(scene)


def test_the_map_holds_what_is_evaluated_and_more(scene, found):
    assert set(found.observations.architectures) == set(
        np.array(scene.mapped, dtype=object)[scene.seen]
    )
    assert (~scene.seen).sum() > 100
    mean, stddev = found.posterior.predict(scene.mapped)
    assert scene.mean == pytest.approx(mean)
    assert scene.stddev == pytest.approx(stddev)


def test_static_shows_all_four(found):
    said = view(found.posterior).summary
    assert "truths lie in their 95 % band" in said
    assert "of the variance of the distances" in said


def test_selector_shows_each_picture(controls, redrawn):
    assert controls.show.value == TRUST
    assert "Are the bands honest?" in redrawn(controls.panel)
    controls.show.value = MEANS
    assert "What the model expects" in redrawn(controls.panel)
    controls.show.value = STDDEVS
    assert "How unsure it is" in redrawn(controls.panel)


def test_a_choice_is_marked_drawn_and_told(controls, scene, redrawn):
    index = next(value for _, value in controls.look.options if value != NONE)
    controls.look.value = index
    assert controls.show.value == MEANS
    html = redrawn(controls.panel)
    assert "this one" in html
    assert (
        f"mean {ACCURACY.text(scene.mean[index])}, stddev {ACCURACY.text(scene.stddev[index])}"
        in html
    )


def test_choices_are_the_best_and_have_different_names(controls, scene):
    names = [name for name, _ in controls.look.options]
    assert len(names) == len(set(names))
    new = [i for name, i in controls.look.options if name.startswith("not evaluated")]
    best = scene.mean[~scene.seen].max()
    assert scene.mean[new[0]] == pytest.approx(best)


def test_no_choice_stays_a_choice(controls):
    """Of an option with the value None, ipywidgets would clear the list."""
    assert controls.look.index == 0
    controls.look.index = 2
    controls.look.index = 0
    assert (controls.look.index, controls.look.label, controls.look.value) == (0, "none", NONE)
