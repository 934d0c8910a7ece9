"""The lab while several workers train."""

import pytest
import trials

import nbnas as nb
from nbnas.widgets.lab.lab import Lab


def test_who_trains_what_since_when_and_how_far(until, settled):
    search = nb.Search(nb.CellSpace(), trials.epochs, nb.RandomSearch(), seed=1)
    lab = Lab(search)
    search.start(6, workers=2)
    until(lambda: search.crew is not None and len(search.crew.busy) == 2)
    until(lambda: "epoch" in lab.widget.status["said"])
    said = lab.widget.status["said"]
    assert said.startswith("2 workers: 1 trains trial ")
    assert "; 2 trains trial " in said
    search.pause()
    until(lambda: lab.widget.status["said"].startswith("Paused. 2 workers"))
    (slot,) = [each for each in search.crew.busy if each.training is search.training]
    until(lambda: f"In training: trial {slot.claim.number + 1}" == lab.widget.curve["title"])
    search.stop()
    search.wait()
    settled(lab, search)
    assert "worker" not in lab.widget.status["said"]


@pytest.mark.slow
def test_run_has_as_many_workers_as_a_person_sets(until, settled, click):
    search = nb.Search(nb.CellSpace(), trials.epochs, nb.RandomSearch(), seed=1)
    lab = Lab(search)
    assert lab.widget.workers == 0
    lab.widget.set_state({"workers": 2, "budget": 4})
    click(lab, "run")
    until(lambda: search.crew is not None and len(search.crew.slots) == 2)
    until(lambda: len(search.observations) == 4 and not search.running)
    settled(lab, search)
    assert {each.origin.worker for each in search.observations} == {"1", "2"}
    click(lab, "step")
    until(lambda: len(search.observations) == 5 and not search.running)
    settled(lab, search)
    assert search.workers == nb.LocalWorkers(1)
    assert lab.widget.workers == 2, "a step changes nothing that was set"


@pytest.mark.slow
def test_workers_keep_the_limits_that_a_cell_gave_them(until, settled, click):
    search = nb.Search(nb.CellSpace(), trials.epochs, nb.RandomSearch(), seed=1)
    search.run(1, workers=nb.LocalWorkers(1, timeout=60, memory="8 GB"))
    lab = Lab(search)
    assert lab.widget.workers == 1
    lab.widget.set_state({"workers": 2, "budget": 3})
    click(lab, "run")
    until(lambda: len(search.observations) == 3 and not search.running)
    settled(lab, search)
    assert search.workers == nb.LocalWorkers(2, timeout=60, memory="8 GB")


@pytest.mark.slow
def test_a_run_of_a_cell_is_told_with_its_workers(settled):
    search = nb.Search(nb.CellSpace(), trials.epochs, nb.RandomSearch(), seed=1)
    lab = Lab(search)
    search.run(2, workers=1)
    settled(lab, search)
    assert lab.widget.workers == 1
    search.run(3)
    settled(lab, search)
    assert lab.widget.workers == 0


class Elsewhere:
    """Workers of somebody's own, which have a number that nobody sets."""

    def crew(self, objective, measure):
        return nb.LocalWorkers(1).crew(objective, measure)


@pytest.mark.slow
def test_workers_elsewhere_are_as_many_as_they_are(until, settled, click):
    search, elsewhere = nb.Search(nb.CellSpace(), trials.epochs, nb.RandomSearch()), Elsewhere()
    lab = Lab(search)
    assert lab.widget.status["countable"]
    search.run(1, workers=elsewhere)
    settled(lab, search)
    assert not lab.widget.status["countable"]
    lab.widget.set_state({"workers": 7, "budget": 2})
    click(lab, "run")
    until(lambda: len(search.observations) == 2 and not search.running)
    assert search.workers is elsewhere
