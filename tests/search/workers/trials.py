"""Objectives for worker processes, which import this file: one of each kind of fault."""

import ctypes
import os
import sys
import time

import numpy as np

from nbnas.graphs.spaces.cell import operations_of


def value(architecture, seed=0):
    """A made-up accuracy; the same in every process."""
    return 0.2 + 0.1 * sum("conv" in each for each in operations_of(architecture))


def sleep(architecture, seed=0):
    """A trial of half a second."""
    time.sleep(0.5)
    return value(architecture)


def second(architecture, seed=0):
    """A trial of a second."""
    time.sleep(1.0)
    return value(architecture)


def speak():
    sys.stdout.write("said before it ended\n")
    sys.stdout.flush()


def fault(kind):
    """Do what takes a process, or a trial, down."""
    speak()
    if kind == "raises":
        raise ValueError("not this one")
    if kind == "nan":
        return float("nan")
    if kind == "segfault":
        ctypes.string_at(0)
    if kind == "exits":
        os._exit(3)
    if kind == "exits without a word":
        os._exit(0)
    if kind == "aborts":
        os.abort()
    if kind == "hangs":
        time.sleep(600)
    if kind == "takes memory":
        hoard = [np.ones(2**24) for _ in range(48)]  # 6 GB
        return float(len(hoard))
    raise AssertionError(kind)


class Faulty:
    """Does one kind of fault for some architectures, by their texts."""

    def __init__(self, faults):
        self.faults = faults

    def __call__(self, architecture, seed=0):
        kind = self.faults.get(str(architecture))
        return value(architecture) if kind is None else fault(kind)


def epochs(architecture, seed=0):
    """A live training of twenty epochs of a tenth of a second."""
    for epoch in range(20):
        time.sleep(0.1)
        yield value(architecture) * (epoch + 1) / 20


def out_of_bounds(architecture, seed=0):
    return 7.0
