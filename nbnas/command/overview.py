"""What one can do, in a screen of lines."""

from nbnas.command.terminal import BOLD, FAINT, GREEN, styled
from nbnas.installed.versions import version

WHAT = "Bayesian optimisation over neural architectures"
_RUN = "python -m nbnas"
_WIDTH = 20  # letters of a command; with what it does a line has 80 at most
GROUPS = (
    (
        "Look and learn, in JupyterLab",
        (
            ("copy", "notebooks and lessons into ./notebooks"),
            ("copy --assignments", "assignments to be graded, too"),
        ),
    ),
    (
        "Search, without watching",
        (
            ("search", "digits, and the truth: some 2 minutes"),
            ("search -p data pets", "your pictures: pets/cat/1.jpg, …"),
            ("own_problem", "your own network, objective: an example"),
        ),
    ),
    (
        "Compare",
        (
            ("benchmark", "strategies, on a table of results"),
            ("sweep", "all combinations of some parameters"),
            ("distances", "what they see in two architectures"),
        ),
    ),
    (
        "Know more",
        (
            ("search --help", "all parameters; so for each notebook"),
            ("about", "what is here, for a report of a fault"),
        ),
    ),
)
_KEPT = (
    "Each notebook that is run is kept with its pictures as runs/NAME.ipynb.",
    "Stop it at any time: the same command goes on where it was.",
)


def overview() -> str:
    """The lines."""
    lines = [f"{styled('nbnas', BOLD)} {version('nbnas')} · {WHAT}"]
    for title, commands in GROUPS:
        lines += ["", styled(title, BOLD)]
        lines += [_line(command, does) for command, does in commands]
    return "\n".join([*lines, "", *(styled(line, FAINT) for line in _KEPT)])


def _line(command: str, does: str) -> str:
    return f"  {styled(_RUN, FAINT)} {styled(f'{command:{_WIDTH}}', GREEN)} {does}"
