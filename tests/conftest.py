"""Shared by all tests: one thread, the published tables, and a tiny table of our own."""

import csv
import gzip
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from unittest.mock import Mock

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy: there is a process for each core

import numpy as np
import pandas as pd
import pytest
import torch

import nbnas as nb
import nbnas.charts.addresses
from nbnas.graphs.spaces.cell import CellSpace, operations_of
from nbnas.loading import LISTENERS
from nbnas.search.tables.tabular import TabularObjective
from nbnas.waiting import TELLERS, WATCHERS

torch.set_num_threads(1)
_CACHE = tempfile.TemporaryDirectory()
os.environ["NBNAS_CACHE"] = _CACHE.name  # not the user's own

# Fixtures that take long: a course graded by nbgrader, a notebook that is executed.
SLOW = {"graded", "executed"}
# The files whose slow tests take longest together: begun first, so that no core waits in the end.
LONGEST = (
    "test_fonts",
    "test_notebooks",
    "test_reopened",
    "test_a4",
    "test_killed",
    "test_lab",
    "test_a3",
)
ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared" / "data"
FAULTS = ROOT.parent / "shared" / "faults"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Mark as slow whatever needs a browser, or a fixture that takes long; the longest first."""
    for item in items:
        needed = SLOW & set(getattr(item, "fixturenames", ()))
        if needed or item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.slow)
        if item.get_closest_marker("slow"):
            assert may_be_slow(item.path), f"{item.path}: `pytest -m slow` would not find {item}"
    place = {name: at for at, name in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.path.stem, len(place)))


def pytest_ignore_collect(collection_path, config):
    """Import only files that may have slow tests where only these are run; None leaves it open."""
    if config.getoption("markexpr") == "slow" and collection_path.suffix == ".py":
        return None if may_be_slow(collection_path) else True
    return None


def may_be_slow(path):
    """Whether a file of tests, or the `conftest.py` beside it, says what makes a test slow."""
    return any(map(says_slow, (path, path.with_name("conftest.py"))))


@cache
def says_slow(path):
    words = r"\b(mark\.(slow|browser)|graded|executed)\b"
    return path.exists() and bool(re.search(words, path.read_text(encoding="utf-8")))


@pytest.fixture(autouse=True)
def _no_display_override(monkeypatch):
    """Tests choose the display mode themselves."""
    monkeypatch.delenv("NBNAS_DISPLAY", raising=False)


@pytest.fixture(autouse=True)
def _no_shell_for_others():
    """What a test tells a shell ends with it: later ones would show lines of progress, too."""
    told = [(each, list(each)) for each in (WATCHERS, TELLERS, LISTENERS)]
    yield
    for each, before in told:
        each[:] = before


def published(name):
    """The path of a published table; skips where it is absent, fails where CI must have it."""
    return _shared(SHARED / name, "published table")


def _shared(path, what):
    if not path.exists():
        reason = f"the {what} is not at {path}"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return path


@pytest.fixture(scope="session")
def faulty():
    """Gives the path of an input that went wrong once, by its name in `shared/faults`."""
    return lambda name: _shared(FAULTS / name, "faulty input")


@pytest.fixture(scope="session")
def nb201_path():
    """NAS-Bench-201's cells on CIFAR."""
    return published("nb201_cifar.csv.gz")


@pytest.fixture(scope="session")
def recipes_path():
    """NAS-Bench-NLP's runs on WikiText-2."""
    return published("nasbench_nlp_wikitext2_runs.csv.gz")


@pytest.fixture(scope="session")
def recipe_curves_path():
    """The learning curves of these runs, an epoch a row."""
    return published("nasbench_nlp_wikitext2_curves.csv.gz")


@pytest.fixture(scope="session")
def recipe_rows(recipes_path):
    """These runs, a dictionary each."""
    with gzip.open(recipes_path, "rt", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="session")
