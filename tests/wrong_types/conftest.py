"""What is right for each argument of everything public, so that one at a time can be wrong."""

import functools
import inspect
import itertools
import os
from pathlib import Path
from unittest.mock import Mock

import distributed
import joint
import nbformat
import numpy as np
import pandas as pd
import pytest
import relaxed
import shortened
import torch
import wanted
from PIL import Image
from whole import SCHEDULED, SPACES, count

import nbnas as nb
from nbnas.search.benchmark.unit import FRACTION
from nbnas.search.pending import Situation
from nbnas.surrogate.process.diagnosis import diagnose
from nbnas.surrogate.process.fidelity import condition_fidelities
from nbnas.training.networks.network import build_network
from nbnas.training.optimizers.groups import Steps

PARTS = ("train", "val", "test")
STEPS = Steps(0.1, 0.9, 5e-4, outputs=10)


@functools.cache
def arguments():
    """What is right for an argument, by its name."""
    cells = nb.CellSpace().sample(0, 14)
    trials = tuple(nb.Evaluation(a, 0.5 + i / 50, seconds=9) for i, a in enumerate(cells[:12]))
    observations = nb.Observations(trials)
    prior = nb.GaussianProcess()
    posterior = prior.condition(observations)
    mean, stddev = posterior.latent(cells)
    data = nb.digits(200, 200)
    shapes = {"image_shape": (1, 8, 8), "classes": 10, "channels": 2, "cells": 1}
    network = build_network(cells[0], **shapes, generator=torch.Generator())
    candidate = nb.Candidate(cells[0], *[0.5] * 8)
    known = {
        **{"a": cells[0], "b": cells[1], "first": cells[0], "second": cells[1]},
        **{"architecture": cells[0], "architectures": cells, "members": cells[:3], "text": "|"},
        **{"candidates": cells, "pending": (), "indices": (0,) * 6, "factors": (0.5, 2.0)},
        **{"space": SPACES["Subspace"], "distance": nb.HammingDistance(), "rng": 0, "seed": 0},
        **{"n": 1, "m": 2, "k": 1, "number": 1, "epochs": 1, "trials": 1, "share": 0.5},
        **{"observations": observations, "evaluation": trials[0], "evaluations": trials},
        **{"prior": prior, "posterior": posterior, "mean": mean, "stddev": stddev, "best": 0.5},
        **{"candidate": candidate, "acquisition": nb.ExpectedImprovement(), "y": np.array([0.5])},
        "client": Mock(spec=distributed.Client, status="running", asynchronous=False),
        **{"kernel": nb.WeisfeilerLehmanKernel(0), "warp": nb.NormalScores(), "proposal": None},
        **{"strategy": nb.BayesianOptimization(), "objective": count, "recorded": trials[0]},
        **{"situation": Situation(prior, observations, (cells[0],)), "names": ("one",)},
        **{"score": lambda some: np.zeros(len(some)), "peak": 0.1, "step": 1, "steps": 10},
        **{"value": 0.5, "amount": 0.5, "lower": 0.0, "upper": 1.0, "name": "name"},
        **{"data": data, "trainer": nb.Trainer(data, epochs=1), "final": False, "train": 10},
        **{"images": np.zeros((40, 8, 8), np.uint8), "labels": np.arange(40) % 10},
        **{"validation": 10, "classes": 10, "text": "wrong", "namespace": {}},
        **{"search": searched(2), "store": "absent.db", "notebook": "absent.ipynb"},
        **{"output": "output", "measure": nb.ACCURACY, "reason": "because", "runs": {}},
        **{"x": torch.zeros(3, 2), "error": ValueError(), "z": torch.zeros(3), "seeds": (0,)},
        **{"words": (("operation", "nor_conv_3x3"),), "encoding": None, "queries": 1},
        **{"knowledge": nb.Knowledge(("flops",), {a: (float(i),) for i, a in enumerate(cells)})},
        **{"table": nb.BenchmarkTable("value", SPACES["CellSpace"], {cells[0]: 0.5}, FRACTION)},
    }
    own = {"operations": nb.CellSpace().operations, "build": len, "image_shape": (1, 8, 8)}
    own |= {"network": network, "probed": data.train, "strategies": {"random": nb.RandomSearch}}
    return known | own


def picture(k):
    return Image.new("L", (8, 8), k)


