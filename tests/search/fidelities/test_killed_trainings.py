"""A search whose real trainings go on from looks is killed again and again: NBNAS_KILLS=100."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

KILLS = int(os.environ.get("NBNAS_KILLS", "5"))


@pytest.mark.slow
@pytest.mark.timeout(300 + 20 * KILLS)
def test_kills_at_random_moments_change_nothing(tmp_path):
    command = [sys.executable, Path(__file__).with_name("killing.py"), tmp_path, str(KILLS)]
    done = subprocess.run(
        command, env=os.environ | {"OMP_NUM_THREADS": "1"}, stdout=subprocess.PIPE, text=True
    )
    assert done.returncode == 0
    alone, *killed = [json.loads(line) for line in done.stdout.splitlines()]
    check_it_goes_on(alone["trials"])
    assert sum(each["kills"] for each in killed) == KILLS
    for each in killed:
        assert each["trials"] == alone["trials"]
        assert each["test"] == alone["test"]
        assert each["left"] == ["runs.db"], "something is left of checkpoints"
    assert any(attempt > 1 for each in killed for attempt in each["attempts"])


def check_it_goes_on(trials):
    """That full trainings begin as their looks did, so that it is this that kills may spoil."""
    looks = {each[0]: each for each in trials if each[1]}
    full = [each for each in trials if each[1] is None and each[0] in looks]
    assert full
    for text, _, seed, status, _, curve in full:
        *_, look = looks[text]
        assert (seed, status, len(curve)) == (looks[text][2], "completed", 6)
        assert [(e, *rest) for e, _, *rest in curve[: len(look)]] == [
            (e, *rest) for e, _, *rest in look
        ]
