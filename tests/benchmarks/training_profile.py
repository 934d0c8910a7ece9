"""Where the time of a training on the CPU goes: the operations that take most of it; a table.

python tests/benchmarks/training_profile.py [--compare]

One epoch of the default recipe after a first one, in one thread, by torch.profiler, for digits and
for noise of 3×32×32, with the cell of `training_speed.py`. Time is that in an operation itself,
without what it calls. `--compare` then trains with what earlier versions had instead, each in turn
with the default: channels first, and an optimiser that is not fused; the quickest of three epochs.
"""

import sys

import numpy as np
import torch
from torch.profiler import ProfilerActivity, profile
from training_speed import CELL

import nbnas as nb
from nbnas.training.optimizers import optimizer as optimizers

TOP = 3


def noise(count=700):
    images = np.random.default_rng(0).integers(256, size=(count + 200, 3, 32, 32))
    labels = np.arange(count + 200) % 10
    return nb.from_arrays("noise", images.astype(np.uint8), labels, train=count, validation=100)


def recipes():
    return {"digits": nb.digits(), "3x32x32": noise()}


def start(data, epochs=2, **settings):
    return nb.Trainer(data, epochs=epochs, device="cpu", threads=1, **settings).start(CELL, 1)


def profiled(data):
    """Share of the time of each operation by itself, largest first, of an epoch; and its pace."""
    epochs = iter(start(data))
    next(epochs)
    with profile(activities=[ProfilerActivity.CPU]) as found:
        report = next(epochs)
    times = {each.key: each.self_cpu_time_total for each in found.key_averages()}
    total = sum(times.values())
    shares = sorted(((time / total, name) for name, time in times.items()), reverse=True)
    return shares, report.images_per_second


def pace(data, **settings):
    """Pictures a second, of the quickest of three epochs after a first one."""
    reports = start(data, 4, **settings).run().reports
    return max(report.images_per_second for report in reports[1:])


def compared(data):
    """What each choice gains: paces with it and with what was before."""
    yield "as by default", pace(data)
    yield "channels first", pace(data, channels_last=False)
    fused = optimizers._can_fuse
    optimizers._can_fuse = lambda network: None
    try:
        yield "optimiser not fused", pace(data)
    finally:
        optimizers._can_fuse = fused
    yield "as by default, again", pace(data)


def main(given):
    print(f"torch {torch.__version__}")
    for name, data in recipes().items():
        shares, speed = profiled(data)
        top = ", ".join(f"{of.removeprefix('aten::')} {share:.0%}" for share, of in shares[:TOP])
        print(f"{name}: {speed:,.0f} pictures/s (profiled); {top}")
        if "--compare" in given:
            print(
                *(f"  {what}: {speed:,.0f} pictures/s" for what, speed in compared(data)), sep="\n"
            )


if __name__ == "__main__":
    main(sys.argv[1:])
