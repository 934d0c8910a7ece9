import itertools
import re
import threading
import time
import warnings

import pytest

from nbnas import charts
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.widgets.live import LiveView, Throttle, guarded
from nbnas.widgets.view import View


def wait_for(condition, seconds=5.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.005)


def test_throttle_redraws_at_most_once_an_interval_and_always_after_the_last():
    state, drawn = [0], []
    throttle = Throttle(lambda: drawn.append((time.monotonic(), state[0])), 0.1)
    began = time.monotonic()
    while time.monotonic() < began + 0.45:
        state[0] += 1
        throttle.request()
        time.sleep(0.002)
    wait_for(lambda: drawn and drawn[-1][1] == state[0])
    times = [at for at, _ in drawn]
    assert all(b - a > 0.09 for a, b in itertools.pairwise(times))
    assert 2 <= len(drawn) <= 7
    time.sleep(0.25)
    assert len(drawn) == len(times)


def test_throttle_pauses_after_a_slow_redraw():
    began = []

    def slow():
        began.append(time.monotonic())
        time.sleep(0.15)

    throttle = Throttle(slow, 0.01)
    for _ in range(60):
        throttle.request()
        time.sleep(0.01)
    wait_for(lambda: len(began) >= 2)
    assert began[1] - began[0] > 0.28


def test_throttle_draws_at_once_when_it_is_the_last():
    drawn = []
    throttle = Throttle(lambda: drawn.append(threading.current_thread()), 60.0)
    throttle.request(now=True)
    throttle.request()
    throttle.request(now=True)
    assert drawn == [threading.current_thread()] * 2
    time.sleep(0.05)
    assert len(drawn) == 2


def test_throttle_never_acts_twice_at_once():
    active, most = [0], [0]

    def act():
        active[0] += 1
        most[0] = max(most[0], active[0])
        time.sleep(0.01)
        active[0] -= 1

    throttle = Throttle(act, 0.001)
    threads = [
        threading.Thread(target=lambda i=i: [throttle.request(now=i % 2 == 0) for _ in range(10)])
        for i in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    time.sleep(0.1)
    assert most[0] == 1


def test_view_shows_picture_and_text_and_escapes():
    cell = CellSpace().sample(0, 1)[0]
    shown = LiveView(lambda: View("<b>1 & 2</b>", charts.architecture(cell)))
    html = shown.widget.value
    assert "<svg" in html
    assert '<svg aria-hidden="true"' in html
    (name,) = re.findall(r'role="img" aria-label="[^"]+" aria-describedby="([^"]+)"', html)
    assert f'id="{name}"' in html
    assert "&lt;b&gt;1 &amp; 2&lt;/b&gt;" in html
    assert "<b>" not in html


def test_view_updates_from_any_thread():
    said = ["one"]
    shown = LiveView(lambda: View(said[0]), interval=0.01)
    said[0] = "two"
    thread = threading.Thread(target=shown.update)
    thread.start()
    thread.join()
    wait_for(lambda: "two" in shown.widget.value)


def test_failure_is_seen_warned_of_and_kept_from_the_emitter():
    fail = [False]

    def draw():
        if fail[0]:
            raise ValueError("<i>no</i>")
        return View("all is well")

    shown = LiveView(draw)
    fail[0] = True
    with pytest.warns(UserWarning, match=r"could not draw this view: ValueError: <i>no</i>"):
        shown.update(final=True)
    assert "all is well" in shown.widget.value
    assert 'role="alert"' in shown.widget.value
    assert "&lt;i&gt;no&lt;/i&gt;" in shown.widget.value
    fail[0] = False
    shown.update(final=True)
    assert "alert" not in shown.widget.value


def test_guard_holds_where_warnings_are_errors():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert guarded(lambda: 1 / 0, lambda said: said) == "ZeroDivisionError: division by zero"


def test_guard_lets_an_interrupt_through():
    def interrupt():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        guarded(interrupt, str)