def nb201(nb201_path):
    return pd.read_csv(nb201_path)


@pytest.fixture(scope="session")
def forking():
    """A context in which the kernel `python3` is forked from one process, which is cheaper.

    Not for tests of how a kernel starts, or of who its parent is.
    """
    here = Path(__file__).with_name("forked")
    with tempfile.TemporaryDirectory() as folder:
        address = f"{folder}/server"
        words = [sys.executable, "-I", "-S", str(here / "kernel.py"), address]
        spec = {"argv": [*words, "-f", "{connection_file}"], "language": "python"}
        place = Path(folder, "kernels", "python3")
        place.mkdir(parents=True)
        text = json.dumps(spec | {"display_name": "Python 3 (ipykernel)"})
        (place / "kernel.json").write_text(text, encoding="utf-8")
        server = subprocess.Popen(
            [sys.executable, str(here / "server.py"), address],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        )  # fmt: skip

        @contextmanager
        def within():
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("JUPYTER_PATH", folder)
                yield

        with server:
            assert server.stdout.readline() == b"ready\n"
            yield within


@pytest.fixture
def forked(forking):
    """Within `forking` for a test."""
    with forking():
        yield


@pytest.fixture
def until():
    """Wait until something is true."""

    def wait(true, seconds=120.0):
        end = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < end
            time.sleep(0.02)

    return wait


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def convolutions(architecture):
    """A made-up accuracy in [0.1, 0.94]: convolutions help, a chain of them helps more."""
    operations = operations_of(architecture)
    gain = {"nor_conv_3x3": 2, "nor_conv_1x1": 1}
    return (
        0.1
        + 0.07
        * sum(gain.get(o, 0) * (2 if e in (0, 5) else 1) for e, o in enumerate(operations))
        / 1.0
        * 0.75
    )


@pytest.fixture(scope="session")
def table():
    """A table over the whole cell space, made up, with a test column that differs."""
    values = {str(a): convolutions(a) for a in CellSpace()}
    tests = {text: value - 0.01 for text, value in values.items()}
    return TabularObjective("made up", values, tests)


def pytest_make_parametrize_id(config, val, argname):
    """Call bytes by their argument: packed ones hold the time, and workers must agree on names."""
    return argname if isinstance(val, bytes) else None


@pytest.fixture(scope="session")
def wanted_things():
    """One of everything public that is about goals, settings and learning curves."""
    cells = nb.CellSpace().sample(0, 12)
    goals = nb.Goals(
        (nb.ACCURACY, nb.Measure("latency on the telephone " * 5, "ms", maximize=False)),
        (nb.MeasuredBy(len, nb.PARAMETERS),),
        tuple(nb.at_most(f"memory of part {n}", n) for n in range(20)),
    )
    trials = tuple(nb.Evaluation(a, 0.5 + i / 30, parameters=100 + i) for i, a in enumerate(cells))
    members = nb.Observations(trials, nb.ACCURACY, nb.Goals((nb.ACCURACY, nb.PARAMETERS)))
    joint = nb.JointSpace(nb.CnnSpace(), rate=nb.Real(0, 1), size=nb.Categorical(*range(99)))
    seen = tuple(nb.Evaluation(a, 0.5 + i / 30) for i, a in enumerate(joint.sample(0, 12)))
    prior = nb.GaussianProcess().over(joint)
    posterior = prior.condition(nb.Observations(seen))
    search = Mock(spec=nb.Search, space=joint, posterior=posterior, best=seen[-1])
    curves = nb.CurveModel(nb.Observations(tuple(map(nb.benchmarks.digits(), cells))))
    return [
        *(goals, *goals.known, *goals.constraints, nb.front_table(members)),
        *(joint, *joint.sample(0, 1), nb.SettingsKernel(dict(joint.box.items())), prior),
        *(nb.importance(search, samples=16), nb.slices(search)),
        *(curves, curves.predict((0.5, 0.6))),
    ]
