"""The process of one run: it executes the notebook, and ends with who started it.

It reads its task as JSON from its standard input, and says on its standard output what became of
it; what it and the notebook tell on the way goes to its standard error.
"""

import json
import sys
from typing import Any

from nbnas.errors import NbnasError
from nbnas.parent import end_with_parent


def main() -> None:
    """Do the task."""
    task = json.load(sys.stdin)
    end_with_parent(task["parent"])
    # Late, as it takes long, and the parent may end meanwhile.
    from nbnas.batch.notebook import run_notebook

    error = None
    try:
        run_notebook(task["notebook"], task["draft"], **task["parameters"])
    except NbnasError as raised:
        cell: Any = raised.__cause__
        error = f"{cell.ename}: {cell.evalue}" if hasattr(cell, "ename") else str(raised)
    json.dump({"error": error}, sys.stdout)


if __name__ == "__main__":
    main()
