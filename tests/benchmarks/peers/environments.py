"""Make the virtual environments of peers, one each, since their pins contradict each other.

python tests/benchmarks/peers/environments.py optuna smac --folder runs/peers

Plain `venv` and pip. What is finished is kept, so that the command can be given again after a
kill; an environment whose pins have changed is made anew. --torch-of PYTHON links the torch of
another environment instead of installing it again, which saves some 5 GB for each of ax, neps and
auto-keras.
"""

import argparse
import importlib.metadata
import json
import shutil
import subprocess
import sys
import venv
from pathlib import Path

# The first is the peer; versions are those that the page docs/peers.md was measured with.
ENVIRONMENTS = {
    "optuna": ("optuna==5.0.0", "scipy", "torch"),
    # Vizier pins equinox 0.11.7, which needs a part of jax that version 0.6 took out.
    "vizier": ("google-vizier[jax]==0.1.24", "jax==0.5.3", "jaxlib==0.5.3"),
    "ax": ("ax-platform==1.3.1",),
    "smac": ("smac==2.4.1",),
    "neps": ("neural-pipeline-search==0.17.0",),
    "syne-tune": ("syne-tune==0.16.0",),
    "dehb": ("dehb==0.1.2",),
    # KerasTuner imports six and does not ask for it; auto-keras gives Keras a number of classes
    # that is numpy's, which a later Keras refuses.
    "auto-keras": ("autokeras==3.0.0", "keras==3.10.0", "keras-tuner==1.4.8", "six", "torch"),
}
READY = "ready.json"  # in an environment: the pins with which it was finished
TORCH = ("torch", "torchvision", "triton", "nvidia-", "cuda-")  # what comes with it
LINKS = """
import importlib.metadata, json, pathlib, sys
found = {}
for one in importlib.metadata.distributions():
    name = one.metadata["Name"].lower()
    if name.startswith(tuple(json.loads(sys.argv[1]))):
        tops = {f.parts[0] for f in one.files or () if f.parts[0] not in ("..", "__pycache__")}
        found[f"{name}=={one.version}"] = [str(one.locate_file(top)) for top in sorted(tops)]
print(json.dumps(found))
"""


def parser():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="; ".join(ENVIRONMENTS))
    parser.add_argument("--folder", default="runs/peers", help="where they are, one below it each")
    parser.add_argument("--torch-of", help="a Python whose torch is linked")
    return parser


def main(words=None):
    given = parser().parse_args(words)
    for name in given.names or ENVIRONMENTS:
        if name not in ENVIRONMENTS:
            sys.exit(f"expected environments out of {'; '.join(ENVIRONMENTS)}, got {name}")
        place = Path(given.folder) / name
        if not ready(place, name):
            make(place, ENVIRONMENTS[name], given.torch_of)
            print(f"{name}: {size(place):,} MB in {place}", flush=True)


def ready(place, name):
    """Whether an environment is finished, with the pins of today."""
    mark = place / READY
    return mark.is_file() and json.loads(mark.read_text()) == list(ENVIRONMENTS[name])


def make(place, requirements, torch_of=None):
    """Make an environment, from nothing."""
    shutil.rmtree(place, ignore_errors=True)
    venv.create(place, with_pip=True)
    words = ["install", "--disable-pip-version-check", "--quiet", *requirements]
    if torch_of is not None:
        words += ["--constraint", str(link_torch(place, torch_of)), "torch", "torchvision"]
    subprocess.run([python_in(place), "-m", "pip", *words], check=True)
    (place / READY).write_text(json.dumps(list(requirements)))


def link_torch(place, python):
    """Link another environment's torch, and write pins that keep pip from writing into it."""
    words = [python, "-c", LINKS, json.dumps(TORCH)]
    told = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    (packages,) = place.glob("lib/python*/site-packages")
    for paths in json.loads(told).values():
        for path in map(Path, paths):
            link = packages / path.name
            if not link.is_symlink():
                link.symlink_to(path)
    pins = place / "torch.txt"
    pins.write_text("\n".join(json.loads(told)))
    return pins


def python_in(place):
    """The Python of an environment."""
    return str(Path(place) / "bin" / "python")


def python_of(folder, name):
    """The Python that has a peer: of its environment, or this one; `None` where neither has."""
    place = Path(folder) / name
    if ready(place, name):
        return python_in(place)
    package, _, version = ENVIRONMENTS[name][0].partition("==")
    try:
        found = importlib.metadata.version(package.partition("[")[0])
    except importlib.metadata.PackageNotFoundError:
        return None
    return sys.executable if found == version else None


def version_of(name):
    """The peer of an environment with its version."""
    package, _, version = ENVIRONMENTS[name][0].partition("==")
    return f"{package.partition('[')[0]} {version}"


def size(place):
    """Megabytes on disk; what is linked does not count."""
    files = (path for path in Path(place).rglob("*") if not path.is_symlink() and path.is_file())
    return sum(path.stat().st_size for path in files) // 1_000_000


if __name__ == "__main__":
    main()
