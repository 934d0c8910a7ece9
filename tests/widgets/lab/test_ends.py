"""How the training under way will end, in the lab."""

import threading

import pytest

import nbnas as nb
from nbnas.widgets.lab.lab import Lab

EPOCHS = 8


class Slowly:
    """Learning curves that come to rest, of which the one under way waits at a gate."""

    def __init__(self, ends=0):
        self.go, self.asked, self.free = threading.Event(), threading.Event(), ends

    def __call__(self, architecture, seed=0):
        many = str(architecture).count("conv")
        ended = self.free > 0
        self.free -= 1
        for epoch in range(1, EPOCHS + 1):
            if epoch == 4 and not ended:
                self.asked.set()
                assert self.go.wait(60)
            yield (0.5 + 0.05 * many) * (1 - 0.5**epoch)


def started(ends):
    objective = Slowly(ends)
    search = nb.Search(nb.CellSpace(), objective, nb.RandomSearch(), seed=0)
    lab = Lab(search)
    search.start(ends + 1)
    assert objective.asked.wait(60)
    return objective, search, lab


def finish(objective, search):
    objective.go.set()
    search.wait()


def test_the_end_is_predicted_where_enough_have_ended(until):
    objective, search, lab = started(6)
    until(lambda: lab.widget.curve["data"].get("rest"))
    page = lab.widget.curve
    assert [row["epoch"] for row in page["data"]["rest"]] == [3, 4, 5, 6, 7, 8]
    assert page["data"]["band"][-1]["lower"] < page["data"]["band"][-1]["upper"]
    assert "Predicted after 3 epochs: " in page["line"]
    assert page["signals"]["epochs"] == EPOCHS
    finish(objective, search)
    until(lambda: not lab.widget.curve["data"]["rest"])  # it has ended
    assert search.error is None
    truth = search.observations[6].value
    last = page["data"]["band"][-1]
    assert last["lower"] - 0.1 < truth < last["upper"] + 0.1


@pytest.mark.parametrize("ends", [2])
def test_where_too_few_have_ended_nothing_is_predicted(ends, until):
    objective, search, lab = started(ends)
    until(lambda: len(lab.widget.curve["data"]["reports"]) == 3)
    assert lab.wait()
    assert not lab.widget.curve["data"].get("rest")
    assert "Predicted" not in lab.widget.curve["line"]
    finish(objective, search)
    assert search.error is None
