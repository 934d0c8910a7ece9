"""pyproject.toml, environment.yml and binder/environment.yml name the same packages."""

import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
CONDA_NAMES = {"torch": "pytorch-cpu"}
# One brings 800 MB, with a jax of its own, one the manual: their tests skip without them.
APART = {"vizier", "docs"}
REASONED = {  # what the issue fixed; a new dependency needs a reason, and a line here
    *("torch", "torchvision", "gpytorch", "ipywidgets", "altair", "vl-convert-python"),
    *("papermill", "jupyterlab", "numpy", "scipy", "pandas", "scikit-learn", "sqlalchemy"),
    "psygnal",
    "lazy-loader",  # the facade has one list of names, which type checkers read, too (SPEC 1)
    "anywidget",  # one page hosts all views of a live search; needs no build step
    "pot",  # the exact optimal transport of OtmannDistance
    "joblib",  # processes that need no main guard; scikit-learn brings it anyway
    "pillow",  # decodes pictures; torchvision brings it anyway
    "tqdm",  # how far a folder is read; papermill brings it anyway
    "psutil",  # whether a worker is still there, and what it takes; ipykernel brings it anyway
    "pebble",  # worker processes that may crash, hang or be killed
    "cloudpickle",  # an objective that is defined in a notebook travels to workers
    "platformdirs",  # where what was read is kept; Jupyter brings it anyway
}


def split(requirement):
    name, version = re.fullmatch(r"([\w-]+)\s*(.*)", requirement).groups()
    return name.lower(), version


def declared():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return dict(split(requirement) for requirement in project["dependencies"])


def extras():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {
        extra: dict(split(requirement) for requirement in requirements)
        for extra, requirements in project["optional-dependencies"].items()
    }


def conda(path):
    listed = yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))["dependencies"]
    packages = dict(split(entry) for entry in listed if isinstance(entry, str))
    return {name: v for name, v in packages.items() if name not in ("python", "pip")}


@pytest.mark.parametrize("path", ["environment.yml", "binder/environment.yml"])
def test_names_the_same_packages_and_versions(path):
    expected = {CONDA_NAMES.get(name, name): version for name, version in declared().items()}
    assert conda(path) == expected


def test_the_list_has_not_grown():
    assert set(declared()) == REASONED


def test_what_is_optional_is_tested():
    tested = extras().pop("test")
    for extra, packages in extras().items():
        if extra in APART:
            continue
        assert packages.items() <= tested.items(), extra
        assert not set(packages) & set(declared()), extra


def test_post_build_is_executable_and_stops_at_a_failure():
    script = ROOT / "binder" / "postBuild"
    assert os.access(script, os.X_OK)
    assert "set -euo pipefail" in script.read_text(encoding="utf-8")
    subprocess.run(["bash", "-n", script], check=True)
