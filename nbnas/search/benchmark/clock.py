"""What a benchmark found by the simulated clock: how good when, and when the best of the table.

Notation
    s, k, t    number of seeds, of queries, and of instants at which a curve is drawn
    clock      simulated time since a run began; trainings take what the table says
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from nbnas.brief import brief
from nbnas.search.benchmark.curves import BenchmarkCurves, capped, regret_of
from nbnas.search.benchmark.finished import FinishedRuns
from nbnas.search.benchmark.summaries import Floats, mean_band

INSTANTS = 160  # of a curve, evenly on a logarithmic axis
_UNITS = (("hours", 3600.0), ("minutes", 60.0), ("seconds", 1.0))


@dataclass(frozen=True, slots=True, eq=False)
class BenchmarkClock:
    """How good every strategy is when, if trainings take what the table says.

    Attributes:
        curves: Mean regret of every strategy, at its instants.
        times: The instants `(t,)` of each strategy, in the unit.
        unit: "hours", "minutes" or "seconds".
        reached: When each seed found the best of the table `(s,)`, in the unit; infinite where it
            did not.
        ended: How long the runs of each strategy took `(s,)`, in the unit.
        workers: Number of simulated workers of each strategy.
        families: What each strategy is called without its number of workers.
    """

    curves: BenchmarkCurves
    times: Mapping[str, Floats]
    unit: str = "hours"
    reached: Mapping[str, Floats] = field(default_factory=dict)
    ended: Mapping[str, Floats] = field(default_factory=dict)
    workers: Mapping[str, int] = field(default_factory=dict)
    families: Mapping[str, str] = field(default_factory=dict)

    @brief
    def __repr__(self) -> str:
        return f"{self.curves.title}: {', '.join(self.times)}"

    @property
    def halves(self) -> dict[str, float]:
        """When half of the seeds had found the best of the table; infinite where they had not."""
        return {name: _half(reached) for name, reached in self.reached.items()}

    @property
    def markdown(self) -> str:
        """When the best of the table was found, as a table in Markdown."""
        if not self.times:
            return "The table knows no training times: name their column (`cost`)."
        head = ["strategy", "workers", "best of the table found", f"median {self.unit} to it"]
        rows = [[*head, f"mean {self.unit} of a run"], ["---", *["--:"] * 4]]
        halves = self.halves
        for name, reached in self.reached.items():
            found = f"{int(np.isfinite(reached).sum())} of {len(reached)} seeds"
            half = _said(halves[name]) if np.isfinite(halves[name]) else "not in half of the seeds"
            mean = _said(float(self.ended[name].mean()))
            rows.append([self.families[name], str(self.workers[name]), found, half, mean])
        return "\n".join(" | ".join(["", *row, ""]).strip() for row in rows)


def clock_of(results: FinishedRuns) -> BenchmarkClock:
    """What runs found by the simulated clock; empty where no clock is known.

    Args:
        results: The runs.

    Returns:
        Mean regret with its band. A curve begins when so many trainings have ended in every seed
        as are random, and a run that has ended keeps its best.
    """
    clocks = {s: results.traces(s, "clock") for s in results.present}
    timed = {s: clock for s, clock in clocks.items() if np.isfinite(clock).all()}
    longest = max((float(clock[:, -1].max()) for clock in timed.values()), default=0.0)
    unit, seconds = next((u for u in _UNITS if longest >= 2 * u[1]), _UNITS[-1])
    top = results.measure.gain(results.optimum)
    times, curves, reached = {}, {}, {}
    for name, clock in timed.items():
        found = np.where(results.hits(name), clock, np.inf).min(axis=1)
        instants = _instants(clock[:, _first(results) :], found)
        gains = _at(clock, results.gains(name), instants)
        curves[name] = regret_of(capped(mean_band(gains), top), top)
        times[name], reached[name] = instants / seconds, found / seconds
    side = "below" if results.measure.maximize else "above"
    return BenchmarkClock(
        BenchmarkCurves(
            f"Simulated time: how far the best so far is {side} the best of the table",
            f"regret of {results.value} ({results.unit.difference})",
            "mean over seeds, band: 95 % t interval",
            curves,
            results.strategies,
            {name: len(clock) for name, clock in timed.items()},
            1,
            log=True,
        ),
        times,
        unit,
        reached,
        {name: clock[:, -1] / seconds for name, clock in timed.items()},
        {name: results.workers.get(name, 1) for name in timed},
        {name: _family(name, results.workers.get(name)) for name in timed},
    )


def _first(results: FinishedRuns) -> int:
    """The place of the last random query, or of the last one."""
    return max(min(results.initial, results.queries) - 1, 0)


def _instants(clock: NDArray[np.float64], found: Floats) -> Floats:
    """From when all seeds have the first of these trainings to the end of the last `(t,)`."""
    first, last = float(clock[:, 0].max()), float(clock[:, -1].max())
    first = max(first, 1e-9 * last, 1e-9)
    points = np.geomspace(first, max(last, first), INSTANTS)
    points[-1] = max(last, first)  # whatever rounding made of it
    known = found[np.isfinite(found) & (found > first)]
    return np.union1d(points, known.max() if len(known) == len(found) and len(known) else last)


def _at(clock: Floats, gains: Floats, instants: Floats) -> Floats:
    """The best gain so far of each seed at some instants `(s, t)`."""
    places = [np.searchsorted(row, instants, side="right") - 1 for row in clock]
    return np.stack([row[np.maximum(at, 0)] for row, at in zip(gains, places, strict=True)])


def _half(reached: Floats) -> float:
    """The median, where seeds that have not found it count as later than all others."""
    ordered = np.sort(reached)
    return float((ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2)


def _family(name: str, workers: int | None) -> str:
    return name if workers is None else name.removesuffix(f" x {workers}")


def _said(number: float) -> str:
    """Three digits."""
    return f"{number:.0f}" if number >= 100 else f"{number:.3g}"
