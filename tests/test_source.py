import functools
import subprocess
import sys
from dataclasses import dataclass

from nbnas.source import name_of, source_of


def plain(channels):
    return channels + 1


def commented(channels):
    # Says more, and does the same.

    return channels + 1


@dataclass(frozen=True)
class Scaled:
    factor: float

    def __call__(self, channels):
        return channels * self.factor


def around(kernel):
    def build(channels):
        return channels + kernel

    return build


def digest(function):
    return source_of(function).rpartition(" ")[2]


def test_a_function_is_its_name_and_what_is_written():
    named, _, hashed = source_of(plain).partition(" ")
    assert named == "plain"
    assert len(hashed) == 12


def test_comments_do_not_count_and_code_does():
    renamed = {}
    source = "def plain(channels):\n    return channels + 1\n"
    exec(source, renamed)  # a function without a file has a name only
    assert source_of(renamed["plain"]) == "plain"
    first, second = (ast_of(each) for each in (plain, commented))
    assert first == second
    assert digest(plain) != digest(around(1))


def ast_of(function):
    from nbnas.source import _text

    return _text(function).replace(function.__name__, "f")


def test_values_from_around_count():
    assert digest(around(3)) == digest(around(3))
    assert digest(around(3)) != digest(around(5))
    assert digest(functools.partial(plain, 3)) != digest(functools.partial(plain, 4))
    assert digest(Scaled(2.0)) == digest(Scaled(2.0))
    assert digest(Scaled(2.0)) != digest(Scaled(3.0))
    assert digest(lambda c, k=3: c) != digest(lambda c, k=5: c)


def test_names_are_for_a_person():
    assert name_of(around(3)) == "around.build"
    assert name_of(functools.partial(plain, 3)) == "plain"
    assert name_of(Scaled(1.0)) == "Scaled"
    assert source_of(len) == "builtins.len"


def test_it_is_the_same_in_every_process(tmp_path):
    file = tmp_path / "mine.py"
    file.write_text("def build(channels, k=(1, 2)):\n    return {channels: k}\n", "utf-8")
    code = "import mine, nbnas.source; print(nbnas.source.source_of(mine.build))"
    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONPATH": f"{tmp_path}:{':'.join(sys.path)}", "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for seed in ("1", "2")
    }
    assert len(found) == 1
    assert found.pop().startswith("build ")
