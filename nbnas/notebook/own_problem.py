"""The parameters of `notebooks/own_problem.ipynb`."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbnas.errors import ExportError, SettingError
from nbnas.notebook.checks import check_parameters, flag, new_file, whole
from nbnas.training.export.formats import check_extra


@dataclass(frozen=True, slots=True)
class OwnProblemParameters:
    """The checked parameters of `notebooks/own_problem.ipynb`.

    Attributes:
        trials: Number of architectures that each search trains.
        epochs: Passes over the training part in each training.
        seed: Decides every random choice.
        folder: Where the pictures and what is found are written.
        store: Path of an SQLite file.
        export: Whether the network that is found is taken away as files.
    """

    trials: int
    epochs: int
    seed: int
    folder: str
    store: str
    export: bool

    @property
    def pictures(self) -> Path:
        """The folder of the pictures."""
        return Path(self.folder) / "pictures"

    @property
    def model(self) -> Path:
        """The folder of what is taken away."""
        return Path(self.folder) / "model"


def read_own_problem_parameters(namespace: Mapping[str, Any]) -> OwnProblemParameters:
    """Check the parameters that the notebook of one's own problem was started with.

    Args:
        namespace: The notebook's `globals()`, after its parameters cell.

    Returns:
        The parameters with their types.

    Raises:
        SettingError: If a name is unknown or missing, or a value is not allowed; also if the
            packages of the extra `export` are missing and are asked for.
    """
    return OwnProblemParameters(**check_parameters(namespace, _RULES))


def _export(value: Any) -> bool:  # noqa: ANN401
    """Whether to export, which needs packages that not everybody has."""
    wanted = flag(value)
    if wanted:
        try:
            check_extra()
        except ExportError as error:
            raise SettingError(f"{error}; or leave this step out by false") from error
    return wanted


_RULES = {
    "trials": whole(2),
    "epochs": whole(1),
    "seed": whole(0),
    "folder": new_file,
    "store": new_file,
    "export": _export,
}
