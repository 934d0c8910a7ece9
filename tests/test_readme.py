"""What the README says is executed: its example runs, its commands are those that the CI calls."""

import inspect
import re
from pathlib import Path

import pytest
from PIL import Image

import nbnas as nb
from nbnas.training.following.follow import names_of
from nbnas.training.following.words import WORDS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", README, re.DOTALL)
PYTHON = [text for language, text in BLOCKS if language == "python"]


def test_the_first_two_blocks_are_the_two_commands():
    commands = [text.strip() for _, text in BLOCKS[:2]]
    assert commands == [
        "pip install -e . && papermill notebooks/search.ipynb runs/search.ipynb",
        "pip install -e '.[test]' && pytest",
    ]


def test_the_example_runs(tmp_path, monkeypatch, capsys):
    example = PYTHON[0]
    monkeypatch.chdir(tmp_path)
    exec(compile(example, "README.md", "exec"), {})
    value, reason = capsys.readouterr().out.splitlines()
    assert 0.5 < float(value.split()[0]) <= 1
    assert "expected improvement" in reason
    assert len(nb.load_trials("runs/nbnas.db", "first")) == 12


@pytest.mark.parametrize("what", ["nb.ChoiceSpace(", "yield"])
def test_what_is_ones_own_takes_ten_lines(what):
    examples = [text for text in PYTHON if what in text]
    assert examples
    shortest = min(len([line for line in text.splitlines() if line]) for text in examples)
    assert shortest <= 10


