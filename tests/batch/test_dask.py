"""Sweeps on the workers of dask."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from sharing import a_client

import nbnas as nb
from nbnas.batch.sweep import Sweep
from nbnas.errors import SettingError

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with a_client(tmp_path_factory.mktemp("dask")) as client:
        yield client


def test_runs_go_to_the_workers_of_a_client(searching, tmp_path, client, monkeypatch):
    """In the current folder, as here; those that fail do not end the others."""
    monkeypatch.chdir(tmp_path)
    told = []
    sweep = Sweep(searching, "runs", {"strategy": ["good", "bad", "dies"]}, workers=client)
    sweep.progressed.connect(told.append)
    sweep.run()
    assert list(sweep.states.values()) == ["finished", "failed", "failed"]
    assert sweep.errors["strategy=bad"] == "ValueError: a <b>bad</b> strategy"
    assert "signal 9" in sweep.errors["strategy=dies"]
    assert sweep.table()["trials"].tolist()[:2] == [5, 2]
    assert [fact.state for fact in told].count("running") == 3
    assert (told[-1].done, told[-1].seconds_left) == (3, 0.0)
    assert not [path for path in (tmp_path / "runs").iterdir() if "running" in path.name]
    again = nb.sweep(searching, "runs", {"strategy": ["good"]}, workers=client)
    assert list(again.states.values()) == ["finished"]


def test_a_folder_that_a_machine_does_not_have_is_told(searching, tmp_path, client):
    from nbnas.batch.dask import execute_there

    sweep = Sweep(searching, tmp_path / "absent", {"seed": [0]}, workers=client)
    topic = "nobody listens"
    task = client.submit(execute_there, sweep.runs[0], os.getcwd(), topic, pure=False)
    assert "a sweep by dask needs a folder that all its machines share" in task.result(60)


def test_a_client_that_is_closed_is_refused(searching, tmp_path, client):
    import distributed

    closed = distributed.Client(client.scheduler.address)
    closed.close()
    with pytest.raises(SettingError, match="connected, got one that is closed"):
        Sweep(searching, tmp_path, {"seed": [0]}, workers=closed)


PROGRAM = """
import sys
import distributed
import nbnas as nb
client = distributed.Client(sys.argv[3])
nb.sweep(sys.argv[1], sys.argv[2], {"seed": [0, 1, 2]}, workers=client, pace=60.0)
"""


def test_no_process_outlives_a_driver_that_is_killed(searching, tmp_path, client, until):
    words = [sys.executable, "-c", PROGRAM, str(searching), str(tmp_path)]
    driver = subprocess.Popen([*words, client.scheduler.address], cwd=ROOT)
    workers = [psutil.Process(each) for each in client.run(os.getpid).values()]

    def family():
        return [one for each in workers for one in each.children(recursive=True)]

    until(lambda: sum("ipykernel" in " ".join(one.cmdline()) for one in family()) == 2)
    left = family()
    driver.send_signal(signal.SIGKILL)
    driver.wait()
    _, alive = psutil.wait_procs(left, timeout=20)
    assert not alive