@functools.cache
def a_finished_sweep():
    """A notebook with one parameter, its values, and a folder in which it has run with them."""
    folder = Path(os.environ["NBNAS_CACHE"]) / "sweep"
    folder.mkdir(exist_ok=True)
    cell = nbformat.v4.new_code_cell("seed: int = 0", metadata={"tags": ["parameters"]})
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = nbformat.v4.new_notebook(cells=[cell], metadata={"kernelspec": kernel})
    nbformat.write(notebook, folder / "empty.ipynb")
    notebook.metadata["papermill"] = {"parameters": {"seed": 0}, "duration": 1.0}
    nbformat.write(notebook, folder / "seed=0.ipynb")
    return {"notebook": folder / "empty.ipynb", "folder": folder, "grid": {"seed": [0]}}


@functools.cache
def folder_of_pictures():
    """A folder of two classes; it goes with the cache of the tests."""
    root = Path(os.environ["NBNAS_CACHE"]) / "wrong_types"
    for k in range(12):
        (root / "ab"[k % 2]).mkdir(parents=True, exist_ok=True)
        picture(k).save(root / "ab"[k % 2] / f"{k}.png")
    return root


def searched(trials):
    """A search of its own, which may be changed."""
    return nb.Search(SPACES["Subspace"], count, nb.RandomSearch()).run(trials)


@functools.cache
def overrides():
    """What is right for an argument of one callable only, where its name means something else."""
    t = arguments()
    cells, architectures = t["architectures"], {"a": t["architectures"][:2], "b": t["members"]}
    images, labels = t["probed"][0][:4], t["probed"][1][:4]
    numbers = dict.fromkeys(inspect.signature(nb.Candidate).parameters, 0.5)
    report = dict.fromkeys(("epoch", "epochs"), 1)
    frame = pd.DataFrame({"arch_str": [*map(str, cells)], "value": np.linspace(0, 1, len(cells))})
    curves = pd.DataFrame({"run": [1], "epoch": [1], "value": [0.5]})
    results = {"strategies": ("a",), "initial": 1, "optimum": 1.0, "unit": FRACTION}
    results |= {"value": "value"}
    asked = itertools.product(("Benchmark", "Cost", "Goal"), ("traces", "seeds", "trainings"))
    part = (np.zeros((4, 1, 8, 8), np.uint8), np.arange(4))
    return {
        "Architecture": {"nodes": ("input", "output"), "edges": ((0, 1, "x"),), "text": "x"},
        "Architecture.from_json": {"text": cells[0].to_json()},
        **{f"{name}.matrix": architectures for name in dir(nb) if name.endswith("Distance")},
        "Choice": {"options": (16, 32), "ordered": True},
        "ChoiceSpace.decode": {"indices": (0, 1)},
        "RankDistance": {"space": SPACES["ChoiceSpace"]},
        "RankDistance.matrix": dict.fromkeys("ab", SPACES["ChoiceSpace"].sample(0, 2)),
        "GaussianProcess.covariance": architectures,
        "Measure.expected": {"gain": 0.5},
        **shortened.overrides(SPACES["Subspace"], SCHEDULED["fidelities"], t["observations"]),
        **joint.overrides(),
        **wanted.overrides(cells),
        **relaxed.overrides(),
        **dict.fromkeys(("Asha", "Hyperband", "MedianStopping", "SuccessiveHalving"), SCHEDULED),
        "standings": {"strategy": nb.Asha(**SCHEDULED)},
        "TabularObjective": {"name": "table", "values": {str(cells[0]): 0.5}},
        "TabularObjective.from_table": {"source": frame, "value": "value"},
        "GrowingUpperConfidenceBound.beta": {"n": 2, "m": 2},
        "Candidate": numbers | {"architecture": cells[0]},
        "EpochReport": report,
        "JointSpace.join": {"settings": {"rate": 0.1, "kind": 2}, "graph": cells[0]},
        "Layer": {"kind": "conv3x3", "units": 8},
        "Layer.parse": {"label": "conv3x3:8"},
        "Knowledge": {"names": ("flops",), "values": {cells[0]: (1.0,)}},
        "Comparison": {"observations": (t["observations"],)},
        "ImageData": dict.fromkeys(PARTS, part),
        "TextData": {"level": "word", "vocabulary": ("a", "b"), **dict.fromkeys(PARTS, (0, 1))},
        "TextData.decode": {"numbers": (0, 1)},
        "from_text": {"text": "a line of text\n" * 20, "encoding": "utf-8"},
        **{"wikitext2": {"folder": "absent"}, "Baseline.train": {"rates": (1.0,), "test": False}},
        "BenchmarkTable": {"value": "value", "values": {cells[0]: 0.5}, "unit": FRACTION},
        **dict.fromkeys(("BenchmarkResults", "CostResults", "GoalResults"), results),
        "joined_columns": {"table": curves, "other": curves, "columns": ("value",)},
        "joined_curves": {"table": curves, "curves": curves, "value": "value", "epochs": (1,)},
        **{f"{kind}Results.{name}": {"strategy": "random"} for kind, name in asked},
        "Benchmark": {"output": "runs.csv"},
        "Sweep": a_finished_sweep(),
        **{
            name: {"network": t["network"], "images": images, "labels": labels}
            for name in ("nwot", "jacov", "synflow")
        },
        "BayesianOptimization": {"prior": t["prior"]},
        "from_folder": {"path": folder_of_pictures()},
        "from_dataset": {"dataset": [(picture(k), k % 2) for k in range(12)]},
        # What no trainer takes, so that the seed is checked and nothing is trained.
        "Trainer.__call__": {"architecture": member_of("RecurrentSpace")},
        "Trainer.test": {"architecture": member_of("RecurrentSpace")},
        "Trainer.find_learning_rate": {"architecture": member_of("RecurrentSpace")},
        **{
            f"{name}.{method}": right
            for name in ("SGD", "AdamW", "Muon")
            for method, right in {"build": {"steps": STEPS}, "usual": {"text": False}}.items()
        },
        "FrontTable": {
            **{"goals": nb.Goals((nb.ACCURACY, nb.PARAMETERS)), "numbers": (1,)},
            "members": t["evaluations"][:1],
        },
        "figure": {"thing": cells[0]},
        "NamedRecipe": {"when": "Never.", "settings": ()},
        "RangeTest": {"rates": range(1, 11), "losses": (0.5,) * 10},
        "Trainer.for_space": {"space": nb.CellSpace()},
        "RandomPool": {"size": 4, "parents": 2},
        "Evolutionary": {"generations": 1, "children": 2, "start": 2},
        "LocalAscent": {"starts": 1, "steps": 1, "pool": nb.RandomPool(4, 2)},
    }


