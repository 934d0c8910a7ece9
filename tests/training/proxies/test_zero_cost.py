import gzip
import math
from itertools import count

import numpy as np
import pandas as pd
import pytest
import torch
from scipy.stats import spearmanr

from nbnas.errors import ArchitectureError, SettingError, TrainingError
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.spaces.cell import CellSpace, cell
from nbnas.graphs.spaces.chain.space import ChainSpace
from nbnas.graphs.spaces.cnn.space import CnnSpace
from nbnas.graphs.spaces.dag.space import DagSpace
from nbnas.graphs.spaces.recurrent.space import RecurrentSpace
from nbnas.training.data.images import digits, from_arrays
from nbnas.training.networks.network import build_network
from nbnas.training.networks.normalize import normalizing
from nbnas.training.proxies import zero_cost as module
from nbnas.training.proxies.scores import flops, grad_norm, jacov, nwot, params, snip, synflow
from nbnas.training.proxies.zero_cost import Scored, ZeroCost

ALL = (nwot, jacov, synflow, snip, grad_norm, params, flops)
CELLS = CellSpace().sample(0, 5)


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    images = rng.normal(size=(90, 2, 6, 6))
    return from_arrays("toy", images, np.arange(90) % 3, train=50, validation=20)


def scorer(data, **settings):
    return ZeroCost(data, **{"batch": 10, "channels": 4, "device": "cpu", **settings})


def test_scores_are_those_of_a_freshly_built_network(data):
    architecture = CELLS[1]
    scores = scorer(data, seed=3, cells=2, proxies=ALL)(architecture)
    network = build_network(
        architecture,
        image_shape=(2, 6, 6),
        classes=3,
        channels=4,
        cells=2,
        generator=torch.Generator().manual_seed(3),
    )
    chosen = torch.randperm(50, generator=torch.Generator().manual_seed(3))[:10]
    images, labels = normalizing(data)(data.train[0][chosen]), data.train[1][chosen]
    assert list(scores.items()) == [(p.__name__, p(network, images, labels)) for p in ALL]


def test_scores_depend_on_the_seed_and_on_nothing_else(data):
    torch.manual_seed(1)
    before = torch.random.get_rng_state()
    zero_cost = scorer(data)
    scores = [zero_cost(a) for a in CELLS]
    assert torch.equal(before, torch.random.get_rng_state())
    torch.manual_seed(2)
    assert [scorer(data, seed=np.int64(0))(a) for a in reversed(CELLS)] == scores[::-1]
    other = [scorer(data, seed=1)(a) for a in CELLS]
    assert all(a["nwot"] != b["nwot"] for a, b in zip(scores, other, strict=True))
    assert all(a["flops"] == b["flops"] for a, b in zip(scores, other, strict=True))


def test_threads_are_set_for_scoring_only(data):
    seen = []

    def threads(network, images, labels):
        seen.append((torch.get_num_threads(), len(images), labels.dtype))
        return 0

    before = torch.get_num_threads()
    assert scorer(data, threads=before + 1, proxies=(threads,))(CELLS[0]) == {"threads": 0.0}
    assert seen == [(before + 1, 10, torch.int64)]
    assert torch.get_num_threads() == before


@pytest.mark.parametrize("space", [DagSpace(), ChainSpace(), CnnSpace(image_size=8)], ids=type)
def test_other_spaces_have_scores_too(space):
    zero_cost = scorer(digits(), proxies=ALL)
    scores = [zero_cost(architecture) for architecture in space.sample(0, 4)]
    assert all(math.isfinite(value) for found in scores for value in found.values())
    assert all(found["nwot"] > 0 and found["params"] > 0 for found in scores)
    assert len({found["synflow"] for found in scores}) > 2


def test_a_cell_without_a_path_has_scores(data):
    scores = scorer(data)(cell(["none"] * 6))
    assert scores["synflow"] == 0
    assert scores["jacov"] == pytest.approx(-math.log(10 * (math.log(1e-5) + 1e5)))


