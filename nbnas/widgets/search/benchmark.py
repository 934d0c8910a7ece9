"""Views of a benchmark: how far it is, what it found, and how strategies compare."""

import math
from typing import Any

from nbnas import charts
from nbnas.charts.theme import count
from nbnas.widgets.search.trials import time_left
from nbnas.widgets.view import View

SHOWN = 3  # failures that a summary names


def benchmark(benchmark: Any) -> View:  # noqa: ANN401
    """How far it is, and the best so far of what is finished."""
    done, runs = benchmark.done, benchmark.runs
    said = f"{done} of {count(runs, 'run')} done{time_left(benchmark.seconds_left, done < runs)}."
    return View(said + _failed(benchmark.failures), charts.curves(benchmark.results.best))


def finished(benchmark: Any) -> bool:  # noqa: ANN401
    """Whether nothing more comes by itself."""
    return not benchmark.running or benchmark.done >= benchmark.runs


def line(progress: Any) -> str:  # noqa: ANN401
    """What the log of a benchmark says after a run; nothing between milestones."""
    if progress.failure is not None:
        return f"Failed: {progress.failure}"
    if not progress.milestone:
        return ""
    left = time_left(progress.seconds_left, progress.done < progress.runs)
    return f"{progress.done} of {count(progress.runs, 'run')} done{left}."


def results(results: Any) -> View:  # noqa: ANN401
    """The best so far of every strategy."""
    said = " ".join(_ended(results, strategy) for strategy in results.present)
    said = said or "No run is finished yet."
    return View(said + _failed(results.failures), charts.curves(results.best))


def curves(curves: Any) -> View:  # noqa: ANN401
    """One measure of every strategy by queries."""
    ends = (f"{strategy} {band[0][-1]:.4g}" for strategy, band in curves.curves.items())
    when = "after the last query" if curves.places is None else f"at cost {curves.places[-1]:g}"
    said = f"{curves.title}, {when}: {', '.join(ends) or 'no run is finished yet'}."
    return View(said, charts.curves(curves))


def clock(clock: Any) -> View:  # noqa: ANN401
    """When the strategies were how good, by the simulated clock."""
    said = [
        f"{name}: in half of the seeds after {half:.3g} {clock.unit}"
        for name, half in clock.halves.items()
        if half < math.inf
    ]
    found = "; ".join(said) or "by no strategy in half of the seeds"
    return View(f"Best of the table found: {found}.", charts.clock(clock))


def paired(found: Any) -> View:  # noqa: ANN401
    """One strategy against every other."""
    said = " ".join(found.sentences) or "There is nothing to compare yet."
    return View(said, charts.paired(found))


def _ended(results: Any, strategy: str) -> str:  # noqa: ANN401
    ends = results.traces(strategy)[:, -1]
    found = f"{int(results.hits(strategy)[:, -1].sum())} of {count(len(ends), 'seed')}"
    if not math.isfinite(ends.mean()):
        return f"{strategy}: not every seed has a full training {results.ending}."
    mean = results.unit.text(ends.mean())
    what = "near the front" if hasattr(results, "goals") else "the best found"
    return f"{strategy}: {mean} {results.ending}, {what} in {found}."


def _failed(failures: Any) -> str:  # noqa: ANN401
    if not failures:
        return ""
    more = f" and {len(failures) - SHOWN} more" if len(failures) > SHOWN else ""
    named = "; ".join(map(str, failures[:SHOWN]))
    return f" {len(failures)} failed: {named[:600]}{more}."
