"""Run one peer on one task, by the Python of the peer's environment; nbnas need not be in it.

python drive.py with_optuna tpe FOLDER SEED
"""

import contextlib
import importlib
import os
import sys
import warnings

os.environ.setdefault("OMP_NUM_THREADS", "1")

from course import Course, Over, write_asked


def drive(module, function, folder, seed):
    """Let a peer ask until its course is over, and write what it asked for."""
    course = Course(folder)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with contextlib.suppress(Over):
            getattr(importlib.import_module(module), function)(course, seed)
    write_asked(course)


if __name__ == "__main__":
    drive(*sys.argv[1:4], int(sys.argv[4]))
