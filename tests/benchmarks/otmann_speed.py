"""How long an OTMANN distance takes, exact and raw: by the size of the networks, and on all cores.

    python tests/benchmarks/otmann_speed.py [--workers 2] [--most 2000]

Networks are random: a chain of convolutions, pooling and fully connected layers with skips.
Best of three runs; layer tables, which belong to one network, are computed before and reported
apart. Dragonfly's own code takes 0.6 to 1.2 ms a pair for its four transports. Then symmetric
matrices of cells of NAS-Bench-201, with one worker and with as many as there are cores, and the
most memory of this process and its workers together.
"""

import argparse
import os
import time
from pathlib import Path

import joblib
import numpy as np

from nbnas.graphs.architecture import LINK, Architecture
from nbnas.graphs.distances.otmann.distance import OtmannDistance
from nbnas.graphs.distances.otmann.paths import layer_table
from nbnas.graphs.distances.otmann.transport import network_simplex
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.graphs.spaces.cnn.space import CnnSpace

for library in ("PYTORCH", "JAX", "CUPY", "TENSORFLOW"):  # POT would import them
    os.environ[f"POT_BACKEND_DISABLE_{library}"] = "1"
KINDS = ["conv3x3", "conv5x5", "conv7x7", "max-pool", "avg-pool"]


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--workers", type=int, default=1)
    arguments.add_argument("--most", type=int, default=2000)
    arguments = arguments.parse_args()
    workers = arguments.workers
    network_simplex()  # imports POT
    report("10-28 layers", networks(150, 10, 28, seed=0), workers)
    report("CnnSpace", cnns(10, 28), workers)
    for size in (5, 10, 20, 28, 40, 60):
        report(f"{size} layers", networks(60, size, size, seed=size), workers)
    for size in (100, 600, 1500, 2000):
        if size <= arguments.most:
            report_cells(size)


def report_cells(size):
    cells = list(dict.fromkeys(CellSpace().sample(0, 2 * size)))[:size]
    OtmannDistance(workers=1).matrix(cells, cells[:1])  # makes the layer tables
    times, found = [], []
    for workers in (1, joblib.cpu_count(), joblib.cpu_count()):  # the second starts processes
        start = time.perf_counter()
        found.append(OtmannDistance(workers=workers).matrix(cells, cells))
        times.append(time.perf_counter() - start)
    same = "the same" if all((d == found[0]).all() for d in found) else "NOT THE SAME"
    print(
        f"{size} cells: {times[0]:.2f} s with one worker, {times[1]:.2f} s with "
        f"{joblib.cpu_count()} that may have to start, {times[2]:.2f} s then; {same}; "
        f"{memory_in_mb():.0f} MB at most so far"
    )


def memory_in_mb():
    """The most memory that this process and its children, which are alive, have had; Linux."""
    own, total = str(os.getpid()), 0
    for path in Path("/proc").glob("[0-9]*/status"):
        try:
            lines = dict(line.split(":", 1) for line in path.read_text().splitlines())
        except OSError:  # it has just ended
            continue
        if own in (lines["Pid"].strip(), lines["PPid"].strip()) and "VmHWM" in lines:
            total += int(lines["VmHWM"].split()[0])
    return total / 1024


def report(name, nets, workers):
    layer_table.cache_clear()
    tables = seconds(lambda: [layer_table(net) for net in nets], 1) / len(nets)
    half = len(nets) // 2
    distance = OtmannDistance(workers=workers)
    apart = seconds(lambda: distance.matrix(nets[:half], nets[half:]))
    both = seconds(lambda: distance.matrix(nets, nets))
    pairs = half * (len(nets) - half)
    print(
        f"{name:>12}: {1e3 * apart / pairs:.4f} ms a pair ({pairs} pairs), "
        f"{1e3 * both / len(nets) ** 2:.4f} ms an entry of the symmetric matrix, "
        f"{1e3 * tables:.3f} ms once a network"
    )


def seconds(call, times=3):
    best = np.inf
    for _ in range(times):
        start = time.perf_counter()
        call()
        best = min(best, time.perf_counter() - start)
    return best


def cnns(fewest, most):
    """Different networks of NASBOT's space with `fewest` to `most` layers, the ends included."""
    nets = dict.fromkeys(CnnSpace().sample(0, 250))
    return [net for net in nets if fewest <= len(net.nodes) <= most]


def networks(n, fewest, most, seed):
    """`n` random networks with `fewest` to `most` layers, the ends included."""
    rng = np.random.default_rng(seed)
    return [network(rng, int(rng.integers(fewest, most + 1)), number) for number in range(n)]


def network(rng, size, number):
    dense = int(rng.integers(0, 3)) if size > 6 else 0
    units = np.sort(2 ** rng.integers(4, 9, size))
    labels = ["image"]
    for v in range(1, size - 2 - dense):
        kind = str(rng.choice(KINDS, p=[0.35, 0.2, 0.1, 0.2, 0.15]))
        labels.append(f"{kind}:{units[v]}" if kind.startswith("conv") else kind)
    labels += [f"fc:{units[-1]}"] * dense + ["softmax", "output"]
    edges = {(v, v + 1) for v in range(size - 1)}
    for _ in range(size // 3):
        u, v = sorted(rng.integers(0, size - 2, 2).tolist())
        edges |= {(u, v)} if u < v else set()
    links = tuple((u, v, LINK) for u, v in sorted(edges))
    return Architecture(tuple(labels), links, f"random {size} {number}")


if __name__ == "__main__":
    main()
