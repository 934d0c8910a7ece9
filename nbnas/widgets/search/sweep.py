"""The view of a sweep: what each run is, and how long the rest takes."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from nbnas.brief import cut, seconds
from nbnas.charts.search.sweep import runs
from nbnas.charts.theme import NOTHING, count
from nbnas.widgets.search.log import log
from nbnas.widgets.search.trials import time_left
from nbnas.widgets.view import View

MOST = 40  # runs that are drawn: first those under way, then what failed, then the others
ORDER = ("running", "failed", "finished", "waiting")
WORDS = 48  # letters of an error or a value that are shown


def sweep(sweep: Any) -> View:  # noqa: ANN401
    """A line for each run, and how far all are."""
    told = said(sweep)
    table = sweep.table().astype(object)
    drawn = table.where(table.notna(), None).to_dict("records")
    if len(drawn) > MOST:
        drawn = sorted(drawn, key=lambda row: ORDER.index(row["state"]))[:MOST]
    chosen = list(sweep.runs[0].chosen)
    rest = ["state", "trials", "best", "time"] + ["error"] * bool(sweep.errors)
    rows = [_row(row, chosen) for row in drawn]
    more = f"; {len(table) - MOST:,} more are not drawn" if len(table) > MOST else ""
    heading = f"{sweep.notebook.name}: {count(len(sweep.runs), 'run')}"
    return View(told, runs(rows, [*chosen, *rest], heading, told.rstrip(".") + more))


def finished(sweep: Any) -> bool:  # noqa: ANN401
    """Whether nothing more comes by itself."""
    return not sweep.running or sweep.done >= len(sweep.runs)


def line(progress: Any) -> str:  # noqa: ANN401
    """What the log says after a run; nothing when one begins."""
    if progress.state not in ("finished", "failed"):
        return ""
    why = f": {progress.error}"[:300] if progress.error else ""
    left = time_left(progress.seconds_left, progress.done < progress.runs)
    return f"{progress.run} {progress.state}{why}; {progress.done} of {progress.runs} done{left}."


@contextmanager
def logged(sweep: Any) -> Iterator[None]:  # noqa: ANN401
    """Write a line into the log of the process after each run."""

    def tell(progress: Any) -> None:  # noqa: ANN401
        if told := line(progress):
            log(told)

    sweep.progressed.connect(tell)
    try:
        yield
    finally:
        sweep.progressed.disconnect(tell)


def said(sweep: Any) -> str:  # noqa: ANN401
    """How far it is, in words."""
    states = list(sweep.states.values())
    parts = [f"{states.count(state)} {state}" for state in ORDER if state in states]
    more = sweep.done < len(sweep.runs)
    left = time_left(sweep.seconds_left, more and sweep.running)
    return f"{sweep.done} of {count(len(states), 'run')} done: {', '.join(parts)}{left}."


def _row(row: dict[str, Any], chosen: list[str]) -> dict[str, str]:
    values = {name: cut(row[name], WORDS) for name in chosen}
    best = NOTHING if row["best"] is None else f"{row['best']:.4g}"
    time = NOTHING if row["seconds"] is None else seconds(row["seconds"])
    told = {"state": row["state"], "trials": str(row["trials"]), "best": best, "time": time}
    return {**values, **told, "error": cut(row["error"] or "", WORDS)}
