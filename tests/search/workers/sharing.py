"""Processes that share a study, and what they have done."""

import contextlib
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

import nbnas as nb

SCRIPT = Path(__file__).with_name("share.py")


@contextlib.contextmanager
def a_client(folder):
    """A client of dask with two workers of this machine, whose files are in a folder."""
    distributed = pytest.importorskip("distributed")
    options = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": ":0"}
    with (
        distributed.LocalCluster(**options, local_directory=str(folder)) as cluster,
        distributed.Client(cluster) as client,
    ):
        client.folder = folder
        yield client


def start(store, log, count, seconds, *workers):
    words = [sys.executable, SCRIPT, store, count, seconds, log, *workers]
    return subprocess.Popen(list(map(str, words)), stdout=subprocess.DEVNULL)


def opened(store):
    """The study, as another process sees it."""

    def objective(architecture, seed=0):
        raise AssertionError("nothing is trained here")

    objective.__qualname__, objective.__module__ = "objective", "__main__"
    return nb.Search(nb.CellSpace(), objective, nb.RandomSearch(), seed=5, store=store)


def read(log):
    """What the log says: the trials that began and ended, with their processes, in order."""
    lines = [line.split(" ", 2) for line in log.read_text().splitlines()]
    return [(word, int(process), rest) for word, process, rest in lines]


def wait_for(log, word, count=1, seconds=60):
    end = time.monotonic() + seconds
    while not log.exists() or sum(each[0] == word for each in read(log)) < count:
        assert time.monotonic() < end
        time.sleep(0.05)


def is_worker(process):
    """Whether a process is a worker of a search."""
    try:
        return "spawn_main" in " ".join(process.cmdline())
    except psutil.Error:
        return False
