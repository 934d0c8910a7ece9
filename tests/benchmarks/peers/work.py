"""What peers search, as nbnas has it: a table, or a function of choices and numbers.

Both write it for a `Course`, and make the rows of a benchmark's file of what was asked for there.
"""

import csv
import json
import math

import numpy as np
from mixed import INITIAL, NUMBERS, OPTIONS, PLACES, function_of

import nbnas as nb
from nbnas.errors import ArchitectureError, DataError
from nbnas.graphs.spaces.choices import categorical
from nbnas.notebook.strategies import initial_for
from nbnas.records import Evaluation
from nbnas.search.benchmark.compare import Query
from nbnas.search.benchmark.cost.limit import Limit
from nbnas.search.benchmark.cost.results import results_of
from nbnas.search.benchmark.file import Row
from nbnas.search.benchmark.run import rows_of, settings_of
from nbnas.search.benchmark.unit import Unit
from nbnas.search.fidelities.costs import cost_of_next


class TableWork:
    """A table: a row of choices is one of its architectures, or nothing."""

    def __init__(self, table, limit):
        self.table, self.limit = table, limit
        self.space = categorical(table.space)
        self.settings = settings_of(table, 1)

    def write(self, folder):
        """The task, and gains of all rows of choices."""
        paid, lengths = self.table.fidelities, self._lengths
        sizes = [len(options) for options in self.space.choices]
        told = {"choices": sizes, "numbers": 0, "epochs": lengths, "function": None}
        told |= {"continued": paid is not None and paid.continued, "initial": INITIAL}
        _write_task(folder, told, self.limit)
        members = {a: number for number, a in enumerate(self.table.values)}
        with (folder / "values.csv").open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["row", "member", *lengths])
            for row in np.ndindex(*sizes):
                architecture = self._decode(row)
                if architecture in members:
                    gains = self._gains(architecture)
                    writer.writerow(["-".join(map(str, row)), members[architecture], *gains])

    def rows(self, pair, asked):
        """The rows of a run; what a training costs and gives is looked up anew, by nbnas."""
        found, evaluations, costs, best = [], [], [], None
        for row, epochs, seconds in asked:
            architecture = self._decode([int(place) for place in row.split("-")])
            fidelity = None if int(epochs) == self._lengths[-1] else int(epochs)
            costs.append(cost_of_next(self.table.objective, evaluations, architecture, fidelity))
            evaluations.append(self._evaluation(architecture, fidelity))
            value = evaluations[-1].value
            if fidelity is None and value is not None and self._better(value, best):
                best = evaluations[-1]
            told = (None, None) if best is None else (best.architecture, best.value)
            numbers = {"epochs": int(epochs), "cost": round(math.fsum(costs), 9)}
            found.append(
                Query(len(found) + 1, architecture, value, *told, float(seconds), **numbers)
            )
        return rows_of(pair, found, self.table)

    def results(self, runs, strategies):
        """What the runs found; nbnas's begin with fewer that know no values than the peers'."""
        return results_of(self.table, runs, strategies, self.limit, initial_for("bayes"))

    @property
    def _lengths(self):
        paid = self.table.fidelities
        return [1] if paid is None else list(paid.epochs)

    def _decode(self, row):
        """The architecture of a row of choices; `None` where the table has no such one."""
        try:
            architecture = self.space.decode(row)
        except ArchitectureError:
            return None
        return architecture if architecture in self.table.values else None

    def _gains(self, architecture):
        columns = [*(self.table.looks[e] for e in self._lengths[:-1]), self.table.values]
        return [
            self.table.measure.gain(c[architecture] / self.table.unit.whole)
            if architecture in c
            else ""
            for c in columns
        ]

    def _evaluation(self, architecture, fidelity):
        more = () if fidelity is None else (fidelity,)
        try:
            return self.table.objective(architecture, 0, *more)
        except DataError as error:
            return Evaluation(architecture, None, "failed", error=str(error), epochs=fidelity)

    def _better(self, value, best):
        gain = self.table.measure.gain
        return best is None or gain(value) > gain(best.value)


class FunctionWork:
    """A function of six choices and three numbers, of which the greatest value is known."""

    def __init__(self, word, queries):
        self.word, self.limit = word, Limit(queries)
        self.settings = {"function": word}
        self.optimum = function_of(word)[1]

    def write(self, folder):
        """The task."""
        told = {"choices": [OPTIONS] * PLACES, "numbers": NUMBERS, "epochs": [1]}
        told |= {"function": self.word, "continued": False, "initial": INITIAL}
        _write_task(folder, told, self.limit)

    def rows(self, pair, asked):
        """The rows of a run; values are computed anew."""
        function, best, found = function_of(self.word)[0], -math.inf, []
        for number, (row, *numbers, _, seconds) in enumerate(asked, 1):
            x = np.array([float(each) for each in numbers])
            value = float(function([int(place) for place in row.split("-")], x))
            best = max(best, value)
            text = " ".join([row, *(f"{each:.4g}" for each in x)])
            found.append(Row(*pair, number, text, value, best, None, float(seconds)))
        return tuple(found)

    def results(self, runs, strategies):
        """What the runs found."""
        unit, measure = Unit("", 1.0, "", 3), nb.Measure("value")
        known = self.optimum, unit, self.word
        return nb.BenchmarkResults(
            runs, strategies, self.limit.queries, INITIAL, *known, measure=measure
        )


def _write_task(folder, told, limit):
    ends = {"queries": limit.queries, "cost": limit.cost}
    (folder / "task.json").write_text(json.dumps(told | ends))
