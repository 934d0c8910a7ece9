"""How long expected hypervolume improvement takes on one thread; prints a table.

    python tests/benchmarks/hypervolume_speed.py

15,625 candidates, as many as cells of NAS-Bench-201, with fronts of several sizes.
"""

import time

import numpy as np
import torch

from nbnas.surrogate.acquisition.hypervolume import (
    expected_hypervolume_improvement,
    log_expected_hypervolume_improvement,
)

CANDIDATES, FRONTS = 15_625, (10, 30, 100, 300)


def main():
    torch.set_num_threads(1)
    rng = np.random.default_rng(0)
    mean = torch.tensor(rng.normal(size=(CANDIDATES, 2)))
    believed = torch.tensor(rng.uniform(0.05, 0.5, size=(CANDIDATES, 2)))
    known = believed * torch.tensor([1.0, 0.0], dtype=torch.float64)
    print("points on the front     both believed   its logarithm   one known   its logarithm")
    for n in FRONTS:
        first = rng.uniform(size=n)
        front = torch.tensor(np.stack([first, 1 - first**2], axis=1))
        seconds = [
            least(score, mean, stddev, front)
            for stddev in (believed, known)
            for score in (expected_hypervolume_improvement, log_expected_hypervolume_improvement)
        ]
        print(f"{n:<23}" + "".join(f"{value:11.3f} s   " for value in seconds))


def least(score, mean, stddev, front):
    """Seconds of a thread, the least of some: others use the machine, too."""
    taken = []
    for _ in range(5):
        begin = time.process_time()
        score(mean, stddev, front, torch.zeros(2, dtype=torch.float64))
        taken.append(time.process_time() - begin)
    return min(taken)


if __name__ == "__main__":
    main()