def test_progress_tells_the_time_of_scoring_only(data, monkeypatch):
    clock = count()
    monkeypatch.setattr(module.time, "perf_counter", lambda: float(next(clock)))
    zero_cost = scorer(data)
    found = []
    for scored in zero_cost.score_all(iter(CELLS)):
        next(clock)  # somebody takes a second to look at it
        found.append(scored)
    assert [scored.architecture for scored in found] == list(CELLS)
    assert [scored.scores for scored in found] == [zero_cost(a) for a in CELLS]
    assert [(s.number, s.total, s.seconds) for s in found] == [(n, 5, n) for n in range(1, 6)]
    assert [scored.seconds_left for scored in found] == [4, 3, 2, 1, 0]
    assert list(zero_cost.score_all([])) == []


def test_seconds_left_are_in_proportion():
    assert Scored(CELLS[0], {}, number=2, total=10, seconds=3.0).seconds_left == 12


def test_architectures_are_scored_when_asked_for(data):
    seen = []

    def asked(network, images, labels):
        seen.append(network)
        return 1.0

    rounds = scorer(data, proxies=(asked,)).score_all(CELLS)
    assert seen == []
    next(rounds)
    assert len(seen) == 1


def test_a_failing_proxy_is_named_with_its_cell(data):
    def broken(network, images, labels):
        raise ZeroDivisionError("by nothing")

    with pytest.raises(TrainingError, match=r"nor_conv.*batch=10.*ZeroDivisionError: by nothing"):
        scorer(data, proxies=(broken,))(cell(["nor_conv_1x1"] * 6))


def test_want_of_memory_says_what_to_lower(data):
    with pytest.raises(TrainingError, match=r"channels=10000000 .*memory.*lower one of them"):
        scorer(data, channels=10**7)(cell(["nor_conv_1x1"] * 6))


@pytest.mark.parametrize("value", [math.nan, -math.inf, None, "a word"])
def test_a_proxy_must_give_a_finite_number(data, value):
    def odd(network, images, labels):
        return value

    with pytest.raises(TrainingError, match=r"finite scores, got \{'odd'|float\(\)|to float"):
        scorer(data, proxies=(nwot, odd))(CELLS[0])


def test_other_architectures_are_refused(data):
    strange = Architecture(("input", "output"), ((0, 1, "conv_5x5"),), "strange")
    with pytest.raises(ArchitectureError, match="conv_5x5"):
        scorer(data)(strange)
    with pytest.raises(SettingError, match="recurrent cell"):
        scorer(data)(RecurrentSpace().sample(0, 1)[0])


@pytest.mark.parametrize(
    "setting",
    [
        {"data": "digits"},
        {"batch": 1},
        {"batch": 51},
        {"batch": 2.0},
        {"seed": -1},
        {"seed": True},
        {"seed": 2**63},
        {"channels": 0},
        {"cells": 0},
        {"threads": 0},
        {"proxies": ()},
        {"proxies": nwot},
        {"proxies": (nwot, nwot)},
        {"proxies": ("nwot",)},
        {"proxies": (lambda *_: 0.0, lambda *_: 1.0)},
        {"device": "gpu"},
    ],
    ids=lambda setting: next(iter(setting)),
)
def test_wrong_settings_are_named(data, setting):
    with pytest.raises(SettingError, match=next(iter(setting))):
        ZeroCost(**{"data": data, "batch": 10, **setting})


def test_ranks_agree_with_the_published_ones(nb201, nb201_path):
    path = nb201_path.with_name("nb201_zerocost_cifar10.csv.gz")
    with gzip.open(path, "rt", encoding="utf-8") as file:
        published = pd.read_csv(file).merge(nb201, on="arch_index").sample(70, random_state=0)
    cells = [CellSpace().parse(text) for text in published["arch_str"]]
    ours = pd.DataFrame(
        found.scores for found in ZeroCost(digits(), device="cpu").score_all(cells)
    )
    theirs = {"params": "params_m", "flops": "flops_m"}
    agreement = {p: spearmanr(ours[p], published[theirs.get(p, p)]).statistic for p in ours}
    least = {"params": 0.99, "flops": 0.97, "synflow": 0.95, "nwot": 0.85, "jacov": 0.4}
    assert all(agreement[proxy] > value for proxy, value in least.items()), agreement
    accuracy = {p: spearmanr(ours[p], published["c10_valid_200"]).statistic for p in ours}
    assert min(accuracy["nwot"], accuracy["synflow"]) > 0.5
