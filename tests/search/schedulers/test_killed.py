"""A search with a scheduler is killed, again and again: NBNAS_KILLS=100 for so many."""

import os
import random
import signal
import subprocess
import sys
import time

import pytest

KILLS = int(os.environ.get("NBNAS_KILLS", "4"))
SCRIPT = """
import sys, time
from dataclasses import dataclass
import nbnas as nb

FIDELITIES = nb.Fidelities((1, 3, 9), continued=True)

@dataclass(frozen=True)
class Slow:
    fidelities: nb.Fidelities = FIDELITIES

    def __call__(self, architecture, seed=0, epochs=None):
        for epoch in range(epochs or 9):
            time.sleep(float(sys.argv[2]))
            yield (str(architecture).count("3x3") + seed % 7 / 10) / 10

    def fingerprint(self):
        return {}

strategy = nb.Hyperband(nb.RegularizedEvolution(initial=4), FIDELITIES)
search = nb.Search(nb.CellSpace(), Slow(), strategy, store=sys.argv[1] or None).run(cost=12)
for each in search.observations:
    print(each.architecture, each.epochs, each.value)
"""


def run(store, seconds):
    command = [sys.executable, "-c", SCRIPT, str(store), str(seconds)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


@pytest.mark.slow
@pytest.mark.timeout(120 + 20 * KILLS)
def test_kills_at_random_moments_change_nothing(tmp_path):
    rng, store = random.Random(1), tmp_path / "runs.db"
    for _ in range(KILLS):
        process = run(store, 0.05)
        time.sleep(rng.uniform(3.0, 8.0))
        process.send_signal(signal.SIGKILL)
        process.communicate()
    last, alone = run(store, 0.0), run("", 0.0)
    made, expected = last.communicate()[0], alone.communicate()[0]
    assert (last.returncode, alone.returncode) == (0, 0)
    assert made == expected
    assert expected.count(" None ") >= 4
