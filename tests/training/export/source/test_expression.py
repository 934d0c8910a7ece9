import ast
import shutil
import subprocess

import pytest

from nbnas.training.export.source.expression import (
    WIDTH,
    Call,
    laid_out,
    quoted,
    string_lines,
    summed,
    text_lines,
)

SEQUENCE = Call("nn.Sequential", ("nn.ReLU()", Call("nn.Linear", ("8", "10"))))


def test_what_fits_is_flat():
    assert laid_out(SEQUENCE, 8, "x = ") == (
        "        x = nn.Sequential(nn.ReLU(), nn.Linear(8, 10))",
    )


def test_what_does_not_fit_is_broken_from_outside():
    deep = Call("f", (Call("g", ("a" * 40, "b" * 40)), "c"))
    assert laid_out(deep, 0, "x = ") == (
        "x = f(",
        "    g(",
        f"        {'a' * 40},",
        f"        {'b' * 40},",
        "    ),",
        "    c,",
        ")",
    )


@pytest.mark.parametrize("count", [1, 3, 12, 30])
def test_formatters_agree(tmp_path, count):
    terms = [f"self.edge_{i}(x{i})" for i in range(count)]
    names = tuple(quoted(f"class {i}") for i in range(count))
    lines = [
        *laid_out(Call("", names), 0, "NAMES = "),
        *string_lines("ab|c" * 10 * count, "TEXT = "),
        "",
        "",
        "def f():",
        *summed(terms, 4, "x = "),
        *laid_out(Call("join", tuple(terms)), 4, "y = "),
        *summed(terms, 4, "return "),
    ]
    path = tmp_path / "made.py"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    ruff = shutil.which("ruff") or pytest.skip("ruff is not on the path")
    subprocess.run([ruff, "format", "--isolated", "--check", path], check=True)


@pytest.mark.parametrize(
    "text", ["plain", "it's", 'a "b"', "'\"", '"""', "\\", "a\nb", "\u202egnp", "\x00", "\ud800"]
)
@pytest.mark.parametrize("times", [1, 60])
def test_strings_come_back(text, times):
    code = "\n".join(string_lines(text * times, "TEXT = "))
    assert ast.literal_eval(code.partition("=")[2].strip()) == text * times
    assert all(letter.isprintable() or letter == "\n" for letter in code)


def test_words_are_wrapped():
    lines = text_lines("word " * 60, 4, "# ")
    assert all(len(line) <= WIDTH and line.startswith("    # word") for line in lines)
    assert " ".join(lines).count("word") == 60
