"""The bars of a GPU, on one card in one run of at most ten minutes; prints one table.

python tests/benchmarks/gpu.py --files cifar10_images.tar.xz

Part        what is compared
steps       pictures a second at 16 channels, 2 cells and batches of 256, 3×32×32: nbnas with
            recorded steps, nbnas with steps as they are, and a plain loop written by hand, as a
            CUDA graph or not. All train the same network in the same precision and layout.
files       accuracy on the test files of CIFAR-10 as JPEG, and the seconds of training
workers     trials an hour of eight workers on the card, and of one
tests       tests/training/test_cuda.py and tests/training/speed/test_on_cuda.py

Without CUDA it says so. `--dry-run` runs the same code on the CPU with little of everything, so
that a test can; its numbers stand for nothing.
"""

import argparse
import contextlib
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from torch.nn.functional import cross_entropy

import nbnas as nb
from nbnas.graphs.spaces.cell import cell
from nbnas.training.data.augment import CropAndFlip
from nbnas.training.device import choose_place
from nbnas.training.run import network_of

CELL = cell(
    [*("nor_conv_3x3", "nor_conv_1x1", "skip_connect"), *("avg_pool_3x3", "none", "nor_conv_3x3")]
)
RESIDUAL = cell(["nor_conv_3x3", "none", "nor_conv_3x3", "skip_connect", "none", "nor_conv_3x3"])
HEAD = ("part", "measured", "figure", "wanted", "met")
TRAINING = Path(__file__).parents[1] / "training"
TESTS = (TRAINING / "test_cuda.py", TRAINING / "speed" / "test_on_cuda.py")
WARM = 3  # steps before a recording
# Trained one after the other until one has 90 %: width of the first of three stages, epochs.
TRIES = ((48, 12), (64, 12), (64, 16), (96, 20))
DRY = "DRY RUN ON THE CPU: these numbers stand for nothing"


def row(part, measured, figure, wanted="", met=None):
    return part, measured, figure, wanted, {None: "", True: "yes", False: "NO"}[met]


def photographs(count, held_out):
    """Random images of 32 by 32 pixels in three colours, and random labels of ten classes."""
    total = count + 2 * held_out
    images = np.random.default_rng(0).integers(256, size=(total, 3, 32, 32)).astype(np.uint8)
    return nb.from_arrays("noise", images, np.arange(total) % 10, train=count, validation=held_out)


def steps(device, dry):
    """Pictures a second, by nbnas and by hand."""
    count, batch, epochs = (64, 16, 2) if dry else (45_056, 256, 5)  # whole batches only
    sizes = {"channels": 4, "cells": 1} if dry else {"channels": 16, "cells": 2}
    recipe = {"epochs": epochs, "batch_size": batch, "device": device, **sizes}
    data = photographs(count, held_out=20 if dry else 200)
    ways = {
        "nbnas, recorded": {},
        "nbnas, recorded, augmented": {"augment": CropAndFlip()},
        "nbnas, as it is": {"cuda_graphs": False},
    }
    found = {name: by_nbnas(nb.Trainer(data, **recipe, **own)) for name, own in ways.items()}
    trainer = nb.Trainer(data, **recipe)
    found["by hand, as it is"] = by_hand(trainer, recorded=False)
    found["by hand, recorded"] = by_hand(trainer, recorded=not dry)
    yield from (row("steps", name, f"{speed:,.0f} pictures/s") for name, speed in found.items())
    own, hand = found["nbnas, recorded"], found["by hand, recorded"]
    share, gain = own / hand, own / found["nbnas, as it is"]
    yield row("steps", "recorded: nbnas / by hand", f"{share:.2f}", ">= 0.9", share >= 0.9)
    yield row("steps", "nbnas: recorded / as it is", f"{gain:.2f}", ">= 2.8", gain >= 2.8)
    yield row("steps", "explain_speed", trainer.explain_speed(CELL).steps)


def by_nbnas(trainer):
    """Pictures a second of the quickest epoch after the first."""
    reports = trainer.start(CELL, 1).run().reports
    return max(report.images_per_second for report in reports[1:])


def by_hand(trainer, *, recorded):
    """The same of a plain loop, whose step is a CUDA graph if it is recorded."""
    place = choose_place(trainer.device, None, None)
    network = network_of(trainer, CELL, torch.Generator().manual_seed(1)).to(place.device)
    normalize, body = network.to(memory_format=place.layout).train()
    images, labels = (each.to(place.device) for each in trainer.data.train)
    rate = torch.tensor(trainer.learning_rate, device=place.device)
    optimizer = torch.optim.SGD(
        body.parameters(), lr=rate, momentum=0.9, weight_decay=5e-4, nesterov=True, fused=True
    )

    def step(x, y):
        optimizer.zero_grad()
        with place.autocast:
            loss = cross_entropy(body(x), y)
        loss.backward()
        optimizer.step()
        return loss.detach()

    size = trainer.batch_size
    x = normalize(images[:size]).contiguous(memory_format=place.layout)
    if recorded:
        step = captured(step, x.clone(), labels[:size].clone())
    quickest, total = 0.0, torch.zeros((), device=place.device)
    for _ in range(trainer.epochs):
        began = time.perf_counter()
        order = torch.randperm(len(labels), device=place.device)
        x = normalize(images[order]).contiguous(memory_format=place.layout)
        for at, batch in zip(x.split(size), labels[order].split(size), strict=True):
            total += step(at, batch)
        total.item()
        quickest = max(quickest, len(labels) / (time.perf_counter() - began))
    return quickest


