"""How long the distances of cells take; prints two tables.

    python tests/benchmarks/distance_speed.py

150 cells of NAS-Bench-201 against all 15,625, and 60 recurrent cells among each other.
"""

import time

import nbnas as nb
from nbnas.graphs.distances.path import PathDistance

DISTANCES = (
    nb.HammingDistance(),
    nb.EditDistance(),
    PathDistance(),
    nb.WeisfeilerLehmanDistance(2, assignment=True),
    nb.WeisfeilerLehmanDistance(2, assignment=False),
    nb.OtmannDistance(),
)
RECURRENT = (
    nb.HammingDistance(),
    nb.EditDistance(approximate=True, workers=1),
    PathDistance(),
    nb.WeisfeilerLehmanDistance(2),
    nb.OtmannDistance(),
)


def main():
    space = nb.CellSpace()
    report(DISTANCES, space.sample(0, 150), tuple(space))
    recurrent = nb.RecurrentSpace().sample(0, 60)
    report(RECURRENT, recurrent, recurrent)


def report(distances, first, second):
    print("distance                                                first     again   an entry")
    for distance in distances:
        seconds = []
        for _ in range(2):
            begin = time.perf_counter()
            distance.matrix(first, second)
            seconds.append(time.perf_counter() - begin)
        entry = 1e6 * seconds[1] / (len(first) * len(second))
        print(f"{distance!r:55.55} {seconds[0]:5.2f} s {seconds[1]:7.2f} s {entry:8.3f} µs")


if __name__ == "__main__":
    main()
