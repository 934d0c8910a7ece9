import dataclasses

import papermill
import pytest

from nbnas import benchmarks
from nbnas.benchmarks import digits_trainer
from nbnas.errors import SettingError
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.notebook.recipes import in_skeleton
from nbnas.notebook.search import read_parameters
from nbnas.notebook.spaces import SPACES
from nbnas.search.search import Search
from nbnas.search.strategies.bayesian import BayesianOptimization
from nbnas.search.strategies.random import RandomSearch
from nbnas.surrogate.acquisition.improvement import UpperConfidenceBound
from nbnas.training.networks.skeleton.skeleton import (
    nas_bench_101_skeleton,
    nas_bench_201_skeleton,
)

GOOD = {
    "data": "digits",
    "space": "",
    "settings": "",
    "objective": "",
    "network": "",
    "skeleton": "",
    "optimizer": "",
    "strategy": "bayes",
    "kernel": "",
    "acquisition": "",
    "measure": "",
    "size": 0,
    "validation": 0,
    "trials": 30,
    "budget": 0,
    "initial": 0,
    "warm_start": True,
    "epochs": 0,
    "fidelities": "",
    "scheduler": "",
    "cost": 0,
    "goals": "",
    "limits": "",
    "seed": 0,
    "device": "cpu",
    "workers": 0,
    "store": "runs/nbnas.db",
    "study": "",
    "compare": True,
    "export": "",
}
FIRST_RECIPE = {
    "epochs": "12",
    "batch_size": "64",
    "learning_rate": "0.2",
    "schedule": "OneCycle(warmup=0.3)",
    "momentum": "0.9",
    "weight_decay": "0.0005",
    "label_smoothing": "0",
    "channels": "8",
    "cells": "1",
    "augment": "None",
    "threads": "1",
    "mixed_precision": "None",
}


def test_good_parameters_become_objects():
    chosen = read_parameters(GOOD | {"acquisition": "ucb", "kernel": "wl", "initial": 4})
    strategy = chosen.make_strategy()
    assert isinstance(strategy, BayesianOptimization)
    assert strategy.initial == 4
    assert strategy.acquisition == UpperConfidenceBound()
    assert isinstance(read_parameters(GOOD | {"strategy": "random"}).make_strategy(), RandomSearch)
    trainer = read_parameters(GOOD | {"epochs": 3}).make_objective()
    assert (trainer.epochs, trainer.data.name) == (3, "digits")


def test_what_was_the_default_once_opens_its_studies_by_its_word(tmp_path):
    """Study and recipe of `-p data digits` are those of the first versions, word by word."""
    named, store = "digits-12-epochs-seed-0-wl+hamming-logei", str(tmp_path / "s.db")
    chosen = read_parameters(GOOD | {"store": store})
    assert chosen.study_name == f"{named}-7-initial"
    assert not (tmp_path / "s.db").exists()  # nothing is begun by looking for it
    before = dataclasses.replace(chosen.make_strategy(), initial=10, spread=False)
    Search(CellSpace(), chosen.make_objective(), before, store=store, study=f"{named}-10-initial")
    chosen = read_parameters(GOOD | {"store": store})
    assert (chosen.study_name, chosen.initial) == (f"{named}-10-initial", 10)
    again = Search(
        CellSpace(), chosen.make_objective(), chosen.make_strategy(), store=store,
        study=chosen.study_name,
    )  # fmt: skip
    assert not again.strategy.spread
    fresh = read_parameters(GOOD | {"store": store, "seed": 1})
    assert fresh.study_name.endswith("-7-initial")
    assert chosen.baseline_name == "digits-12-epochs-seed-0-random"
    remembered = chosen.make_objective().fingerprint()
    assert remembered.pop("data").startswith("digits ")
    assert remembered == FIRST_RECIPE


