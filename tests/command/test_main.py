"""`python -m nbnas`: it says what one can do, and does it; no file of a person is lost."""

import re
import shlex
import sys

import nbformat
import pytest

from nbnas.command import main as commands
from nbnas.command import running
from nbnas.command.main import main
from nbnas.command.overview import GROUPS, overview
from nbnas.command.terminal import styled
from nbnas.errors import NotebookError
from nbnas.installed import notebooks


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty folder to work in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_without_words_it_says_what_one_can_do(capsys):
    assert main([]) == 0
    said = capsys.readouterr().out
    assert "\x1b" not in said  # it does not go to a terminal
    assert max(map(len, said.splitlines())) <= 80
    assert len(said.splitlines()) <= 24
    for name in ("copy", "about", *notebooks.names()):
        assert f"python -m nbnas {name} " in said


def test_what_it_says_can_be_done():
    for _, rows in GROUPS:
        for command, _ in rows:
            words = [word for word in shlex.split(command) if word != "--help"]
            assert commands._parser().parse_args(words).do


@pytest.mark.parametrize("variable", [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_it_is_bold_in_a_terminal_that_wants_it(monkeypatch, variable):
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    bold = overview()
    assert "\x1b[1mnbnas\x1b[0m" in bold
    monkeypatch.setenv(*variable)
    assert overview() == re.sub(r"\x1b\[\d+m", "", bold)
    assert styled("plain", "1") == "plain"


def test_the_version(capsys):
    with pytest.raises(SystemExit):
        main(["--version"])
    assert re.fullmatch(r"nbnas \d+\.\d+\S*\n", capsys.readouterr().out)


def test_help_of_a_notebook_lists_its_parameters(capsys):
    with pytest.raises(SystemExit):
        main(["search", "--help"])
    said = capsys.readouterr().out
    assert "trials = 30" in said
    assert "number of architectures to train" in said
    assert max(map(len, said.splitlines())) <= 80


def test_about_is_told(here, capsys):
    assert main(["about", "runs/none.db"]) == 0
    said = capsys.readouterr().out
    assert "torch computes with" in said
    assert "there is no such file" in said


def test_notebooks_and_lessons_are_copied(here, capsys):
    assert main(["copy"]) == 0
    said = capsys.readouterr().out
    copied = sorted(path.relative_to(here / "notebooks") for path in here.rglob("*.ipynb"))
    assert copied == sorted(notebooks.files())
    assert all(f"notebooks/{path}" in said for path in copied)
    assert (here / "runs").is_dir()  # where they write
    assert main(["copy", "course", "--assignments"]) == 0
    assert (here / "course" / "assignments" / "source" / "a1" / "a1.ipynb").is_file()
    assert (here / "course" / "assignments" / "nbgrader_config.py").is_file()
    assert main(["copy", "deep/course"]) == 0
    assert not (here / "deep" / "runs").exists()  # nothing beside a folder that is elsewhere


def test_a_file_of_a_person_is_not_lost(here, capsys):
    main(["copy"])
    mine = here / "notebooks" / "search.ipynb"
    mine.write_text("mine", encoding="utf-8")
    (here / "notebooks" / "sweep.ipynb").unlink()
    capsys.readouterr()
    assert main(["copy"]) == 0
    said = capsys.readouterr().out
    assert mine.read_text("utf-8") == "mine"
    assert "copied notebooks/sweep.ipynb" in said
    assert "left as it is: notebooks/search.ipynb differs" in said
    for number in ("", "-2"):
        assert main(["copy", "--replace"]) == 0
        kept = here / "notebooks" / f"search.mine{number}.ipynb"
        assert kept.read_text("utf-8") == "mine"
        assert f"yours, now at notebooks/search.mine{number}.ipynb" in capsys.readouterr().out
        assert mine.read_bytes() == notebooks.notebook("search").read_bytes()
        mine.write_text("mine", encoding="utf-8")


def test_where_nothing_can_be_written_it_says_so(here, capsys):
    (here / "file").write_text("", encoding="utf-8")
    assert main(["copy", "file"]) == 1
    assert "expected a folder that can be written, got file" in capsys.readouterr().err
    assert main(["search", "file/a.ipynb"]) == 1
    assert "notebook can be written, got file/a.ipynb" in capsys.readouterr().err
    assert main(["copy", str(notebooks.folder())]) == 1
    assert "name another folder" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("-p", "trails", "3"), r"no parameter trails; did you mean trials\?"),
        (("pets",), r"ending in \.ipynb, got pets; parameters are written as -p data pets"),
    ],
)
def test_a_wrong_word_stops_before_anything_begins(here, capsys, words, said):
    assert main(["search", *words]) == 1
    assert re.search(said, capsys.readouterr().err)
    assert list(here.iterdir()) == []


def test_values_are_read_as_papermill_reads_them(here, monkeypatch, capsys):
    given = []
    monkeypatch.setattr(running, "execute", lambda *words, **_: given.extend(words))
    monkeypatch.setattr(running, "found", lambda _: ("the best has 93 %",))
    words = ["-p", "trials", "12", "-p", "compare", "false", "-p", "budget", "1.5", "-p", "seed"]
    assert main(["search", "runs/a.ipynb", *words, "-1", "-p", "study", ""]) == 0
    expected = {"trials": 12, "compare": False, "budget": 1.5, "seed": -1, "study": ""}
    assert given[2] == expected
    said = capsys.readouterr().out
    assert "\nthe best has 93 %\ndone in 0 s" in said
    assert "jupyter lab runs/a.ipynb" in said


def test_what_came_of_it_is_told(here):
    cells = [
        nbformat.v4.new_code_cell("a", metadata={"tags": ["result"]}),
        nbformat.v4.new_code_cell("b"),
        nbformat.v4.new_code_cell("c", metadata={"tags": ["result", "more"]}),
    ]
    for cell, text in zip(
        cells, ("'the 58th \\'best\\''", "'no'", "Lineup: found 93 %"), strict=True
    ):
        cell.outputs = [nbformat.v4.new_output("execute_result", {"text/plain": text})]
    cells[0].outputs += [nbformat.v4.new_output("display_data", {"text/plain": "4 of 4 trials"})]
    cells[2].outputs += [nbformat.v4.new_output("stream", text="two\nlines\n")]
    cells[2].outputs += [nbformat.v4.new_output("execute_result", {"text/plain": "None"})]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), here / "a.ipynb")
    assert running.found(here / "a.ipynb") == (
        "the 58th 'best'",
        "Lineup: found 93 %",
        "two\nlines",
    )


@pytest.mark.parametrize("name", ["search", "benchmark", "sweep", "own_problem", "distances"])
def test_every_notebook_says_what_came_of_it(name):
    cells = nbformat.read(notebooks.notebook(name), as_version=4).cells
    assert [cell for cell in cells if running.RESULT in cell.metadata.get("tags", ())]


def test_a_stop_from_the_keyboard_says_how_to_go_on(here, monkeypatch, capsys):
    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(running, "execute", stop)
    assert main(["search"]) == 130
    assert "the same command goes on" in capsys.readouterr().err


def test_a_failed_cell_is_told_in_one_line(here, monkeypatch, capsys):
    class Cell(Exception):
        exec_count, ename, evalue = 2, "SettingError", "trials: expected a whole number"

    def fail(*_, **__):
        raise NotebookError("long") from Cell()

    monkeypatch.setattr(running, "execute", fail)
    assert main(["search"]) == 1
    said = capsys.readouterr().err
    assert said == (
        "nbnas: cell 2 failed with SettingError: trials: expected a whole number; "
        "runs/search.ipynb shows it\n"
    )