def captured(step, x, y):
    """A step as a CUDA graph, as PyTorch's documentation does it."""
    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        for _ in range(WARM):
            step(x, y)
    torch.cuda.current_stream().wait_stream(stream)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        loss = step(x, y)

    def replay(images, labels):
        x.copy_(images)
        y.copy_(labels)
        graph.replay()
        return loss

    return replay


def files(device, dry, source):
    """Accuracy on the test files of CIFAR-10."""
    if source is None:
        yield row("files", "not measured", "give --files", ">= 90.0 % in <= 30 s")
        return
    with unpacked(source) as folder:
        began = time.perf_counter()
        data = nb.from_folder(folder)
        yield row("files", "set-up: files read", f"{time.perf_counter() - began:.1f} s")
        for width, epochs in ((4, 1),) if dry else TRIES:
            trainer = nb.recipes.strong(
                data,
                epochs=epochs,
                batch_size=16 if dry else 512,
                optimizer=nb.SGD(),  # Muon is not recorded
                learning_rate=0.4,
                skeleton=nb.CellSkeleton(width, 1, 2 if dry else 3),
                device=device,
            )
            report = trainer.start(RESIDUAL, 1, final=True).run().reports[-1]
            value, seconds = report.measured, report.seconds
            figure = f"{value:.2%} in {seconds:.1f} s"
            met = value >= 0.9 and seconds <= 30
            name = f"{width} channels, {epochs} epochs"
            yield row("files", name, figure, ">= 90.00% in <= 30 s", met)
            if met:
                return


@contextlib.contextmanager
def unpacked(source):
    """The folder with `train` and `test`, of an archive if it is one."""
    if Path(source).is_dir():
        yield Path(source)
        return
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(source) as archive:
            safe = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}  # Python 3.11.4
            archive.extractall(folder, **safe)
        inner = Path(folder)
        while not (inner / "train").is_dir():
            (inner,) = (each for each in inner.iterdir() if each.is_dir())
        yield inner


def workers(device, dry):
    """Trials an hour of several workers on one card, and of one."""
    trainer = nb.Trainer(nb.digits(200, 100), epochs=1 if dry else 12, device=device)
    speeds = {}
    for count, trials in ((1, 2), (2, 4)) if dry else ((1, 8), (8, 64)):
        search = nb.Search(nb.CellSpace(), trainer, nb.RandomSearch(), seed=0)
        search.run(trials, workers=count)
        made = [each for each in search.observations if each.status == "completed"]
        ends = sorted(each.started + each.seconds for each in made)
        first = min(each.started for each in made)  # processes have started by then
        speeds[count] = 3600 * len(made) / (ends[-1] - first)
        yield row("workers", f"{count} on one card", f"{speeds[count]:,.0f} trials/h")
    few, many = sorted(speeds)
    gain = speeds[many] / speeds[few]
    yield row("workers", f"{many} / {few}", f"{gain:.2f}", ">= 4" * (not dry), gain >= 4)


def tests(device, dry):
    """The tests that need CUDA."""
    limit = 200
    command = [sys.executable, "-m", "pytest", "-n", "0", "-q", *map(str, TESTS)]
    try:
        run = subprocess.run(command, capture_output=True, text=True, timeout=limit, check=False)
        last, met = run.stdout.strip().splitlines()[-1], run.returncode == 0
    except subprocess.TimeoutExpired:
        last, met = f"not done after {limit} s", False
    yield row(
        "tests",
        "those that need CUDA",
        last.strip("= "),
        "all pass",
        met and "skipped" not in last,
    )


PARTS = {"steps": steps, "files": files, "workers": workers, "tests": tests}


def measured(names, device, dry, source):
    """The rows of the parts; one that fails says why, and the others go on."""
    for name in names:
        more = (source,) if name == "files" else ()
        began = time.perf_counter()
        try:
            yield from PARTS[name](device, dry, *more)
        except Exception as error:
            why = " ".join(str(error).split())
            yield row(name, "failed", f"{type(error).__name__}: {why:.200}", met=False)
        yield row(name, "lasted", f"{time.perf_counter() - began:.0f} s")


def main(given=None):
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--files", help="CIFAR-10 as JPEG files: a folder, or an archive of it")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=[*PARTS])
    parser.add_argument("--dry-run", action="store_true", help="on the CPU, with little of it all")
    asked = parser.parse_args(given)
    if not asked.dry_run and not torch.cuda.is_available():
        print("no CUDA here: nothing is measured (--dry-run runs the same code on the CPU)")
        return 1
    card = DRY if asked.dry_run else torch.cuda.get_device_name()
    print(f"{card}; torch {torch.__version__}")
    print(*HEAD, sep=" | ")
    device = "cpu" if asked.dry_run else "cuda"
    for *each, met in measured(asked.parts, device, asked.dry_run, asked.files):
        print(*each, "dry" if met and asked.dry_run else met, sep=" | ", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
