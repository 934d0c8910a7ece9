import functools
import time

import psutil
import pytest
from sharing import a_client, is_worker

import nbnas as nb


@pytest.fixture(scope="package")
def shared_client(tmp_path_factory):
    """A client of dask with two workers, which the tests of several files share."""
    with a_client(tmp_path_factory.mktemp("dask")) as client:
        client.run(functools.partial(__import__, "torch"))  # a trial's time is its own
        yield client


@pytest.fixture(params=["local", pytest.param("dask", marks=pytest.mark.slow)])
def kind(request):
    """The kind of workers."""
    return request.param


@pytest.fixture
def workers(kind, request):
    """Makes so many workers of a kind, with limits."""
    if kind == "local":
        return nb.LocalWorkers
    client = request.getfixturevalue("shared_client")
    return lambda count, **limits: nb.DaskWorkers(client, workers=count, **limits)


@pytest.fixture
def nothing_is_left(kind, workers, request, tmp_path, monkeypatch):
    """No process and no file is left behind."""
    import tempfile

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    folder = tmp_path if kind == "local" else request.getfixturevalue("shared_client").folder
    before = {each.pid for each in children()}
    yield
    end = time.monotonic() + 5
    while True:
        left = [each for each in children() if each.pid not in before and is_worker(each)]
        if not left or time.monotonic() > end:
            break
        time.sleep(0.1)
    assert not left
    assert not list(folder.rglob("nbnas-*"))


def children():
    return psutil.Process().children(recursive=True)
