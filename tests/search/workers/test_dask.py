"""Workers of dask that come, die and are left; what their isolation holds is in test_faults.py."""

import os
import signal
import subprocess
import sys
from dataclasses import replace

import psutil
import pytest
import trials
from sharing import is_worker

import nbnas as nb
from nbnas.errors import SearchError, SettingError
from nbnas.search.workers.dask import crew as crews
from nbnas.search.workers.dask.supply import Supply
from nbnas.search.workers.given import as_workers
from nbnas.training.data.mapped import Mapped
from nbnas.widgets.lab.status import status_page

distributed = pytest.importorskip("distributed")
pytestmark = pytest.mark.slow


def search(objective, **options):
    return nb.Search(nb.CellSpace(), objective, nb.RandomSearch(), **options)


def evaluators(client):
    """The processes in which the workers of a client evaluate trials."""
    found = []
    for process in client.run(os.getpid).values():
        found += [each for each in psutil.Process(process).children() if is_worker(each)]
    return found


def test_a_client_is_its_workers(shared_client):
    given = as_workers(shared_client)
    assert given == nb.DaskWorkers(shared_client)
    assert as_workers(given) is given
    limited = nb.DaskWorkers(shared_client, 60, "2 GB", ["cuda:0"], 3)
    assert repr(limited) == ("DaskWorkers(dask, timeout=60 s, memory=2 GB, at most 3, cuda:0)")


@pytest.mark.parametrize(
    ("name", "wrong"),
    [("timeout", 0), ("memory", "much"), ("devices", "cuda:0"), ("workers", 0), ("workers", "2")],
)
def test_wrong_settings_are_named(shared_client, name, wrong):
    with pytest.raises(SettingError, match=f"expected {name} to be"):
        nb.DaskWorkers(shared_client, **{name: wrong})


def test_what_is_no_client_is_refused():
    with pytest.raises(SettingError, match=r"expected client to be a dask.distributed.Client"):
        nb.DaskWorkers("tcp://localhost:8786")


def test_a_client_that_is_closed_says_what_to_do(shared_client):
    closed = distributed.Client(shared_client.scheduler.address)
    closed.close()
    with pytest.raises(SettingError, match=r"connected, got one that is closed"):
        search(trials.value).run(2, workers=closed)


def test_dask_is_loaded_only_where_somebody_has_a_client():
    code = "import sys, nbnas as nb; from nbnas.search.workers.given import as_workers; "
    code += "as_workers(2); nb.DaskWorkers; sys.exit('distributed' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_worker_that_is_killed_loses_no_trial(shared_client, until):
    """Another one makes it again; the one that its nanny starts instead is used, too."""
    made = search(trials.epochs, seed=3)
    made.start(200, workers=shared_client)
    until(lambda: made.crew is not None and len(made.crew.busy) == 2)
    until(lambda: all(slot.training.live for slot in made.crew.busy))
    before = {slot.name for slot in made.crew.slots}
    lost = made.crew.busy[0]
    number = lost.claim.number
    process = shared_client.run(os.getpid, workers=[lost.address])[lost.address]
    (evaluator,) = [each for each in psutil.Process(process).children() if is_worker(each)]
    os.kill(process, signal.SIGKILL)
    until(lambda: any(e.origin.number == number for e in made.observations))
    (again,) = [e for e in made.observations if e.origin.number == number]
    assert (again.status, again.origin.attempt) == ("completed", 2)
    until(lambda: {e.origin.worker for e in made.observations} - before)
    made.stop()
    made.wait()
    assert all(e.status == "completed" for e in made.observations)
    assert not evaluator.is_running()


def test_an_evaluator_that_somebody_kills_is_tried_three_times(shared_client, until):
    made = search(trials.epochs, seed=1)
    made.start(2, workers=nb.DaskWorkers(shared_client, workers=1))
    for attempt in (1, 2, 3):
        until(lambda: made.crew is not None and made.crew.busy and made.crew.busy[0].training.live)
        (slot,) = made.crew.busy
        assert (slot.claim.number, slot.claim.origin.attempt) == (0, attempt)
        training = slot.training
        (evaluator,) = evaluators(shared_client)
        evaluator.kill()
        until(lambda slot=slot, training=training: slot.training is not training)
    until(lambda: made.state == "idle")
    assert [e.status for e in made.observations] == ["failed", "completed"]
    assert "each of 3 attempts ended with its process" in made.observations[0].error


