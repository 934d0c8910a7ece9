"""Notebooks as batch jobs: papermill with checked parameter names."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from difflib import get_close_matches
from os import PathLike
from pathlib import Path
from typing import Any

import papermill

from nbnas.batch.encrypted import encrypted
from nbnas.batch.ticking import look, ticking
from nbnas.checks import PATH
from nbnas.errors import NotebookError, SettingError


def run_notebook(
    notebook: str | PathLike[str], output: str | PathLike[str], **parameters: object
) -> Path:
    """Run a notebook through papermill and keep the executed copy.

    The kernel works in the current folder. Run again with the same parameters, a notebook of nbnas
    goes on with its study where it was.

    Args:
        notebook: The notebook, with a cell tagged "parameters".
        output: Where the executed copy goes; its folder is made if missing.
        parameters: Values for the notebook's parameters.

    Returns:
        The path of the executed copy.

    Raises:
        SettingError: If the notebook does not have a parameter of a given name.
        NotebookError: If the notebook is missing, its copy cannot be written, or one of its cells
            fails; the executed copy then shows where.

    Example:
        >>> run_notebook("search.ipynb", "runs/a.ipynb", trials=200)  # doctest: +SKIP
    """
    notebook, output = PATH("notebook", notebook), PATH("output", output)
    check_names(notebook, parameters)
    execute(notebook, output, parameters)
    return output


def execute(
    notebook: Path, output: Path, parameters: Mapping[str, object], *, bar: bool = False
) -> None:
    """Run a notebook whose parameters are checked, and keep the executed copy.

    Args:
        notebook: The notebook.
        output: Where the executed copy goes; its folder is made if missing.
        parameters: Values for the notebook's parameters.
        bar: Whether a bar tells how many cells are done, and how long it has taken.

    Raises:
        NotebookError: If one of its cells fails; its cause is papermill's error. Or if the copy
            cannot be written.
    """
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        with _static_display(), ticking():
            papermill.execute_notebook(
                str(notebook),
                str(output),
                parameters=dict(parameters),
                progress_bar=look(notebook.stem) if bar else False,
                config=encrypted(),
            )
    except papermill.PapermillExecutionError as error:
        raise NotebookError(
            f"{notebook} failed in cell {error.exec_count}: {error.ename}: {error.evalue}; "
            f"see {output}"
        ) from error
    except OSError as error:
        raise NotebookError(
            f"expected a place where the executed notebook can be written, got {output}: {error}"
        ) from error


def check_names(notebook: Path, parameters: Mapping[str, object]) -> Mapping[str, Any]:
    """Check that a notebook has parameters of these names.

    Returns:
        All its parameters.

    Raises:
        NotebookError: If it is missing, or no notebook.
        SettingError: If it has no parameter of a name.
    """
    if not notebook.is_file():
        raise NotebookError(
            f"expected a notebook at {notebook}, but there is no such file; those that come with "
            "nbnas are copied by python -m nbnas copy"
        )
    try:
        known: Mapping[str, Any] = papermill.inspect_notebook(str(notebook))
    except Exception as error:  # papermill reads a file that is no notebook in many ways
        raise NotebookError(
            f"expected a notebook in {notebook}, got a file of "
            f"{notebook.stat().st_size:,} bytes that is none: "
            f"{type(error).__name__}: {error!s:.200}; save it again, or take another file"
        ) from error
    unknown = [name for name in parameters if name not in known]
    if unknown:
        near = [close for name in unknown for close in get_close_matches(name, known, 1)]
        meant = f"did you mean {' or '.join(near)}? " if near else ""
        raise SettingError(
            f"{notebook} has no parameter {', '.join(unknown)}; {meant}it has {', '.join(known)}"
        )
    return known


@contextmanager
def _static_display() -> Iterator[None]:
    """Let the kernel draw still pictures, even where this process runs inside JupyterLab."""
    before = os.environ.get("NBNAS_DISPLAY")
    os.environ.setdefault("NBNAS_DISPLAY", "static")
    try:
        yield
    finally:
        if before is None:
            del os.environ["NBNAS_DISPLAY"]