def test_a_search_looks_before_it_trains(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # it has a store
    (example,) = (text for text in PYTHON if "nb.Fidelities((1, 6)" in text)
    exec(compile(example, "README.md", "exec"), {})
    value, spent, full = map(float, capsys.readouterr().out.split())
    assert 0.3 < value <= 1
    assert 5 < spent <= 6
    assert 1 <= full <= 2


def test_a_scheduler_decides_how_far_to_train(capsys):
    (example,) = (text for text in PYTHON if "nb.Asha(" in text)
    exec(compile(example, "README.md", "exec"), {})
    first, *standings = capsys.readouterr().out.splitlines()
    value, full, trials = map(float, first.split())
    assert 0.7 < value <= 1
    assert 3 <= full < trials / 3
    assert len(standings) == 3
    assert {line.split()[0] for line in standings} <= {"waiting", "trained"}


def test_a_search_wants_several_measures_within_a_limit(capsys):
    (example,) = (text for text in PYTHON if "nb.front_table(" in text)
    names = {}
    exec(compile(example, "README.md", "exec"), names)
    *rows, volume = capsys.readouterr().out.splitlines()
    assert rows[0].split() == ["trial", "validation", "accuracy", "parameters"]
    sizes = [float(row.split()[-1]) for row in rows[1:]]
    assert sizes == sorted(sizes)
    assert 0 < max(sizes) <= 1_000
    assert float(volume) > 0
    assert len(names["members"]) == len(names["search"].front)


def test_a_search_by_improvement_per_second_knows_what_trainings_take():
    (example,) = (text for text in PYTHON if "nb.ImprovementPerSecond(" in text)
    names = {}
    exec(compile(example, "README.md", "exec"), names)
    costs = names["table"].costs
    truth = [costs[str(cell)] for cell in nb.CellSpace().sample(1, 3)]
    assert all(0.4 < told / seen < 2.5 for told, seen in zip(names["mean"], truth, strict=True))


def test_settings_are_searched_together_with_the_architecture(capsys):
    (example,) = (text for text in PYTHON if "nb.JointSpace(" in text)
    names = {}
    exec(compile(example, "README.md", "exec"), names)
    settings, same = capsys.readouterr().out.splitlines()
    rate = float(settings.split()[0])
    assert 1e-2 <= rate <= 1
    assert f"'learning_rate': {rate!r}" in settings
    assert same == "True True"
    assert len(names["search"].observations) == 6
    told = README.split("A `Trainer` follows settings by their names:")[1].split("and by words")[0]
    named = {*re.findall(r"`(\w+)`", told)}
    trainers = (nb.Trainer(nb.digits()), nb.Trainer(nb.from_text("some text " * 99)))
    assert named == {*names_of(trainers[0]), *names_of(trainers[1])} - {*WORDS}


def test_the_size_of_a_skeleton_is_that_of_what_it_trains(capsys):
    (example,) = (text for text in PYTHON if "nb.CellSkeleton(" in text)
    exec(compile(example, "README.md", "exec"), {})
    own, benchmark = capsys.readouterr().out.splitlines()
    told, trained = re.search(r"parameters=(\d+), .* (\d+)$", own).groups()
    assert told == trained
    assert benchmark == "Size(parameters=344346, multiply_adds=47104650)"


def test_recipes_train_and_the_range_test_suggests_a_rate(capsys):
    (example,) = (text for text in PYTHON if "nb.recipes.quick(" in text)
    names = {}
    exec(compile(example, "README.md", "exec"), names)
    values, found = capsys.readouterr().out.splitlines()
    quick, strong = map(float, values.split())
    assert 0.5 < quick < strong
    told = re.match(r"RangeTest\(suggestion=([\d.]+), 100 steps from", found)
    assert 0.0002 < float(told.group(1)) < 10
    assert (names["quick"].epochs, names["strong"].patience) == (4, 5)


def test_recipes_that_it_names_are_those_there_are():
    known = {recipe.name for recipe in nb.recipes.known}
    named = {*re.findall(r"`nb\.recipes\.(\w+)`", README)}
    assert named == known
    settings = README.split("what else recipes are made of: ")[1].split(".")[0]
    taken = inspect.signature(nb.Trainer).parameters
    assert {*re.findall(r"`(\w+)`", settings)} <= taken.keys()


@pytest.mark.slow
def test_a_space_and_a_network_of_ones_own_are_searched(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (example,) = (text for text in PYTHON if "network=build" in text)
    names = {}
    exec(compile(example, "README.md", "exec"), names)
    search = names["search"]
    assert [e.error for e in search.observations] == [None] * 12
    assert len({*search.observations.architectures}) == 12
    assert capsys.readouterr().out.strip() == repr(search.best)
    assert search.best.value > 0.9
    assert search.best.architecture["width"] in (8, 16, 32)


def test_many_workers_share_a_search(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (example,) = (text for text in PYTHON if "LocalWorkers" in text)
    names = {}
    exec(compile(example, "README.md", "exec"), names)
    search = names["search"]
    assert [e.status for e in search.observations] == ["completed"] * 13
    assert len({e.origin.worker for e in search.observations}) == 2
    assert (tmp_path / "runs" / "many.db").exists()


@pytest.mark.slow
def test_the_workers_of_a_dask_client_share_a_search(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (example,) = (text for text in PYTHON if "LocalCluster(" in text)
    names = {"__name__": "__main__"}
    exec(compile(example, "README.md", "exec"), names)
    search, client = names["search"], names["client"]
    client.close()
    client.cluster.close()
    assert [e.status for e in search.observations] == ["completed"] * 5


def test_a_loop_of_ones_own_is_an_objective(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (example,) = (text for text in PYTHON if "yield" in text)
    names = {}
    exec(compile(example, "README.md", "exec"), names)
    said = capsys.readouterr().out
    assert re.match(r"Evaluation\(depth=\d width=\d+, value=0\.[89]\d+, epochs=20", said), said


def test_own_operations_are_searched_and_compared(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (example,) = (text for text in PYTHON if "nb.Operation(" in text)
    names = {}
    exec(compile(example, "README.md", "exec"), names)
    assert len(names["search"].observations.completed) == 6
    said = (
        r"found: [\d.]+ % with .* parameters; plain: [\d.]+ % with 9,610; LeNet-5: .* % with .* M"
    )
    assert re.fullmatch(said, capsys.readouterr().out.strip())


def test_a_table_of_results_is_searched(capsys):
    (example,) = (text for text in PYTHON if "from_table" in text)
    exec(compile(example, "README.md", "exec"), {})
    assert capsys.readouterr().out.split() == ["96.3", "3.2", "0.0"]


def test_a_folder_of_pictures_is_a_data_set(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for k in range(20):
        folder = tmp_path / "pets" / ("cat", "dog")[k % 2]
        folder.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (12, 12), (k, 2 * k, 3 * k)).save(folder / f"{k}.png")
    names = {}
    (block,) = (text for text in PYTHON if "from_folder" in text)
    exec(compile(block, "README.md", "exec"), names)
    said, shape = capsys.readouterr().out.splitlines()
    assert said.startswith("pets: 12 train, 4 validation, 4 test images of 3×12×12, 2 classes")  # noqa: RUF001
    assert shape == "('cat', 'dog') (3, 12, 12)"
    cell = nb.CellSpace().sample(0, 1)[0]
    assert names["trainer"](cell).status == "completed"


def test_every_file_it_names_is_there():
    for path in re.findall(r"\]\(([^)#]+)\)", README) + re.findall(r"`([\w/.]+/[\w.]+)`", README):
        if not path.startswith(("http", "runs/")):
            assert (ROOT / path).exists(), path


def test_parameters_of_its_commands_exist():
    import papermill

    commands = re.findall(r"papermill (notebooks/\w+\.ipynb) ((?:.*\\\n)*.*)", README)
    assert {path for path, _ in commands} >= {
        "notebooks/search.ipynb",
        "notebooks/benchmark.ipynb",
    }
    for path, rest in commands:
        known = papermill.inspect_notebook(str(ROOT / path))
        assert set(re.findall(r"-p (\w+) ", rest)) <= set(known)
    assert [rest.count("-p ") for path, rest in commands if "benchmark" in path] == [5, 7, 6, 9]


def test_a_learning_curve_says_how_it_will_end():
    (example,) = (text for text in PYTHON if "nb.CurveModel(" in text)
    known = {}
    exec(compile(example, "README.md", "exec"), known)
    assert (len(known["begun"]), known["found"].epochs) == (6, 12)
    assert 0 < known["mean"] < 1
    assert known["stddev"] > 0


@pytest.mark.slow
def test_information_decides_how_far_to_train(capsys):
    (example,) = (text for text in PYTHON if "acquisition=nb.MaxValueEntropy()" in text)
    exec(compile(example, "README.md", "exec"), {})
    said = capsys.readouterr().out
    assert 0.5 < float(said.split()[0]) <= 1
    assert "tells most of full results for its cost" in said
