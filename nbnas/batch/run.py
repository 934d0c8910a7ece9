"""One run of a sweep: a notebook with one combination of parameters, and its files.

Notation
    draft    the executed notebook as long as the run is under way
"""

import contextlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from nbnas.batch.grid import Value

State = Literal["waiting", "running", "finished", "failed"]
OWN: Mapping[str, str] = {"store": ".db", "output": ".csv", "folder": ""}
"""Parameters that name files, and how these end: no run writes into another one's."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a sweep.

    Attributes:
        notebook: The notebook.
        folder: The folder of the sweep.
        name: Its name, which says its parameters.
        chosen: Its values of the grid.
        parameters: All its parameters.
    """

    notebook: Path
    folder: Path
    name: str
    chosen: Mapping[str, Value]
    parameters: Mapping[str, Value]

    @property
    def output(self) -> Path:
        """The executed notebook, which is there once the run is finished."""
        return self.folder / f"{self.name}.ipynb"

    @property
    def draft(self) -> Path:
        """The executed notebook meanwhile."""
        return self.folder / f"{self.name}.running.ipynb"

    @property
    def failed(self) -> Path:
        """The executed notebook, where a cell of it has failed."""
        return self.folder / f"{self.name}.failed.ipynb"

    @property
    def log(self) -> Path:
        """What the run writes while it is under way."""
        return self.folder / f"{self.name}.log"

    @property
    def store(self) -> str | None:
        """The store of its trials, where the notebook has one."""
        store = self.parameters.get("store")
        return store if isinstance(store, str) and store else None

    def seconds(self) -> float | None:
        """How long it took, once it is finished with these parameters; `None` if it is not."""
        told = _papermill(self.output)
        if told.get("exception") or told.get("parameters") != dict(self.parameters):
            return None
        took = told.get("duration")
        return float(took) if isinstance(took, int | float) and math.isfinite(took) else None

    def failure(self) -> str | None:
        """Why it failed when it ran last; `None` if it did not."""
        with contextlib.suppress(OSError, ValueError):
            cells = json.loads(self.failed.read_text("utf-8"))["cells"]
            outputs = [out for cell in cells for out in cell.get("outputs", ())]
            errors = [out for out in outputs if out.get("output_type") == "error"]
            return (
                f"{errors[-1]['ename']}: {errors[-1]['evalue']}"
                if errors
                else "its process ended too early"
            )
        return None


def own_files(
    has: Mapping[str, object], given: Mapping[str, Value], folder: Path, name: str
) -> dict[str, Value]:
    """The files that a run has for itself, by the parameters of its notebook that name them.

    Args:
        has: The parameters that the notebook has.
        given: Those that are given: a store is then shared; an export gets a folder in that one.
        folder: The folder of the sweep.
        name: The run's name.
    """
    found: dict[str, Value] = {
        parameter: str(folder / f"{name}{ending}")
        for parameter, ending in OWN.items()
        if parameter in has and parameter not in given
    }
    if export := given.get("export"):
        found["export"] = str(Path(str(export)) / name)
    return found


def _papermill(path: Path) -> Mapping[str, Any]:
    """What papermill says of a notebook that it executed; nothing if it is none."""
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        told = json.loads(path.read_text("utf-8"))["metadata"]["papermill"]
        return told if isinstance(told, dict) else {}
    return {}