def made(name):
    """An object of a class: live ones anew each time, as calls change them."""
    if name == "Search":
        return searched(2)
    if name in SPACES:
        return SPACES[name]
    return frozen(name)


@functools.cache
def frozen(name):
    t = arguments()
    results = relaxed.made() | {
        "Baseline": lambda: nb.baselines.lstm,
        "Lineup": lambda: nb.Lineup(("found",), (t["evaluation"],)),
        "Posterior": lambda: t["posterior"],
        "Fidelities": lambda: nb.Fidelities((1, 2)),
        "FidelityPosterior": lambda: condition_fidelities(
            t["prior"], t["posterior"], t["observations"]
        ),
        "EnsemblePosterior": lambda: nb.Ensemble(epochs=1).condition(t["observations"]),
        "LeaveOneOut": lambda: t["posterior"].leave_one_out(),
        "Diagnosis": lambda: diagnose(t["distance"], t["space"], t["evaluations"]),
        "Categorical": lambda: nb.Categorical("sgd", "adamw"),
        "TabularObjective": lambda: nb.TabularObjective("name", {str(t["architecture"]): 0.5}),
        "ZeroCost": lambda: nb.ZeroCost(t["data"], proxies=(nb.synflow,), device="cpu"),
        "Trainer": lambda: nb.Trainer(t["data"], epochs=1, device="cpu"),
    }
    make = results.get(name)
    return make() if make else getattr(nb, name)(**right(name, getattr(nb, name)))


@functools.cache
def member_of(name):
    return SPACES[name].sample(0, 1)[0]


def right(label, function):
    """Arguments with which a call is right; what has a default is left out."""
    name = label.partition(".")[0]
    own = overrides().get(label, {})
    known = arguments() | own
    if name in SPACES and "." in label:
        member = member_of(name)
        known |= {"architecture": member, "text": str(member)}
    if name == "Subspace" and "." not in label:
        known |= {"members": arguments()["members"]}
    parameters = inspect.signature(function).parameters.values()
    return {
        p.name: known.get(p.name, 0.5)  # what is not known is of a result, which says what it is
        for p in parameters
        if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)
        and (p.default is p.empty or p.name in own)
    }


@pytest.fixture(scope="session")
def right_arguments():
    """A function: arguments with which a call is right, by the label of what is called."""
    return right


@pytest.fixture(scope="session")
def make():
    """A function: an object of a class, by its name."""
    return made
