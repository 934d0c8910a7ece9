from types import SimpleNamespace

import numpy as np
import pytest

from nbnas.charts.render import to_svg
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.records import (
    ACCURACY,
    Comparison,
    EpochReport,
    Evaluation,
    Observations,
    Proposal,
)
from nbnas.widgets import View, view
from nbnas.widgets.live import page
from nbnas.widgets.view import SUBJECTS

CELLS = CellSpace().sample(0, 3)
REPORT = EpochReport(1, 3, 1.0, 0.5, 1.0, 0.5, 0.1, 1.0, 1e3)


def named(name, **fields):
    """An object of a class with a name from the table."""
    module, _, cls = name.rpartition(".")
    fake = type(cls, (), {"__module__": module})()
    vars(fake).update(fields)
    return fake


def leave_one_out():
    values = np.array([0.9, 0.91])
    return named(
        "nbnas.surrogate.leave_one_out.LeaveOneOut",
        truth=values,
        mean=values,
        lower=values - 0.01,
        upper=values + 0.01,
        measure=ACCURACY,
    )


def posterior():
    return named(
        "nbnas.surrogate.process.posterior.Posterior",
        leave_one_out=leave_one_out,
        observations=Observations(),
    )


def comparison():
    both = (Observations((Evaluation(CELLS[0], 0.9),)), Observations())
    return Comparison(("ours", "random"), both)


def known():
    truths = {a.text: 0.8 + 0.05 * k for k, a in enumerate(CELLS)}
    return Comparison(("ours",), (Observations((Evaluation(CELLS[1], 0.9),)),), truths)


@pytest.mark.parametrize(
    ("thing", "said"),
    [
        (CELLS[0], "3 of 6 edges carry data"),
        (CellSpace(), "15,625 architectures. Each of 6 edges carries one of 5 operations."),
        (Evaluation(CELLS[0], 0.9, parameters=1234, seconds=75), "1,234 parameters, 1 min 15 s"),
        (Evaluation(CELLS[0], 0.9, reports=(REPORT,)), "90.00 % validation accuracy"),
        (Evaluation(CELLS[0], None, "failed", error="out of memory"), "out of memory"),
        (known(), "ours found the 2nd best of all 3 architectures, 5.00 points behind the best."),
        (Observations(), "No trial has ended yet."),
        (Proposal(CELLS[:1], "It is random."), "It is random."),
        (leave_one_out(), "2 of 2 truths lie in their 95 % band."),
        (posterior(), "2 of 2 truths lie in their 95 % band."),
        (comparison(), "ours 90.00 % after 1."),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, str) else "",
)
def test_every_subject_has_words_and_a_picture(thing, said):
    seen = view(thing)
    assert said in seen.summary
    assert to_svg(seen.chart).startswith("<svg")


def test_live_objects_have_views(search, training):
    search.target, search.running, search.seconds_left = 5, True, 90.0
    search.tell(0.9)
    assert "1 of 5 trials" in view(search).summary
    assert "About 1 min 30 s left." in view(search).summary
    training.advance()
    assert "After epoch 1 of 3" in view(training).summary


def test_a_running_search_shows_the_model_of_its_last_proposal(search):
    asked = []

    def model(observations):
        asked.append(len(observations))
        return posterior()

    search.strategy = SimpleNamespace(posterior=model)
    search.posterior = posterior()
    search.running, search.target = True, 9
    for _ in range(3):
        search.tell(0.9)
    view(search)
    assert asked == []
    candidates = (SimpleNamespace(),)
    search.proposal = SimpleNamespace(candidates=candidates, number=2, architecture=None)
    with pytest.raises(AttributeError):  # the stand-in's candidate cannot be drawn
        view(search)
    assert asked == [2]


def test_unknown_types_say_what_to_do():
    with pytest.raises(TypeError, match=r"builtins\.dict.*@nbnas\.register_view"):
        view({})


def test_others_can_register_views():
    class Mine:
        pass

    @view.register
    def _(thing: Mine) -> View:
        return View("mine")

    assert view(Mine()) == View("mine")


def test_table_names_functions_that_exist():
    import importlib

    for target in SUBJECTS.values():
        module, _, function = target.partition(":")
        assert callable(getattr(importlib.import_module(module), function))


def test_a_search_says_why_a_trial_failed(search):
    search.tell(0.5)
    cell = search.observations[0].architecture
    search.observations += Evaluation(cell, None, "failed", error="MemoryError: 3 GB <wanted>")
    said = view(search).summary
    assert "1 failed" in said
    assert "Trial 2 failed: MemoryError: 3 GB <wanted>" in said
    assert "&lt;wanted&gt;" in page(view(search))
