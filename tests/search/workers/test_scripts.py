"""Scripts that search with workers: they run once, and leave no process behind."""

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest
from sharing import is_worker

SCRIPT = """
import signal
import sys
import nbnas as nb

signal.signal(signal.SIGINT, signal.default_int_handler)  # who runs the tests may ignore it

def objective(architecture, seed=0):
    import time
    time.sleep(float(sys.argv[1]) if len(sys.argv) > 1 else 0.0)
    return 0.5

print("runs", flush=True)
search = nb.Search(nb.CellSpace(), objective, nb.RandomSearch())
print(len(search.run(3, workers=2).observations), flush=True)
"""


@pytest.mark.slow
def test_a_script_needs_no_guard_and_runs_once(tmp_path):
    path = tmp_path / "script.py"
    path.write_text(SCRIPT.replace("float(sys.argv[1]) if len(sys.argv) > 1 else 0.0", "0.1"))
    done = subprocess.run([sys.executable, path], capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["runs", "3"], done.stderr


@pytest.mark.parametrize(
    "how",
    [
        signal.SIGKILL,
        *(pytest.param(s, marks=pytest.mark.slow) for s in (signal.SIGTERM, signal.SIGINT)),
    ],
)
def test_no_process_outlives_a_driver_that_is_ended(tmp_path, how):
    path = tmp_path / "script.py"
    path.write_text(SCRIPT.replace("float(sys.argv[1]) if len(sys.argv) > 1 else 0.0", "600"))
    driver = subprocess.Popen(
        [sys.executable, path],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=os.environ | {"TMPDIR": str(tmp_path)},
    )
    with driver:
        driver.stdout.readline()
        workers = wait_for_workers(driver, 2)
        os.kill(driver.pid, how)
        driver.wait(20)
    _, alive = psutil.wait_procs(workers, timeout=10)
    assert not alive


def wait_for_workers(driver, count):
    end = time.monotonic() + 60
    while time.monotonic() < end:
        family = psutil.Process(driver.pid).children(recursive=True)
        found = [each for each in family if is_worker(each)]
        if len(found) >= count:
            time.sleep(3)  # until they have begun
            return found
        time.sleep(0.2)
    raise AssertionError("the workers did not start")
