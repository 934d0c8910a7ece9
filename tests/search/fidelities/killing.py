"""Kill searches of real, continued trainings at random moments; what has come of them in the end.

    python killing.py FOLDER KILLS

Processes are forked from one that has imported all, so that a kill costs no second import. What
is printed are lines of JSON: first the search that nobody ends and nothing keeps, then each one
that was killed.
"""

import functools
import itertools
import json
import os
import random
import signal
import sys
import time
import traceback
from pathlib import Path

import nbnas as nb

COST = 6.6  # full trainings: eight looks at first, then some that go on
FIDELITIES = nb.Fidelities((3, 6), continued=True)
CELLS = nb.CellSpace(("none", "skip_connect", "nor_conv_3x3"))
SPACE = nb.Subspace(CELLS, tuple(dict.fromkeys(CELLS.sample(0, 80))))
STRATEGY = nb.BayesianOptimization(initial=4, fidelities=FIDELITIES)


def searched(data, store, written, ready=None):
    """Search, write down all trials, and train the winner finally."""
    trainer = nb.Trainer(
        data, channels=4, fidelities=FIDELITIES, checkpoint_minutes=1e-9, device="cpu"
    )
    search = nb.Search(SPACE, trainer, STRATEGY, seed=1, store=store)
    if ready is not None:
        os.write(ready, b"!")
    search.run(cost=COST)
    tested = search.finish()
    trials = [facts(each) for each in search.observations]
    attempts = [each.origin.attempt for each in search.observations]
    found = {"trials": trials, "test": tested.test, "attempts": attempts}
    written.write_text(json.dumps(found))


def facts(e):
    """What nothing but the seed decides of a trial."""
    curve = [(r.epoch, r.epochs, r.train_loss, r.val_loss, r.learning_rate) for r in e.reports]
    return [str(e.architecture), e.epochs, e.seed, e.status, e.value, curve]


def forked(work):
    """Do something in a process of its own; its number, and an end of a pipe that it writes to."""
    end, ready = os.pipe()
    process = os.fork()
    if process:
        os.close(ready)
        return process, end
    try:
        work(ready)
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        os._exit(1)


def killed(data, place, written, rng, kills):
    """Search at a place, in processes that are killed at most so often; how often it was."""
    work, done = functools.partial(searched, data, place / "runs.db", written), 0
    while True:
        process, end = forked(work)
        os.read(end, 1)  # it begins
        os.close(end)
        if done < kills:
            time.sleep(rng.uniform(0.2, 2.5))
            os.kill(process, signal.SIGKILL)
        code = os.waitpid(process, 0)[1]
        assert code in (0, signal.SIGKILL)
        if not code:
            return done
        done += 1


def main(folder, kills):
    rng, data, written = random.Random(2), nb.digits(train=600, validation=300), folder / "made"
    process, _ = forked(lambda _: searched(data, None, written))
    assert os.waitpid(process, 0)[1] == 0
    say(json.loads(written.read_text()))
    for turn in itertools.count():
        place = folder / str(turn)
        place.mkdir()
        count = killed(data, place, written, rng, kills)
        kills -= count
        left = sorted(file.name for file in place.iterdir())
        say(json.loads(written.read_text()) | {"kills": count, "left": left})
        if not kills:
            return


def say(found):
    sys.stdout.write(f"{json.dumps(found)}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
