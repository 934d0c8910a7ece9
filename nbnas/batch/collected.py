"""What the runs of a sweep found: all trials, a line for each run, the best so far of each group.

Notation
    group    the runs that differ in their seed only
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nbnas.batch.grid import label
from nbnas.batch.run import Run, State
from nbnas.records import Evaluation, Measure
from nbnas.search.benchmark.curves import BenchmarkCurves, of_values
from nbnas.search.benchmark.summaries import Band, mean_band
from nbnas.search.store.scan import Study
from nbnas.search.store.trials import load_trials, read_studies

SEED = "seed"
PREFIX = "run."  # of a parameter that is called as a column of trials is


class Collected:
    """The part of a sweep that reads what its runs have stored so far."""

    runs: tuple[Run, ...]
    states: dict[str, State]
    errors: dict[str, str]
    _seconds: dict[str, float]

    @property
    def trials(self) -> pd.DataFrame:
        """All trials of all runs so far, as `nbnas.load_trials` gives them.

        Before its columns stand those of the run's name and of its values of the grid; a
        parameter that is called as a column of trials, such as seed, has "run." before its name.
        """
        stored = [(run, run.store) for run in self.runs if run.store and _exists(run.store)]
        frames = [_with_parameters(load_trials(store), run) for run, store in stored]
        return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame({"run": []})

    def table(self) -> pd.DataFrame:
        """A row for each run: its values of the grid, its state, and what its search found.

        The columns behind the values: state, trials (number of the search's so far), best and
        test (of the best trial, in the unit of its measure), architecture, seconds, error.
        """
        return pd.DataFrame([self._row(run) for run in self.runs])

    def to_frame(self) -> pd.DataFrame:
        """The same as `table()`."""
        return self.table()

    def chart(self) -> BenchmarkCurves:
        """The best so far by trials: the mean of each group, as far as all runs of it have come.

        The runs of a group differ in their seed only, so that there is a band where the grid has
        several seeds. It draws itself.
        """
        found = {run.name: study for run in self.runs if (study := _search(run)) is not None}
        measures = [study.measure for study in found.values() if study.measure is not None]
        measure = measures[0] if measures else Measure("value")
        groups: dict[str, list[NDArray[np.float64]]] = {}
        for run in self.runs:
            gains = _gains(found[run.name], measure) if run.name in found else np.empty(0)
            groups.setdefault(self._group(run), []).append(gains)
        begun = {name: [g for g in some if len(g)] for name, some in groups.items()}
        bands = {name: _band(some, measure) for name, some in begun.items() if some}
        return BenchmarkCurves(
            title=f"Best {measure.name} so far",
            axis=_axis(measure),
            band="mean over seeds, band: 95 % t interval",
            curves=bands,
            strategies=tuple(groups),
            seeds={name: len(begun[name]) for name in bands},
            initial=0,
            counted="trial",
        )

    def _group(self, run: Run) -> str:
        among = [name for name in run.chosen if name != SEED]
        return label(run.chosen, among) or run.notebook.stem

    def _row(self, run: Run) -> dict[str, Any]:
        study = _search(run)
        best = _best(study)
        return {
            **run.chosen,
            "state": self.states[run.name],
            "trials": 0 if study is None else len(study.trials),
            "best": None if best is None else best.value,
            "test": None if best is None else best.test,
            "architecture": None if best is None else str(best.architecture),
            "seconds": self._seconds.get(run.name),
            "error": self.errors.get(run.name),
        }


def _exists(store: str) -> bool:
    return "://" in store or Path(store).exists()


def _search(run: Run) -> Study | None:
    """The first study in the store of a run: its search; others are what it is compared with."""
    if not run.store or not _exists(run.store):
        return None
    return next((study for study in read_studies(run.store) if study.trials), None)


def _best(study: Study | None) -> Evaluation | None:
    if study is None or study.measure is None:
        return None
    measure = study.measure
    completed = [(measure.gain(e.value), e) for e in study.trials.values() if e.value is not None]
    return max(completed, key=lambda pair: pair[0])[1] if completed else None


def _gains(study: Study, measure: Measure) -> NDArray[np.float64]:
    """The best so far after each trial, as what is maximised; from the first completed one on."""
    values = [study.trials[number].value for number in sorted(study.trials)]
    gains = np.array([np.nan if v is None else measure.gain(v) for v in values])
    return np.fmax.accumulate(gains)


def _band(some: list[NDArray[np.float64]], measure: Measure) -> Band:
    length = min(map(len, some))
    scale = 100.0 if measure.fraction else 1.0
    return of_values(mean_band(scale * np.stack([gains[:length] for gains in some])), measure)


def _axis(measure: Measure) -> str:
    unit = "%" if measure.fraction else measure.unit
    return f"{measure.name} ({unit})" if unit else measure.name


def _with_parameters(trials: pd.DataFrame, run: Run) -> pd.DataFrame:
    taken = {*trials.columns, "run"}
    given: Mapping[str, object] = {
        f"{PREFIX}{name}" if name in taken else name: value for name, value in run.chosen.items()
    }
    front = pd.DataFrame({"run": run.name, **given}, index=trials.index)
    return pd.concat([front, trials], axis=1)
