"""The lab while several workers train."""

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
