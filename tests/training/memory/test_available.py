"""The memory that is available: of the machine, or of a container that may have less."""

import psutil
import pytest

from nbnas.training.memory import available as module
from nbnas.training.memory.available import available_memory

MACHINE = 8 * 10**9


@pytest.fixture
def group(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_GROUP", tmp_path)
    found = psutil.virtual_memory()._replace(available=MACHINE)
    monkeypatch.setattr(module.psutil, "virtual_memory", lambda: found)
    (tmp_path / "memory").mkdir()
    return tmp_path


def test_it_is_that_of_the_machine(group):
    assert available_memory() == MACHINE


def test_this_machine_has_some():
    assert 0 < available_memory() <= psutil.virtual_memory().total


@pytest.mark.parametrize(
    ("limit", "stat", "name"),
    [
        ("memory.max", "memory.stat", "anon"),
        ("memory/memory.limit_in_bytes", "memory/memory.stat", "rss"),
    ],
)
def test_a_container_may_have_less(group, limit, stat, name):
    (group / limit).write_text("2000000000\n")
    (group / stat).write_text(f"{name} 500000000\nfile 900000000\nslab 5\n")
    assert available_memory() == 1_500_000_000
    (group / stat).write_text(f"{name} 2500000000\n")
    assert available_memory() == 0


@pytest.mark.parametrize("limit", ["max\n", "", "9223372036854771712\n"])
def test_one_without_a_limit_has_that_of_the_machine(group, limit):
    (group / "memory.max").write_text(limit)
    (group / "memory.stat").write_text("anon 500\n")
    assert available_memory() == MACHINE
