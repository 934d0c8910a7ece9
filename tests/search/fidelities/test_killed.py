"""A search that looks before it trains is killed, again and again: NBNAS_KILLS=100 for so many."""

import os
import random
import signal
import subprocess
import sys
import time

import pytest

KILLS = int(os.environ.get("NBNAS_KILLS", "3"))
SCRIPT = """
import sys, time
from dataclasses import dataclass
import nbnas as nb

FIDELITIES = {fidelities}

@dataclass(frozen=True)
class Slow:
    fidelities: nb.Fidelities = FIDELITIES

    def __call__(self, architecture, seed=0, epochs=None):
        for epoch in range(epochs or FIDELITIES.full):
            time.sleep(float(sys.argv[2]))
            yield (str(architecture).count("3x3") + seed % 7 / 10) / 10

    def fingerprint(self):
        return {{}}

search = nb.Search({space}, Slow(), {strategy}, store=sys.argv[1] or None).run(cost={cost})
for each in search.observations:
    print(each.architecture, each.epochs, each.value)
"""
LOOKING = {
    "fidelities": "nb.Fidelities((2, 10))",
    "space": 'nb.CellSpace(("none", "nor_conv_3x3"))',
    "strategy": "nb.BayesianOptimization(initial=4, fidelities=FIDELITIES)",
    "cost": 7,
}
SCHEDULED = {
    "fidelities": "nb.Fidelities((1, 3, 9), continued=True)",
    "space": "nb.CellSpace()",
    "strategy": "nb.Hyperband(nb.RegularizedEvolution(initial=4), FIDELITIES)",
    "cost": 12,
}


def run(given, store, seconds):
    command = [sys.executable, "-c", SCRIPT.format(**given), str(store), str(seconds)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


@pytest.mark.slow
@pytest.mark.timeout(120 + 20 * KILLS)
@pytest.mark.parametrize(("given", "full"), [(LOOKING, 2), (SCHEDULED, 4)], ids=["looks", "rungs"])
def test_kills_at_random_moments_change_nothing(given, full, tmp_path):
    rng, store = random.Random(1), tmp_path / "runs.db"
    for _ in range(KILLS):
        process = run(given, store, 0.05)
        time.sleep(rng.uniform(3.0, 8.0))
        process.send_signal(signal.SIGKILL)
        process.communicate()
    last, alone = run(given, store, 0.0), run(given, "", 0.0)
    made, expected = last.communicate()[0], alone.communicate()[0]
    assert (last.returncode, alone.returncode) == (0, 0)
    assert made == expected
    assert expected.count(" None ") >= full
