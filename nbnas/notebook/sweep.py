"""The parameters of `notebooks/sweep.ipynb`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nbnas.installed import notebooks
from nbnas.notebook.checks import check_parameters, new_file, text, whole

EXAMPLE, SHORT = "seed=0,1 strategy=bayes,random", "trials=20 compare=false"


@dataclass(frozen=True, slots=True)
class SweepParameters:
    """The checked parameters of `notebooks/sweep.ipynb`.

    Attributes:
        notebook: The path of the notebook that is run.
        grid: Its parameters with their values, as `nbnas.read_grid` reads them.
        more: Parameters that are the same for all runs, as `nbnas.read_values` reads them.
        folder: Where all runs have their files.
        workers: Number of notebooks that run at once.
    """

    notebook: str
    grid: str
    more: str
    folder: str
    workers: int


def read_sweep_parameters(namespace: Mapping[str, Any]) -> SweepParameters:
    """Check the parameters that the notebook of sweeps was started with.

    Args:
        namespace: The notebook's `globals()`, after its parameters cell.

    Returns:
        The parameters with their types.

    Raises:
        SettingError: If a name is unknown or missing, or a value is not allowed.
    """
    given = check_parameters(namespace, _RULES)
    if not given["grid"]:
        given |= {"grid": EXAMPLE, "more": given["more"] or SHORT}
    return SweepParameters(**given)


def _notebook(value: Any) -> str:  # noqa: ANN401
    """The path of a notebook: one of those that come with nbnas by its name, or a file."""
    return str(notebooks.notebook(value)) if value in notebooks.names() else text(value)


_RULES = {
    "notebook": _notebook,
    "grid": text,
    "more": text,
    "folder": new_file,
    "workers": whole(1),
}
