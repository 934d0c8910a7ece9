"""auto-keras and nbnas from pictures to a network, in the same seconds of one core.

python tests/benchmarks/peers/end_to_end.py ../shared/data/fashion_mnist_2k.npz --trials 1 \
  --seeds 3 --output runs/end_to_end.csv

auto-keras makes so many trials and its final fit; the seconds of a core that this took are what
nbnas gets, its last training on training and validation part included. Both keep a fifth of the
pictures apart from the test part to compare by. A finished seed stays in the CSV; give the command
again to go on. Arrays are `x` and `y`; a folder of pictures is read as `nb.from_folder` does.
"""

import argparse
import ast
import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import papermill
import torch
from environments import python_of, version_of

import nbnas as nb
from nbnas.installed.notebooks import notebook
from nbnas.notebook.search import read_parameters

COLUMNS = ("who", "seed", "test", "parameters", "seconds", "trials")


def parser():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pictures", type=Path, help="a .npz file with x and y, or a folder")
    parser.add_argument("--trials", type=int, default=5, help="of auto-keras")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--environments", default="runs/peers", help="those of environments.py")
    parser.add_argument("--output", required=True, type=Path, help="the CSV file")
    return parser


def main(words=None):
    given = parser().parse_args(words)
    python = python_of(given.environments, "auto-keras")
    if python is None:
        sys.exit("expected python tests/benchmarks/peers/environments.py auto-keras before")
    torch.set_num_threads(1)
    for seed in range(given.seeds):
        done = {(row["who"], int(row["seed"])): row for row in rows(given.output)}
        data = data_of(given.pictures, seed)
        peer = version_of("auto-keras")
        if (peer, seed) not in done:
            keep(given.output, peer, seed, auto_keras(data, python, given.trials, seed))
            done = {(row["who"], int(row["seed"])): row for row in rows(given.output)}
        if ("nbnas", seed) not in done:
            seconds = float(done[peer, seed]["seconds"])
            keep(given.output, "nbnas", seed, search(data, seconds, seed))
    print(table(rows(given.output)))


def data_of(place, seed):
    """The pictures, of which a fifth is for tests, and a fifth of the others to compare by."""
    if place.is_dir():
        return nb.from_folder(place, seed=seed)
    with np.load(place) as arrays:
        x, y = arrays["x"], arrays["y"]
    return nb.from_arrays(place.stem, x, y, train=0.64, validation=0.16, seed=seed)


def auto_keras(data, python, trials, seed):
    """What auto-keras finds, in a process of its environment."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        np.savez(folder / "data.npz", **arrays_of(data))
        script = str(Path(__file__).with_name("with_auto_keras.py"))
        words = [python, script, name, str(trials), str(seed)]
        made = subprocess.run(words, capture_output=True, text=True)
        if made.returncode:
            sys.exit(f"auto-keras, seed {seed}: {made.stderr[-2000:]}")
        return json.loads((folder / "found.json").read_text())


def arrays_of(data):
    """Training and validation part together, and the test part, with channels last."""

    def pixels(*parts):
        return np.concatenate([np.asarray(images) for images, _ in parts]).transpose(0, 2, 3, 1)

    known = np.concatenate([np.asarray(labels) for _, labels in (data.train, data.val)])
    test_x, test_y = pixels(data.test), np.asarray(data.test[1])
    return {"x": pixels(data.train, data.val), "y": known, "test_x": test_x, "test_y": test_y}


def search(data, seconds, seed):
    """What nbnas finds, until another trial and the last training take too long.

    Objective, space and strategy are those of notebooks/search.ipynb for a file of arrays.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pictures.npz"
        parts = {"train": data.train, "val": data.val, "test": data.test}
        np.savez(path, **{f"{axis}_{name}": part[i] for name, part in parts.items()
                          for i, axis in enumerate("xy")})  # fmt: skip
        chosen = read_parameters(defaults("search") | {"data": str(path), "seed": seed})
        trainer = chosen.make_objective()
    strategy = chosen.make_strategy(trainer)
    search = nb.Search(chosen.make_space(trainer), trainer, strategy, seed=seed)
    began = time.process_time()
    longest = 0.0
    while time.process_time() - began + 2.5 * longest < seconds:
        before = time.process_time()
        search.step()
        longest = max(longest, time.process_time() - before)
    best = search.best
    test = trainer.test(best.architecture, best.seed)
    spent = time.process_time() - began
    trials = len(search.observations)
    return {"test": test, "parameters": best.parameters, "seconds": spent, "trials": trials}


def defaults(name):
    """The parameters of a notebook."""
    known = papermill.inspect_notebook(str(notebook(name)))
    return {word: ast.literal_eval(one["default"]) for word, one in known.items()}


def keep(path, who, seed, found):
    """Write a finished search."""
    fresh = not path.exists()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        if fresh:
            writer.writeheader()
        writer.writerow({"who": who, "seed": seed, **found})
    print(f"{who}, seed {seed}: {found}", flush=True)


def rows(path):
    """What was found so far."""
    if not path.exists():
        return []
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def table(found):
    """Means in Markdown."""
    lines = ["| | seeds | test accuracy (%) | parameters | seconds of a core | trials |"]
    lines.append("|---|--:|--:|--:|--:|--:|")
    for who in dict.fromkeys(row["who"] for row in found):
        own = [row for row in found if row["who"] == who]
        test = 100 * np.array([float(row["test"]) for row in own])
        error = f" ± {test.std(ddof=1) / len(own) ** 0.5:.1f}" if len(own) > 1 else ""
        means = [np.mean([float(row[name]) for row in own]) for name in COLUMNS[3:]]
        numbers = " | ".join(f"{mean:,.0f}" for mean in means)
        lines.append(f"| {who} | {len(own)} | {test.mean():.1f}{error} | {numbers} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