def test_a_skeleton_takes_the_place_of_channels_and_cells():
    chosen = read_parameters(GOOD | {"skeleton": "nas-bench-201"})
    trainer = chosen.make_objective()
    assert trainer.skeleton == nas_bench_201_skeleton()
    assert "digits-nas-bench-201-12-epochs" in chosen.study_name
    (said,) = (c for c in chosen.choices(trainer) if c.what == "network of cells")
    assert said.chosen.endswith("5 cells, 16, 32 and 64 channels")
    (usual,) = (c for c in read_parameters(GOOD).choices(trainer_of(GOOD)) if c.what == said.what)
    assert usual.chosen.endswith("1 cells, 8 and 16 channels")
    assert in_skeleton({"epochs": 3, "channels": 16, "cells": 2}, "nas-bench-101") == {
        "epochs": 3,
        "skeleton": nas_bench_101_skeleton(),
    }


def trainer_of(parameters):
    return read_parameters(parameters).make_objective()


def test_all_is_known_of_the_protocol_and_of_nothing_else():
    known = GOOD | {"data": "nas-bench-digits"}
    protocol = read_parameters(known)
    assert protocol.make_objective().fingerprint() == digits_trainer().fingerprint()
    assert protocol.read_truths() == benchmarks.digits().values
    other = read_parameters(known | {"epochs": 3})
    assert other.make_objective().trainer.epochs == 3
    assert not other.read_truths()
    assert not read_parameters(GOOD).read_truths()
    assert protocol.study_name != read_parameters(GOOD).study_name


def test_the_protocol_needs_no_gpu(monkeypatch):
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    monkeypatch.setattr("torch.cuda.device_count", lambda: 1)
    with pytest.raises(SettingError, match="device: expected auto or cpu for nas-bench-digits"):
        read_parameters(GOOD | {"data": "nas-bench-digits", "device": "cuda"})
    assert read_parameters(GOOD | {"device": "cuda"}).device == "cuda"


@pytest.mark.parametrize("kernel", SPACES["cells"].kernels)
def test_every_kernel_word_gives_a_prior(kernel):
    prior = read_parameters(GOOD | {"kernel": kernel}).make_strategy().prior
    assert prior.sample(CellSpace().sample(0, 6), rng=0, k=2).shape == (2, 6)


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("data", "mnist", "nas-bench-digits, digits, cifar10, or the path .* there is no mnist"),
        ("strategy", "bo", "bayes, random, evolution, local-search, reinforce, tpe, bananas"),
        ("kernel", 3, r"wl\+hamming, wl\+edit, .*empty to choose it"),
        ("optimizer", "adam", "sgd, adamw, muon.*empty to choose it"),
        ("skeleton", "small", "nas-bench-201, nas-bench-101.*empty to choose it"),
        ("acquisition", "EI", "logei, ei, pi, ucb"),
        ("trials", 0, "at least 1"),
        ("trials", "thirty", "whole number"),
        ("trials", True, "whole number"),
        ("initial", 1, "at least 2"),
        ("epochs", 1.5, "whole number"),
        ("seed", -1, "at least 0"),
        ("device", "gpu", "auto, cpu"),
        ("store", "", "a path or an SQLAlchemy URL"),
        ("study", None, "a text"),
        ("compare", "perhaps", "true or false"),
    ],
)
def test_a_wrong_value_says_what_is_allowed(name, value, allowed):
    with pytest.raises(SettingError, match=f"{name}: .*{allowed}"):
        read_parameters(GOOD | {name: value})


def test_all_faults_are_named_at_once():
    faulty = {k: v for k, v in GOOD.items() if k != "seed"} | {"trials": -1, "kernel": "x"}
    with pytest.raises(SettingError) as caught:
        read_parameters(faulty)
    assert all(name in str(caught.value) for name in ("seed is missing", "trials", "kernel"))


def test_papermill_says_false_as_a_word():
    assert read_parameters(GOOD | {"compare": "false"}).compare is False
    assert read_parameters(GOOD | {"compare": "True"}).compare is True


