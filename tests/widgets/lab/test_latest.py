import threading

from nbnas.widgets.lab.busy import Busy
from nbnas.widgets.lab.latest import Latest


def test_only_the_newest_request_counts():
    begun, go, wanted, done = threading.Event(), threading.Event(), [0], []

    def work():
        begun.set()
        assert go.wait(10)
        done.append(wanted[0])

    latest = Latest(work)
    latest.request()
    assert begun.wait(10)
    for number in range(1, 6):
        wanted[0] = number
        latest.request()
    assert latest.overtaken
    go.set()
    assert latest.wait(10)
    assert done == [5, 5]  # the one under way saw the newest, and one came after it
    assert not latest.overtaken


def test_there_is_a_thread_only_while_there_is_work():
    before = threading.active_count()
    latest = Latest(lambda: None)
    for _ in range(3):
        latest.request()
        assert latest.wait(10)
    assert threading.active_count() <= before + 1


class Shell:
    def __init__(self):
        self.events, self.called = self, {}

    def register(self, name, function):
        self.called[name] = function


def test_a_kernel_is_busy_while_it_runs_a_cell():
    shell = Shell()
    busy = Busy(shell)
    assert busy()  # it is made within a cell
    shell.called["post_execute"]()
    assert not busy()
    shell.called["pre_execute"]()
    assert busy()
    assert not Busy(None)()
