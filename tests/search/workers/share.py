"""A process that shares a study: python share.py STORE TRIALS SECONDS LOG [WORKERS]."""

import os
import sys
import time

import nbnas as nb


def objective(architecture, seed=0):
    """Sleep, and write into the log when it began and ended."""
    seconds, log = float(sys.argv[3]), sys.argv[4]
    text = str(architecture)
    write(log, f"begin {os.getpid()} {text}")
    time.sleep(seconds)
    write(log, f"end {os.getpid()} {text}")
    return 0.1 + 0.1 * text.count("conv_3x3")


def write(log, line):
    """Add a line to the log, whole or not at all."""
    file = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(file, f"{line}\n".encode())
    os.close(file)


def share(store, count, seconds, log, workers=None):
    """Make trials of the study, with others."""
    search = nb.Search(nb.CellSpace(), objective, nb.RandomSearch(), seed=5, store=store)
    write(log, f"ready {os.getpid()} -")
    search.run(int(count), workers=None if workers is None else int(workers))


if __name__ == "__main__":
    share(*sys.argv[1:])
