"""Training images per second by device, for digits and for synthetic photographs; prints a table.

python tests/benchmarks/training_speed.py

The quickest epoch of a training after its first counts: the first one starts the device. One cell
with every operation but none; the recipe is the trainer's default, and for photographs also that
of `notebooks/search.ipynb` with cifar10: more channels and cells, larger batches, augmentation.
"""

import os

import numpy as np
import torch

import nbnas as nb
from nbnas.graphs.spaces.cell import cell
from nbnas.training.data.augment import CropAndFlip
from nbnas.training.device import available_devices

CELL = cell(
    [*("nor_conv_3x3", "nor_conv_1x1", "skip_connect"), *("avg_pool_3x3", "none", "nor_conv_3x3")]
)


def photographs(count=4_400):
    """Random images of 32 by 32 pixels in three colours, and random labels of ten classes."""
    rng = np.random.default_rng(0)
    images = rng.integers(256, size=(count, 3, 32, 32)).astype(np.uint8)
    return nb.from_arrays("noise", images, np.arange(count) % 10, train=4_000, validation=200)


def recipes():
    yield "digits, default", {"data": nb.digits()}
    yield "32x32x3, default", {"data": photographs()}
    large = {"batch_size": 256, "channels": 16, "cells": 2, "augment": CropAndFlip()}
    yield "32x32x3, large", {"data": photographs(), **large}


def speed(recipe, device, threads):
    epochs = 2 if device == "cpu" else 6
    training = nb.Trainer(**recipe, epochs=epochs, device=device, threads=threads).start(CELL)
    return max(report.images_per_second for report in training.run().reports[1:])


def main():
    cores = len(os.sched_getaffinity(0))
    places = [("cpu", 1), *([("cpu", cores)] if cores > 1 else [])]
    places += [(device, None) for device in available_devices() if device != "cpu"]
    for device in (device for device, _ in places if device.startswith("cuda")):
        print(torch.cuda.get_device_name(device))
    print(f"{'images per second':20}", *(f"{d} x{t}" if t else d for d, t in places), sep="\t")
    for name, recipe in recipes():
        found = (f"{speed(recipe, *place):,.0f}" for place in places)
        print(f"{name:20}", *found, sep="\t")


if __name__ == "__main__":
    main()
