import threading
import time
from types import SimpleNamespace

import pytest

import nbnas
from nbnas import display
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.records import Evaluation, Observations
from nbnas.search.search import Search
from nbnas.search.strategies.random import RandomSearch
from nbnas.waiting import WATCHERS
from nbnas.widgets.search import progress as module
from nbnas.widgets.search.log import Log
from nbnas.widgets.search.progress import Line, SweepLine, progress


@pytest.fixture
def shown(monkeypatch):
    """What is displayed: the text, its identifier, and whether it replaced another."""
    found = []

    def display(data, *, raw, display_id, update):
        found.append((data["text/plain"], display_id, update))
        assert "<progress" in data["text/html"]

    monkeypatch.setattr(module, "display", display)
    monkeypatch.setattr(module, "PATIENCE", 0.05)
    monkeypatch.setattr(module, "_CELL", [None, ""])
    monkeypatch.setattr("nbnas.waiting.told.WATCHERS", [progress])
    return found


class Shell:
    execution_count = 1


@pytest.fixture
def shell(monkeypatch):
    """A shell that counts cells."""
    shell = Shell()
    ipython = type("IPython", (), {"get_ipython": staticmethod(lambda: shell)})
    monkeypatch.setitem(module.sys.modules, "IPython", ipython)
    return shell


def make(pace=0.12):
    def objective(architecture, seed=0):
        time.sleep(pace)
        return Evaluation(architecture, 0.5 + 0.01 * str(architecture).count("conv"))

    return Search(CellSpace(), objective, RandomSearch(), seed=0)


def test_a_live_line_follows_and_says_at_last_what_came(shown, shell, monkeypatch):
    monkeypatch.setenv("NBNAS_DISPLAY", "live")
    search = make()
    search.run(4)
    texts = [text for text, _, _ in shown]
    assert texts[0].startswith(("0 of 4 trials", "1 of 4 trials"))
    assert any(" left" in text for text in texts[:-1])
    best = search.measure.text(search.best.value)
    assert texts[-1].startswith(f"4 of 4 trials · best {best} in trial ")
    assert "took" in texts[-1]
    assert len({identifier for _, identifier, _ in shown}) == 1
    assert [again for _, _, again in shown] == [False] + [True] * (len(shown) - 1)


def test_a_line_of_a_run_with_a_budget_tells_what_is_spent(shown, shell, monkeypatch):
    monkeypatch.setenv("NBNAS_DISPLAY", "live")
    search = make()
    search.run(cost=4)
    texts = [text for text, _, _ in shown]
    assert any(" · 2 of 4 full trainings spent · " in text and " left" in text for text in texts)
    assert texts[-1].startswith("4 trials · 4 of 4 full trainings spent · best ")


def test_the_time_left_of_a_number_of_trials_goes_by_those_since_the_first_full_one():
    search = make(pace=0)
    line, log = Line(search), Log(search)
    cells = search.space.sample(0, 4)
    looks = [Evaluation(cell, 0.5, seconds=1.0, epochs=2) for cell in cells[:3]]
    search.target, search.observations = 10, Observations(tuple(looks))
    assert line._left(3.0) is None  # nobody knows yet how long a full training takes
    assert log._time(3)[0].startswith("after ")
    search.observations += Evaluation(cells[3], 0.5, seconds=60.0)
    assert line._left(63.0) == 6 * 60.0
    assert log._time(4) == ["about 6 min 0 s left"]


def test_a_static_line_is_one_and_still(shown, shell, monkeypatch):
    monkeypatch.setenv("NBNAS_DISPLAY", "static")
    make().run(3)
    assert len(shown) == 1
    assert shown[0][0].startswith("3 of 3 trials")


def test_waiting_for_the_background_has_a_line_too(shown, shell, monkeypatch):
    monkeypatch.setenv("NBNAS_DISPLAY", "static")
    make().start(3).wait()
    assert [text.partition(" · ")[0] for text, _, _ in shown] == ["3 of 3 trials"]


def test_testing_the_best_has_a_line_too(shown, shell, monkeypatch):
    monkeypatch.setenv("NBNAS_DISPLAY", "static")
    search = make(pace=0)
    search.objective.test = lambda best, seed: time.sleep(0.1) or 0.5
    search.run(2)
    shell.execution_count = 2
    assert search.finish().test == 0.5
    assert [text.split(" · ")[0] for text, _, _ in shown] == ["2 of 2 trials"]


def test_a_cell_has_one_line_and_the_next_cell_one_of_its_own(shown, shell, monkeypatch):
    monkeypatch.setenv("NBNAS_DISPLAY", "static")
    make().run(1)
    make().run(2)
    shell.execution_count = 2
    make().run(3)
    assert [again for _, _, again in shown] == [False, True, False]
    assert shown[0][1] == shown[1][1] != shown[2][1]


def test_no_line_where_nobody_waits_for_long_or_nothing_can_be_shown(shown, shell, monkeypatch):
    monkeypatch.setenv("NBNAS_DISPLAY", "off")
    make().run(2)
    monkeypatch.setenv("NBNAS_DISPLAY", "live")
    thread = threading.Thread(target=make().run, args=(2,))
    thread.start()
    thread.join()
    monkeypatch.setattr(module, "PATIENCE", 60.0)
    make(0).run(2)
    assert shown == []


def test_a_line_tells_the_epoch_and_the_failed_trials():
    search = make(0)
    search.run(2)

    class Training:
        epochs, reports, evaluation = 5, (1, 2), None

    def fail(architecture, seed=0):
        raise ValueError("lost")

    search.objective, search.target = fail, 4
    search.step()
    search.training = Training()
    assert "3 of 4 trials · 1 failed · best " in Line(search).text()
    assert "epoch 3 of 5" in Line(search).text()


def test_a_line_moves_each_second_whatever_it_waits_for(monkeypatch):
    waiting = {"runs": (1, 2), "done": 0, "running": True, "seconds_left": None}
    sweep = SimpleNamespace(states={"a": "running", "b": "running"}, **waiting)
    for line in (Line(make()), SweepLine(sweep)):
        line._began = time.monotonic() - 3754
        first = line.text()
        assert " · 1:02:34" in first
        line._began -= 1
        assert line.text() == first.replace("1:02:34", "1:02:35")
    line._ended.set()
    assert line.text() == "0 of 2 runs done: 2 running · took 1 h 2 min"


def test_a_line_that_cannot_be_shown_does_no_harm(shown, shell, monkeypatch):
    monkeypatch.setenv("NBNAS_DISPLAY", "static")

    def explode(*args, **options):
        raise RuntimeError("no front end")

    monkeypatch.setattr(module, "display", explode)
    with pytest.warns(UserWarning, match="no front end"):
        search = make().run(2)
    assert len(search.observations) == 2


def test_a_shell_is_told_once():
    for _ in range(2):
        nbnas.load_ipython_extension(FakeShell())
    assert WATCHERS.count(display._watch) == 1


class FakeShell:
    class display_formatter:
        class mimebundle_formatter:
            @staticmethod
            def for_type_by_name(*_):
                pass

            @staticmethod
            def for_type(*_):  # of classes that another test has given a view
                pass

        ipython_display_formatter = mimebundle_formatter
