"""What a peer is asked to search, as it finds it in a folder: no nbnas, no packages at all.

`task.json` tells what there is to choose, and when the run is over; `values.csv` has a line for
each row of choices, or the task names a function. A peer asks a `Course` for values until that
says that it is over. What it asked for is in `asked.csv`, from which nbnas makes the queries.

Notation
    row       one option of each choice, by its place
    numbers   of each function's setting, in [0, 1]; none on a table
    gain      what is maximised; `None` where there is nothing of the kind, or its training failed
"""

import csv
import json
import math
import time
from pathlib import Path

ASKS = 20_000  # of a run: what is no member costs nothing, so that a run might never end
PATIENCE = 50  # answers in a row that were known before; then each of them counts again
FAILED = -1e9  # the gain of what failed, for packages that want a number


class Over(Exception):
    """A run has made its queries, or cost what it may."""


class Course:
    """What a peer asks for values: it counts what they cost, and remembers them.

    What was asked before is told again for nothing, which nbnas's strategies never ask for; a peer
    that asks for nothing else pays from the 51st time on, so that each run comes to its end. A
    look costs its part of a full training, which costs 1, also after a look of the same
    architecture, where each is a training of its own.
    """

    def __init__(self, folder):
        self.folder = Path(folder)
        task = json.loads((self.folder / "task.json").read_text())
        self.choices, self.numbers = tuple(task["choices"]), task["numbers"]
        self.epochs, self.continued = tuple(task["epochs"]), task["continued"]
        self.queries, self.cost, self.initial = task["queries"], task["cost"], task["initial"]
        self._value = function(task["function"]) if task["function"] else _table(self.folder)
        self.asked, self._known, self._reached, self._costs = [], {}, {}, []
        self._asks, self._repeats, self._began = 0, 0, time.perf_counter()
        (self.folder / "asked.csv").unlink(missing_ok=True)

    @property
    def full(self):
        """The epochs of a full training."""
        return self.epochs[-1]

    def gain(self, row, epochs=None, numbers=()):
        """What is maximised, of a row of choices that was trained so far."""
        spent = time.perf_counter() - self._began
        self._asks += 1
        if self._asks > ASKS:
            raise Over
        row, epochs = tuple(map(int, row)), self.full if epochs is None else int(epochs)
        member, gains = self._value(row, tuple(map(float, numbers)))
        if member is not None:
            self._count(member, epochs, row, numbers, spent)
        self._began = time.perf_counter()
        return gains.get(epochs)

    def number(self, *asked, **named):
        """The same, where a number is wanted of what failed, too."""
        gain = self.gain(*asked, **named)
        return FAILED if gain is None else gain

    def nearest(self, epochs):
        """The length of the table that is nearest to one that was asked for."""
        return min(self.epochs, key=lambda e: abs(math.log(e / epochs)))

    @property
    def ratio(self):
        """What halving divides by, for the lengths of the table, where there are two."""
        return (self.full / self.epochs[0]) ** (1 / (len(self.epochs) - 1))

    def _count(self, member, epochs, row, numbers, spent):
        known = (member, epochs) in self._known
        self._repeats = self._repeats + 1 if known else 0
        if known and self._repeats <= PATIENCE:
            return
        if self.over:
            raise Over
        before = self._reached.get(member, 0) if self.continued else 0
        self._costs.append((epochs - min(before, epochs)) / self.full)
        self._reached[member] = max(epochs, self._reached.get(member, 0))
        self._known[member, epochs] = True
        self.asked.append(("-".join(map(str, row)), *map(repr, numbers), epochs, f"{spent:.4g}"))

    @property
    def over(self):
        """Whether all queries are made, or the cost is spent."""
        if self.queries is not None:
            return len(self.asked) >= self.queries
        return math.fsum(self._costs) >= self.cost - 1e-9


def function(word):
    """A function of rows and numbers, as a table of one length."""
    from mixed import function_of

    of = function_of(word)[0]
    return lambda row, numbers: ((row, numbers), {1: float(of(row, numbers))})


def _table(folder):
    """Members and gains by row; two rows of one function are one member."""
    with (folder / "values.csv").open(newline="") as file:
        head, *lines = csv.reader(file)
    lengths = [int(epochs) for epochs in head[2:]]
    rows = {
        tuple(map(int, line[0].split("-"))): (
            line[1],
            {e: float(v) for e, v in zip(lengths, line[2:], strict=True) if v},
        )
        for line in lines
    }
    return lambda row, numbers: rows.get(row, (None, {}))


def write_asked(course):
    """What was asked for, beside the task, once a run is over."""
    with (course.folder / "asked.csv").open("w", newline="") as file:
        csv.writer(file).writerows(course.asked)