def test_a_search_waits_for_the_first_worker_and_uses_it(until, monkeypatch):
    monkeypatch.setattr(crews, "ALONE", 0.5)
    options = {"threads_per_worker": 3, "dashboard_address": ":0"}
    with (
        distributed.LocalCluster(n_workers=0, **options) as cluster,
        distributed.Client(cluster) as client,
    ):
        made, told = search(threads), []
        monkeypatch.setattr(crews.warnings, "warn", lambda text, **_: told.append(text))
        made.start(2, workers=client)
        until(lambda: told)
        assert told[0].startswith("dask has no worker; the search waits for the first one")
        assert made.state == "running"
        assert made.crew.slots == ()
        assert "No worker has come yet" in status_page(made, 2)["said"]
        monkeypatch.undo()
        cluster.scale(1)
        until(lambda: made.state == "idle", 180)
        assert [e.value for e in made.observations] == [0.3, 0.3], "threads of the worker"


def threads(architecture, seed=0):
    return int(os.environ["OMP_NUM_THREADS"]) / 10


def test_a_client_that_is_closed_meanwhile_ends_the_search_and_its_processes(shared_client, until):
    client = distributed.Client(shared_client.scheduler.address)
    made = search(trials.epochs)
    made.start(20, workers=client)
    until(lambda: made.training is not None and made.training.reports)
    left = evaluators(shared_client)
    assert left
    client.close()
    with pytest.raises(SearchError, match="the connection to the scheduler of dask is lost"):
        made.wait(60)
    _, alive = psutil.wait_procs(left, timeout=10)
    assert not alive
    assert len(made.run(1, workers=shared_client).observations) >= 1


DRIVER = """
import sys, time, distributed
import nbnas as nb

def objective(architecture, seed=0):
    time.sleep(600)

client = distributed.Client(sys.argv[1])
nb.Search(nb.CellSpace(), objective, nb.RandomSearch()).run(3, workers=client)
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_no_process_outlives_a_driver_that_is_ended(shared_client, until, how):
    driver = subprocess.Popen([sys.executable, "-c", DRIVER, shared_client.scheduler.address])
    until(lambda: len(evaluators(shared_client)) == 2)
    left = evaluators(shared_client)
    driver.send_signal(how)
    driver.wait(20)
    _, alive = psutil.wait_procs(left, timeout=10)
    assert not alive
    until(lambda: not list(shared_client.folder.rglob("nbnas-*")))


class Counted:
    """An objective that tells when it arrives in a process."""

    def __init__(self, log):
        self.log = str(log)

    def __call__(self, architecture, seed=0):
        return trials.value(architecture)

    def __setstate__(self, state):
        self.__dict__ = state
        with open(self.log, "a") as file:
            file.write("arrived\n")


def test_the_objective_travels_once_to_each_worker(shared_client, tmp_path, monkeypatch):
    sent = []
    take = Supply.take
    monkeypatch.setattr(Supply, "take", lambda *a, **k: sent.append(1) or take(*a, **k))
    search(Counted(tmp_path / "log")).run(12, workers=shared_client)
    assert len(sent) == 2
    assert (tmp_path / "log").read_text().count("arrived") <= 2


def test_where_a_file_is_not_there_its_content_travels(shared_client, monkeypatch):
    taken, take = [], Supply.take

    def elsewhere(supply, *, by_file):
        taken.append(by_file)
        objective, content = take(supply, by_file=by_file)
        absent = (Mapped("/no/such/file", 1, 0, (1,), "|u1"),) if by_file else ()
        return replace(objective, files=absent), content

    monkeypatch.setattr(Supply, "take", elsewhere)
    made = search(trials.value).run(3, workers=nb.DaskWorkers(shared_client, workers=1))
    assert len(made.observations.completed) == 3
    assert taken == [True, False]


def test_devices_are_dealt_out(shared_client, until):
    made = search(trials.epochs)
    made.start(4, workers=nb.DaskWorkers(shared_client, devices=["a", "b"]))
    until(lambda: made.crew is not None and len(made.crew.busy) == 2)
    assert {slot.device for slot in made.crew.slots} == {"a", "b"}
    made.stop()
    made.wait()
