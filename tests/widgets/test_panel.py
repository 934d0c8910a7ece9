"""Callbacks go through one wrapper: what they raise is seen and kept until all is well."""

import math
import time
import warnings

import ipywidgets
import pytest

from nbnas.widgets.live import LiveView
from nbnas.widgets.panel import Panel, alive, button, dropdown, label, reach, slider, toggles
from nbnas.widgets.view import View


@pytest.fixture
def made():
    """A panel with a button and a slider, and what its picture says."""
    control, press = slider(1.0, 0.1, 10.0, "weight", "how much"), button("Go", "Do it")
    panel = Panel(lambda: View(f"weight is {control.value:.2f}"), [[press], [control]])
    return panel, press, control


def test_a_change_redraws(made, redrawn):
    panel, _, control = made
    panel.changed(control)
    control.value = 2.0
    assert "weight is 2.00" in redrawn(panel)


def test_a_change_redraws_by_itself_soon(made):
    panel, _, control = made
    panel.changed(control)
    control.value = 3.0
    deadline = time.monotonic() + 20
    while "3.00" not in panel.view.widget.value:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_an_exception_in_a_callback_is_seen_kept_and_forgotten(made, redrawn):
    panel, press, _ = made
    broken = [True]

    def act():
        if broken[0]:
            raise ValueError("<b>no</b>")

    panel.clicked(press, act)
    press.click()
    html = panel.view.widget.value
    assert 'role="alert"' in html
    assert "This control failed" in html
    assert "ValueError: &lt;b&gt;no&lt;/b&gt;" in html
    assert "weight is 1.00" in html
    assert html.index("alert") < html.index("weight is")
    assert isinstance(panel.error, ValueError)
    broken[0] = False
    press.click()
    assert panel.error is None
    assert "alert" not in redrawn(panel)


def test_whoever_waits_is_told(made):
    panel, press, _ = made
    kept = []
    panel._keep = kept.append
    panel.clicked(press, lambda: 1 / 0)
    press.click()
    assert [type(error) for error in kept] == [ZeroDivisionError]


def test_keep_is_an_argument():
    kept = []
    panel = Panel(lambda: View("x"), [[]], keep=kept.append)
    panel.fail(RuntimeError("lost"))
    assert "lost" in panel.view.widget.value
    assert isinstance(kept[0], RuntimeError)


def test_an_interrupt_goes_through(made):
    panel, press, _ = made

    def interrupt():
        raise KeyboardInterrupt

    panel.clicked(press, interrupt)
    with pytest.raises(KeyboardInterrupt):
        press.click()


def test_a_failing_picture_keeps_its_controls():
    fail = [False]

    def draw():
        if fail[0]:
            raise RuntimeError("cannot draw")
        return View("fine")

    panel = Panel(draw, [[]])
    fail[0] = True
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        panel.update(final=True)
    assert "fine" in panel.view.widget.value
    assert "cannot draw" in panel.view.widget.value


def test_controls_set_by_a_program_are_silent(made):
    panel, _, control = made
    called = []
    panel.changed(control, act=lambda: called.append(control.value))
    with panel.silently():
        control.value = 5.0
    assert called == []
    control.value = 6.0
    assert called == [6.0]


def test_the_number_of_widgets_stays_the_same(made, redrawn):
    panel, press, control = made
    panel.clicked(press, lambda: None)
    panel.changed(control)
    before = len(ipywidgets.widgets.widget._instances)
    for i in range(1, 30):
        control.value = i / 4
        press.click()
    redrawn(panel)
    assert len(ipywidgets.widgets.widget._instances) == before


def test_every_control_has_a_label_or_tooltip():
    for each in (
        button("Go", "Do it"),
        dropdown([("a", 1)], "Choose", "One of these"),
        slider(1.0, 0.1, 10.0, "weight", "How much"),
    ):
        assert each.description
        assert each.tooltip
    assert toggles([("a", 1), ("b", 2)], ["first", "second"]).tooltips == ("first", "second")
    assert label("Open").value == "Open"


def test_a_slider_holds_what_it_is_given():
    assert slider(0.0001, 0.1, 10.0, "x", "y").value == pytest.approx(0.1)
    assert slider(99.0, 0.1, 10.0, "x", "y").value == pytest.approx(10.0)


@pytest.mark.parametrize("value", [0.02, 1.0, 2.0, 10.0])
def test_a_slider_stands_on_a_step_so_that_a_browser_leaves_it_there(value):
    control = slider(value, 0.0123, 10.0, "x", "y")
    steps = (math.log10(value) - control.min) / control.step
    assert steps == pytest.approx(round(steps), abs=1e-9)
    assert 10**control.min >= 0.0123 * (1 - 1e-9)
    assert control.value == pytest.approx(value)


def test_a_view_without_a_panel_is_a_picture():
    assert isinstance(alive(View("words")), LiveView)
    panel = Panel(lambda: View("x"), [[]])
    assert alive(View("words", None, lambda: panel)) is panel


@pytest.mark.parametrize("value", [0.25, 2.0, 0.02, 1e-4])
def test_a_slider_stands_at_a_whole_step_so_that_its_number_is_the_value(value):
    control = slider(value, value / 50, 50 * value, "weight", "how much")
    steps = (math.log10(value) - control.min) / control.step
    assert steps == pytest.approx(round(steps), abs=1e-6)
    assert control.value == pytest.approx(value)
    assert 10**control.min == pytest.approx(value / 50, rel=0.02)


@pytest.mark.parametrize("value", [0.001, 0.5, 400.0])
def test_a_slider_reaches_what_is_beyond_its_ends(value):
    control = slider(1.0, 0.1, 10.0, "weight", "how much")
    reach(control, value)
    assert control.value == pytest.approx(value)
