"""The commands of `python -m nbnas`, and what each is told by its words."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from nbnas.command.overview import overview
from nbnas.command.terminal import BOLD, FAINT, say, styled, waiting, warn
from nbnas.errors import NbnasError
from nbnas.installed import notebooks
from nbnas.installed.versions import version

STOPPED = 130  # what a shell says of a command that was stopped from the keyboard
_PARAMETER = "a parameter of the notebook, as papermill takes it; again for more of them"
_REPLACE = "replace files that differ; yours are kept as NAME.mine.ipynb"
_OUTPUT = "where the executed notebook goes, which an earlier one there gives way to"


def main(words: Sequence[str] | None = None) -> int:
    """Do what the words say.

    Args:
        words: The words after `python -m nbnas`; by default those of the process.

    Returns:
        0 if it was done, 1 if not, 130 if it was stopped from the keyboard.
    """
    given = _parser().parse_args(words)
    try:
        given.do(given)
    except NbnasError as error:
        warn(f"nbnas: {error}")
        return 1
    except KeyboardInterrupt:
        warn("\nnbnas: stopped; the same command goes on where it was")
        return STOPPED
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m nbnas", description=overview.__doc__)
    parser.format_help = lambda: f"{overview()}\n"  # type: ignore[method-assign]
    parser.add_argument("--version", action="version", version=f"nbnas {version('nbnas')}")
    parser.set_defaults(do=lambda _: say(overview()))
    commands = parser.add_subparsers(metavar="COMMAND")
    _add_copy(commands)
    _add_about(commands)
    for name in _names():
        _add_notebook(commands, name)
    return parser


def _names() -> tuple[str, ...]:
    try:
        return notebooks.names()
    except NbnasError:  # without them the other commands still do
        return ()


def _add_copy(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    told = "copy the notebooks and lessons to a folder; files of yours are not overwritten"
    parser = commands.add_parser("copy", description=told)
    parser.add_argument("folder", nargs="?", type=Path, default=Path("notebooks"))
    parser.add_argument("--assignments", action="store_true", help="the assignments, too")
    parser.add_argument("--replace", action="store_true", help=_REPLACE)
    parser.set_defaults(do=_copy)


def _add_about(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    told = "versions, devices, threads, memory, folders, stores, extras"
    parser = commands.add_parser("about", description=told)
    parser.add_argument("store", nargs="?", help="an SQLite file or an SQLAlchemy URL")
    parser.set_defaults(do=_about)


def _add_notebook(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str
) -> None:
    parser = commands.add_parser(
        name,
        description=f"Run the notebook {name}.ipynb and keep the executed copy.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("output", nargs="?", type=Path, help=f"{_OUTPUT}; runs/{name}.ipynb")
    pair = {"nargs": 2, "action": "append", "metavar": ("NAME", "VALUE"), "default": []}
    parser.add_argument("-p", "--parameters", help=_PARAMETER, **pair)  # type: ignore[arg-type]
    plain = parser.format_help
    parser.format_help = lambda: _with_parameters(plain(), name)  # type: ignore[method-assign]
    parser.set_defaults(do=lambda given: _run(name, given))


def _with_parameters(plain: str, name: str) -> str:
    """The help of a notebook's command, with the notebook's parameters: they take a second."""
    from nbnas.command.running import told

    return f"{plain}\nparameters and their defaults:\n{told(name)}\n"


def _run(name: str, given: argparse.Namespace) -> None:
    from nbnas.batch.grid import read_value
    from nbnas.command.running import run

    run(name, given.output, {key: read_value(value) for key, value in given.parameters})


def _about(given: argparse.Namespace) -> None:
    with waiting("looking at what is here …"):
        from nbnas.installed.about import about  # torch takes seconds to import

        said = str(about(given.store))
    say(said)


def _copy(given: argparse.Namespace) -> None:
    from nbnas.command.copying import copy

    kinds = ("notebooks", "lessons", *("assignments",) * given.assignments)
    found = copy(given.folder, kinds, replace=given.replace)
    for word, files in (("copied", found.new), ("yours, now at", found.kept)):
        for file in files:
            say(f"{styled(word, FAINT)} {found.folder / file}")
    if found.same:
        say(f"{len(found.same)} files were there already.")
    for file in found.differing:
        say(f"{styled('left as it is:', BOLD)} {found.folder / file} differs from nbnas's own")
    if found.differing:
        say("--replace replaces them, and keeps yours.")
    say(
        f"\nNow run jupyter lab here, and open a notebook in {found.folder}; lessons begin with 1."
    )