def test_an_unknown_name_is_found_in_the_cell_that_papermill_adds():
    cells = ["", "trials: int = 30", "# Parameters\ntrails = 3\nseed = 1\n", "import nbnas"]
    with pytest.raises(SettingError, match="unknown parameter trails; there are data"):
        read_parameters({**GOOD, "trails": 3, "In": cells})
    assert read_parameters({**GOOD, "In": [*cells[:2], "# Parameters\nseed = 1"]}).seed == 0


@pytest.mark.parametrize("how", ["injected", "in the cell"])
def test_the_old_word_for_data_names_the_new_one(how):
    cells = ["", "# Parameters\ndataset = 'digits'\n"]
    old = {"dataset": "digits", "In": cells if how == "injected" else []}
    rest = GOOD if how == "injected" else {k: v for k, v in GOOD.items() if k != "data"}
    with pytest.raises(SettingError, match=r"dataset is called data now: .* as in -p data digits"):
        read_parameters(rest | old)


def test_a_name_that_a_person_gives_to_something_else_is_no_parameter():
    assert read_parameters(GOOD | {"dataset": object()}).data.word == "digits"


def test_studies_are_named_after_their_settings():
    one, other = read_parameters(GOOD), read_parameters(GOOD | {"seed": 1})
    assert one.study_name != other.study_name
    assert one.study_name != one.baseline_name
    named = read_parameters(GOOD | {"study": "mine"})
    assert (named.study_name, named.baseline_name) == ("mine", "mine-random")
    random = read_parameters(GOOD | {"strategy": "random"})
    assert random.study_name == random.baseline_name == one.baseline_name


def test_the_store_is_found_from_the_notebooks_folder_too(tmp_path, monkeypatch):
    (tmp_path / "runs").mkdir()
    (tmp_path / "notebooks").mkdir()
    monkeypatch.chdir(tmp_path)
    assert read_parameters(GOOD).store == "runs/nbnas.db"
    monkeypatch.chdir(tmp_path / "notebooks")
    assert read_parameters(GOOD).store == "../runs/nbnas.db"
    url = "postgresql://u@h/d"
    assert read_parameters(GOOD | {"store": url}).store == url
    monkeypatch.chdir("/")
    assert read_parameters(GOOD).store == "runs/nbnas.db"


def test_the_notebooks_own_parameters_are_the_checked_ones(request):
    path = request.config.rootpath / "notebooks" / "search.ipynb"
    listed = papermill.inspect_notebook(str(path))
    assert list(listed) == list(GOOD)
    assert all(p["inferred_type_name"] != "None" and p["help"] for p in listed.values())


def test_workers_are_processes_and_none_is_this_one():
    assert read_parameters(GOOD).workers is None
    assert read_parameters(GOOD | {"workers": 3}).workers == 3
    with pytest.raises(SettingError, match="workers: expected a whole number of at least 1"):
        read_parameters(GOOD | {"workers": -1})


def test_settings_are_searched_beside_the_architecture():
    given = {"settings": "learning_rate=real(1e-2,1,log) cells=integer(1,2)", "epochs": 1}
    parameters = read_parameters(GOOD | given)
    objective = parameters.make_objective()
    space = parameters.make_space(objective)
    assert repr(space).startswith("JointSpace(CellSpace(")
    assert space.names == ("cells", "learning_rate")
    assert "with-learning_rate-cells" in parameters.study_name
    assert objective.for_space(space) is not None
    assert parameters.make_strategy(objective).first == ()
    assert read_parameters(GOOD | {"data": "nas-bench-digits"} | given).read_truths() == {}
    wrong = read_parameters(GOOD | {"settings": "rate=real(0,1)"})
    with pytest.raises(SettingError, match="did you mean"):
        wrong.make_objective().for_space(wrong.make_space(None))
    with pytest.raises(SettingError, match="settings: expected settings such as"):
        read_parameters(GOOD | {"settings": "learning_rate"})
