"""How long the distances of cells take: 150 cells against all 15,625; prints a table.

python tests/benchmarks/distance_speed.py
"""

import time

import nbnas as nb
from nbnas.graphs.path import PathDistance

DISTANCES = (
    nb.HammingDistance(),
    nb.EditDistance(),
    PathDistance(),
    nb.WeisfeilerLehmanDistance(2, assignment=True),
    nb.WeisfeilerLehmanDistance(2, assignment=False),
)


def main():
    space = nb.CellSpace()
    cells, chosen = tuple(space), space.sample(0, 150)
    print("distance                                                first     again   a pair")
    for distance in DISTANCES:
        seconds = []
        for _ in range(2):
            begin = time.perf_counter()
            distance.matrix(chosen, cells)
            seconds.append(time.perf_counter() - begin)
        pair = 1e6 * seconds[1] / (150 * len(cells))
        print(f"{distance!r:55s} {seconds[0]:5.2f} s {seconds[1]:7.2f} s {pair:6.3f} µs")


if __name__ == "__main__":
    main()
