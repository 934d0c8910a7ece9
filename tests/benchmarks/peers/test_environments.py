"""Environments of peers: made once, and found."""

import json
import sys
import tomllib
from pathlib import Path

import environments
import pytest
from environments import ENVIRONMENTS, READY, python_of, ready, version_of
from registry import FIDELITIES, FULL

HERE = Path(__file__).parent


def test_every_peer_has_its_environment_and_its_function():
    for peer in (*FULL.values(), *FIDELITIES.values()):
        assert peer.environment in ENVIRONMENTS
        text = (HERE / f"{peer.module}.py").read_text(encoding="utf-8")
        assert f"def {peer.function}(course, seed):" in text


def test_the_first_pin_tells_the_version():
    assert version_of("vizier") == "google-vizier 0.1.24"
    assert all("==" in requirements[0] for requirements in ENVIRONMENTS.values())


def test_the_extra_of_vizier_lets_its_pins_in():
    project = tomllib.loads((HERE.parents[2] / "pyproject.toml").read_text(encoding="utf-8"))
    assert "jax>=0.5,<0.6" in project["project"]["optional-dependencies"]["vizier"]
    assert "jax==0.5.3" in ENVIRONMENTS["vizier"]


def test_what_is_finished_is_kept_and_what_is_not_is_made(tmp_path, monkeypatch):
    made = []

    def make(place, requirements, torch_of):
        place.mkdir(parents=True)
        (place / READY).write_text(json.dumps(list(requirements)))
        made.append(place.name)

    monkeypatch.setattr(environments, "make", make)
    words = ["smac", "dehb", "--folder", str(tmp_path)]
    environments.main(words)
    environments.main(words)
    assert made == ["smac", "dehb"]
    assert ready(tmp_path / "smac", "smac")
    (tmp_path / "smac" / READY).write_text(json.dumps(["smac==2.0.0"]))
    assert not ready(tmp_path / "smac", "smac")
    with pytest.raises(SystemExit, match="expected environments out of optuna; vizier"):
        environments.main(["spearmint"])


def test_a_python_is_the_environment_s_else_this_one_where_it_has_the_version(
    tmp_path, monkeypatch
):
    monkeypatch.setitem(ENVIRONMENTS, "pytest", (f"pytest=={pytest.__version__}",))
    monkeypatch.setitem(ENVIRONMENTS, "old", ("pytest==1.0.0",))
    monkeypatch.setitem(ENVIRONMENTS, "none", ("no-such-package==1.0",))
    assert python_of(tmp_path, "pytest") == sys.executable
    assert python_of(tmp_path, "old") is None
    assert python_of(tmp_path, "none") is None
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / READY).write_text(json.dumps(["pytest==1.0.0"]))
    assert python_of(tmp_path, "old") == str(tmp_path / "old" / "bin" / "python")


def test_torch_is_linked_and_pinned(tmp_path):
    packages = tmp_path / "lib" / "python3" / "site-packages"
    packages.mkdir(parents=True)
    pins = environments.link_torch(tmp_path, sys.executable)
    assert (packages / "torch").is_symlink()
    assert (packages / "torch" / "version.py").is_file()
    assert not (packages / "numpy").exists()
    assert any(line.startswith("torch==") for line in pins.read_text().splitlines())
