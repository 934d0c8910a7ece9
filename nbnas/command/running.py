"""A notebook that comes with nbnas, run from the command line by papermill."""

import ast
import contextlib
import json
import shutil
import textwrap
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nbnas.batch.notebook import check_names, execute
from nbnas.brief import seconds
from nbnas.command.terminal import BOLD, FAINT, GREEN, say, styled
from nbnas.errors import NotebookError, SettingError
from nbnas.installed import notebooks

RUNS, ENDING = "runs", ".ipynb"
RESULT = "result"  # the tag of a cell that says what came of it
_SAYING = ("execute_result", "stream")  # what is displayed on the way tells of progress
_NAME = 29  # letters of a parameter with its default


def run(name: str, output: Path | None, parameters: Mapping[str, object]) -> Path:
    """Run a notebook and say where the executed copy is.

    Args:
        name: Its name, such as "search".
        output: Where the executed copy goes; by default `runs/NAME.ipynb`.
        parameters: Values for its parameters.

    Returns:
        Where the executed copy is.

    Raises:
        SettingError: If it has no parameter of a name, or `output` is no name of a notebook.
        NotebookError: If a cell of it fails; the message is the cell's own.
    """
    notebook, output = notebooks.notebook(name), output or Path(RUNS, f"{name}.ipynb")
    check_names(notebook, parameters)
    if output.suffix != ENDING:
        raise SettingError(
            f"expected where the executed notebook goes, ending in {ENDING}, got {output}; "
            f"parameters are written as -p data {output}"
        )
    began = time.monotonic()
    say(f"{styled(name, BOLD)} begins; what it shows is kept in {styled(str(output), BOLD)}")
    _execute(notebook, output, parameters)
    for line in found(output):
        say(line)
    say(f"{styled('done', GREEN)} in {seconds(round(time.monotonic() - began))}. Look at it:")
    say(f"  jupyter lab {output}")
    return output


def found(output: Path) -> tuple[str, ...]:
    """What came of a notebook, in words: the texts of its cells with the tag "result".

    Args:
        output: The executed notebook.
    """
    cells = json.loads(output.read_text("utf-8"))["cells"]
    tagged = [cell for cell in cells if RESULT in cell["metadata"].get("tags", ())]
    outputs = [out for cell in tagged for out in cell.get("outputs", ())]
    texts = [_text(out) for out in outputs if out["output_type"] in _SAYING]
    return tuple(text for text in texts if text)


def _text(output: Mapping[str, Any]) -> str:
    """An output of a cell as text; of a text what it says, without quotes."""
    said = "".join(output.get("data", {}).get("text/plain", output.get("text", ""))).strip()
    with contextlib.suppress(ValueError, SyntaxError):
        value = ast.literal_eval(said)
        return value if isinstance(value, str) else ""
    return said


def told(name: str) -> str:
    """The parameters of a notebook, a line each: name, default, and what it means."""
    known = check_names(notebooks.notebook(name), {})
    return "\n".join(map(_parameter, known.values()))


def _execute(notebook: Path, output: Path, parameters: Mapping[str, object]) -> None:
    try:
        execute(notebook, output, parameters, bar=True)
    except NotebookError as error:
        cell: Any = error.__cause__
        if not hasattr(cell, "ename"):  # no cell failed: the copy cannot be written
            raise
        raise NotebookError(
            f"cell {cell.exec_count} failed with {cell.ename}: {cell.evalue}; {output} shows it"
        ) from error


def _parameter(known: Mapping[str, Any]) -> str:
    name = f"  {known['name']} = {known['default']}"
    width = max(shutil.get_terminal_size().columns - _NAME - 2, _NAME)
    first, *rest = textwrap.wrap(known["help"], width) or [""]
    lines = [f"{name:{_NAME}} {styled(first, FAINT)}"]
    return "\n".join([*lines, *(f"{'':{_NAME}} {styled(line, FAINT)}" for line in rest)])
