"""What is sent to the page, and when: nothing piles up where nobody reads."""

import gzip
import json
import re

import anywidget
import pytest

from nbnas.widgets.lab import widget as lab_widget
from nbnas.widgets.lab.sources import vega_script
from nbnas.widgets.lab.widget import AHEAD, LabWidget


@pytest.fixture
def sent(monkeypatch):
    """The names of the traits of each message."""
    messages = []
    monkeypatch.setattr(
        anywidget.AnyWidget, "send_state", lambda self, key=None: messages.append(key)
    )
    return messages


@pytest.fixture
def make(sent):
    made = []

    def make(busy=False):
        made.append(LabWidget(lambda: busy))
        sent.clear()
        return made[-1]

    yield make
    for widget in made:
        widget.close()


def test_a_page_that_reads_gets_every_change(make, sent):
    widget = make()
    for n in range(10):
        widget.put(status={"done": n})
        widget.set_state({"read": widget.sent})
    assert len([keys for keys in sent if "status" in keys]) == widget.sent == 10


def test_a_closed_page_gets_two_changes_and_then_none(make, sent):
    widget = make()
    for n in range(100):
        widget.put(status={"done": n}, chosen=str(n))
    assert len(sent) == AHEAD
    assert widget.status == {"done": 99}  # what a page that opens is told
    assert widget.get_state()["status"] == {"done": 99}
    widget.set_state({"read": AHEAD})
    late = sent[AHEAD]
    assert {"status", "chosen", "sent"} <= set(late)
    assert len(sent) == AHEAD + 1
    assert widget.sent == AHEAD + 1


def test_while_a_cell_runs_a_deaf_kernel_sends_one_change_a_second(make, sent, monkeypatch):
    monkeypatch.setattr(lab_widget, "BLIND", 0.2)
    widget = make(busy=True)
    for n in range(100):
        widget.put(status={"done": n})
    assert len(sent) <= AHEAD + 1
    timer = widget._timer
    assert timer is not None
    timer.join(5)
    assert len(sent) == AHEAD + 1
    widget.put(status={"done": -1})
    widget._timer.join(5)
    assert "status" in sent[-1]


def test_equal_values_are_no_change(make, sent):
    widget = make()
    widget.put(status={"done": 1})
    widget.put(status={"done": 1})
    assert widget.sent == len(sent) == 1


def test_the_last_change_can_be_forced(make, sent):
    widget = make()
    for n in range(9):
        widget.put(status={"done": n})
    widget.flush()
    assert len(sent) == AHEAD + 1
    widget.flush()
    assert len(sent) == AHEAD + 1


def test_a_lab_leans_on_no_other_widget_of_ours():
    widget = LabWidget(lambda: False)
    text = json.dumps(widget.get_state(), default=lambda packed: len(packed))
    assert re.findall(r"IPY_MODEL_\w+", text) == [f"IPY_MODEL_{widget.layout.model_id}"]
    widget.close()


def test_vega_is_packed_once_and_comes_with_the_package():
    first, second = LabWidget(lambda: False), LabWidget(lambda: False)
    assert first.script is second.script is vega_script()
    assert len(vega_script()) < 400_000
    assert len(first._esm) < 60_000
    unpacked = gzip.decompress(vega_script()).decode()
    assert "esm.sh" not in unpacked
    assert "export" in unpacked
    for widget in (first, second):
        widget.close()
