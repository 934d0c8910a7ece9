"""One of everything public says in one line what it is; a study remembers all of it."""

import dataclasses
import inspect
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

import distributed
import numpy as np
import pytest
import torch

import nbnas as nb
from nbnas.brief import LIMIT, cut, full, in_full
from nbnas.graphs.spaces.layers import Layer
from nbnas.search.benchmark.file import Row
from nbnas.search.benchmark.unit import PERCENT
from nbnas.search.fidelities.told import Prediction
from nbnas.surrogate.process.fidelity import condition_fidelities

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
CELLS = nb.CellSpace().sample(0, 12)
CHOICES = nb.ChoiceSpace(width=(16, 32), activation=nb.Choice(("relu", "gelu")))
DISTANCE = nb.HammingDistance()
TRIALS = nb.Observations(tuple(nb.Evaluation(a, 0.5 + i / 30) for i, a in enumerate(CELLS)))
TIMED = tuple(dataclasses.replace(e, seconds=1e6) for e in TRIALS)
REPORTS = tuple(nb.EpochReport(i, 3, val_accuracy=0.1 * i) for i in (1, 2, 3))
CURVES = nb.CurveModel(
    nb.Observations(tuple(dataclasses.replace(e, reports=REPORTS) for e in TRIALS))
)
LOOK = nb.Evaluation(CELLS[0], 0.3, epochs=3)
KNOWN = nb.Knowledge(("parameters",), {a: (float(i),) for i, a in enumerate(CELLS)})
OWN = nb.Operation("relu", lambda channels: torch.nn.ReLU())
BY_DEFAULT = (
    *("CellSpace", "ChainSpace", "CnnSpace", "DagSpace", "RecurrentSpace", "HammingDistance"),
    *("EditDistance", "PathDistance", "WeisfeilerLehmanDistance", "OtmannDistance"),
    *("ExpectedImprovement", "LogExpectedImprovement", "ProbabilityOfImprovement", "Cosine"),
    *("UpperConfidenceBound", "GrowingUpperConfidenceBound", "NoisyExpectedImprovement", "ParEgo"),
    *("ThompsonSampling", "IndependentThompsonSampling", "Automatic", "Exhaustive", "RandomPool"),
    *("Evolutionary", "LocalAscent", "Alternating", "HalfRanks", "Standardized"),
    *("KrigingBeliever", "Fantasies", "LocalPenalization"),
    *("RandomSearch", "RegularizedEvolution", "LocalSearch", "Reinforce", "Tpe", "OneCycle"),
    *("BayesianOptimization", "NormalScores", "NegativeLogError", "OperationEncoding"),
    *("PathEncoding", "Ensemble", "GaussianProcess", "WeisfeilerLehmanKernel", "Measure"),
    *("Darts", "PerturbationSelection", "SinglePathOneShot", "BetaDecay", "AuxiliarySkip"),
    *("LinearDecay", "Warmup", "SGD", "AdamW", "Muon", "ImprovementPerSecond"),
    *("KnowledgeGradient", "MaxValueEntropy", "DartsSpace"),
)


def of_searches(table, tmp_path):
    """What a search, its rounds and its benchmark are made of."""
    search = nb.Search(nb.CellSpace(), table, nb.BayesianOptimization(initial=3), seed=0).run(4)
    proposal, steps = search.ask(), []
    search.stepped.connect(steps.append)
    search.run(5)
    round_ = nb.replay(search, 4)
    why = nb.why(round_.posterior, round_.proposal.candidates[0], DISTANCE)
    space = nb.Subspace(nb.CellSpace(), CELLS)
    shipped = nb.BenchmarkTable("valid", space, dict.fromkeys(CELLS, 90.0), PERCENT)
    random = {"random": nb.RandomSearch, "local search": nb.LocalSearch}
    benchmark = nb.Benchmark(shipped, random, queries=4, seeds=(0,), output=tmp_path / "b.csv")
    rows = tuple(Row("random", 0, q, "x", 90.0, 90.0, 90.0, 0.1) for q in range(1, 5))
    runs = {(name, seed): rows for name in random for seed in (0, 1, 2)}
    results = nb.BenchmarkResults(runs, tuple(random), 4, 2, 90.0, PERCENT, "valid")
    with distributed.Client(n_workers=0, processes=False, dashboard_address=":0") as client:
        dask = nb.DaskWorkers(client, timeout=60, memory="2 GB", devices=["cuda:0"], workers=3)
    with patch("nbnas.search.strategies.vizier.strategy._installed", return_value=True):
        vizier = nb.Vizier()
    return [
        vizier,
        *(search, proposal, proposal.candidates[0], steps[0], round_, why, why.neighbors[0]),
        *(table, space, shipped, benchmark, results, results.best, results.paired),
        nb.CostResults(*(runs, tuple(random), 300, 2, 90.0, PERCENT, "valid"), cost=4.0),
        *(nb.GoalResults(runs, tuple(random), 4, 2, 0.0, PERCENT, "x"), nb.GoalColumn("ms")),
        *(results.clock, nb.simulated(random, 4)["random x 4"]),
        nb.Fidelities(tuple(range(1, 200)), continued=True),
        nb.Looks(TRIALS, nb.Fidelities((3, 12)), (1.0,) * len(TRIALS)),
        nb.Belief(3, LOOK, *[Prediction(LOOK.architecture, 0.5, 0.1)] * 2),
        *schedulers(),
        nb.Comparison(("random", "Bayesian"), (TRIALS, TRIALS)),
        dask,
        nb.LocalWorkers(4, timeout=60, memory="2 GB", devices=["cuda:0", "cuda:1"]),
        nb.Sweep(NOTEBOOKS / "search.ipynb", tmp_path / "sweep", {"seed": range(3)}),
        nb.SweepProgress("seed=0", "failed", 1, 3, None, "ValueError: " + 300 * "x"),
        nb.diagnose(DISTANCE, nb.CellSpace(), TRIALS.evaluations),
        nb.Diagnoses((nb.diagnose(DISTANCE, nb.CellSpace(), TRIALS.evaluations),)),
    ]


def schedulers():
    """Each scheduler, with a strategy and fidelities that take long to say."""
    first, fidelities = nb.CellSpace().sample(0, 30), nb.Fidelities(tuple(range(1, 9)))
    inner = nb.BayesianOptimization(knowledge=KNOWN, first=first)
    kinds = (nb.Asha, nb.Hyperband, nb.MedianStopping, nb.SuccessiveHalving)
    made = [kind(inner, fidelities, 2) for kind in kinds]
    cells = nb.Observations(tuple(nb.Evaluation(a, 0.5, epochs=1) for a in first))
    return [*made, *(nb.standings(each, cells)[0] for each in made)]


def of_models():
    """Priors, posteriors and kernels."""
    prior, kernel = nb.GaussianProcess(), nb.WeisfeilerLehmanKernel(1)
    posterior = prior.fit(TRIALS).condition(TRIALS)
    return [
        condition_fidelities(prior, posterior, TRIALS),
        nb.SecondsModel(nb.Observations(TIMED)),
        *(CURVES, CURVES.predict(())),
        *(prior, posterior, posterior.leave_one_out(), nb.Evidence(prior, TRIALS), KNOWN),
        *(nb.DistanceKernel(DISTANCE), nb.SquaredDistanceKernel(DISTANCE)),
        nb.KnownKernel(nb.MeasuredBy(hash, nb.Measure("hash")).among(CELLS)),
        *(nb.KnowledgeKernel(KNOWN), nb.GaussianProcess(kernel * kernel + kernel, mean=1.0)),
        nb.Ensemble(epochs=2, learning_rate=0.0123456789).condition(TRIALS),
        nb.BayesianOptimization(prior.fit(TRIALS), knowledge=KNOWN),
    ]


def of_trainings():
    """Data, recipes, trainings and what they report."""
    data = nb.digits()
    book = nb.from_text("a line of text\n" * 20, name="a\nlong name " * 30)
    trainer = nb.Trainer(data, epochs=3, schedule=nb.Cosine(), label_smoothing=0.125)
    report = nb.EpochReport(1, 3, 0.1, 0.9, 0.2, 0.8, 0.2, 1.5, 1e3)
    hours = nb.TimeEstimate(1000, 3, (1e6,), at_once=7, limit=9e9)
    steps = nb.StepProfile((("forward", 1e-3),) * 30, 20, 64, memory=10**9, memory_of="it " * 90)
    lost = nb.Evaluation(CELLS[0], None, "failed", error="out\nof memory " * 200)
    scored = nb.Scored(CELLS[0], {"nwot": 1.5, "synflow": 1e30}, 1, 9, 0.1)
    return [
        *(
            data,
            book,
            nb.Trainer(book),
            trainer,
            trainer.start(CELLS[0]),
            report,
            steps,
            hours,
            lost,
        ),
        *(nb.ZeroCost(data), scored, hours),
        *(OWN, nb.CellSpace(("none", OWN), 9), nb.Trainer(data, network=nb.baselines.plain)),
        *(
            nb.baselines.alexnet,
            nb.Lineup(("found",), (lost,)),
            nb.Exported(
                Path("model"), 0.97, (("model.py", 1.0),), 1_000, 2_000, nb.ACCURACY, 0.97
            ),
            nb.Trainer(data, operations=[OWN]),
        ),
        *nb.recipes.known,
        nb.RangeTest(CELLS[0], tuple(range(1, 11)), (2.0,) * 10, 0.1),
        nb.Trainer(nb.digits(), device="cpu").explain_speed(CELLS[0]),
        nb.SpeedChoice("steps", "eager " * 60, "why"),
        *(nb.darts_skeleton(16, 8), nb.DartsSpace().sample(0, 1)[0]),
        *(nb.nas_bench_101_skeleton(), nb.Trainer(data, skeleton=nb.CellSkeleton(65_536, 10_000))),
        nb.RecordedTraining(dataclasses.replace(TRIALS[0], reports=(report,))),
        nb.LiveTraining(CELLS[0], 0, 3),
    ]


def of_relaxations():
    """What a relaxation reports."""
    edges = tuple((str(a), str(b)) for a, b in nb.CellSpace().edges)
    words = nb.CellSpace().words
    weights = nb.CellWeights("cell", edges, words, ((0.2,) * 5,) * 6)
    report = nb.RelaxationReport(1, (weights,), CELLS[0], 0.5, 0.9, 1.0)
    supernet = nb.Supernet(nb.CellSpace(("none", OWN), 9), nb.Trainer(nb.digits(), device="cpu"))
    method = nb.Darts(2, 1000, 1e-5, 1e-4, 10, nb.AuxiliarySkip(0.123456789))
    return [weights, report, supernet, method, supernet.start(method)]


@pytest.fixture(scope="module")
def everything(table, wanted_things, tmp_path_factory):
    large = [nb.CnnSpace().sample(0, 1)[0], nb.RecurrentSpace().sample(0, 1)[0]]
    return [
        *(getattr(nb, name)() for name in BY_DEFAULT if name != "Measure"),
        *(nb.ArchitectureKernel(), nb.View("long " * 60)),
        *(nb.Real(1e-3, 1, log=True), nb.Integer(1, 9), nb.Categorical("sgd", "adamw")),
        *wanted_things,
        *(CHOICES, CHOICES.options[0], nb.RankDistance(CHOICES), *CHOICES.sample(0, 1)),
        *(nb.about(), nb.ACCURACY, nb.Measure("validation perplexity", maximize=False, lower=1)),
        *(CELLS[0], *large, TRIALS, TRIALS[0], Layer("conv3x3", 16), nb.NbnasError("lost")),
        *(nb.explain(DISTANCE, *CELLS[:2]), nb.explain(nb.EditDistance(), *CELLS[:2])),
        *(nb.explain(nb.OtmannDistance(), *nb.CnnSpace().sample(0, 2)), nb.embed(CELLS, DISTANCE)),
        *of_searches(table, tmp_path_factory.mktemp("benchmark")),
        *of_models(),
        *of_trainings(),
        *of_relaxations(),
    ]


def test_everything_says_in_one_line_what_it_is(everything):
    for thing in everything:
        said = repr(thing)
        assert "\n" not in said, said
        assert len(said) <= LIMIT, said
        assert " at 0x" not in said, said
        assert "array(" not in said, said


def test_nothing_public_is_left_out(everything):
    classes = {name for name in dir(nb) if inspect.isclass(getattr(nb, name))}
    public = {name for name in classes if not getattr(getattr(nb, name), "_is_protocol", False)}
    assert {type(thing).__name__ for thing in everything} >= public


def test_what_matters_is_said():
    process = repr(nb.GaussianProcess(nb.WeisfeilerLehmanKernel(2), noise=0.05))
    assert process == "GaussianProcess(noise=0.05, NormalScores(), WeisfeilerLehman(depth=2))"
    strategy = repr(nb.BayesianOptimization(acquisition=nb.UpperConfidenceBound(3), initial=7))
    assert "UpperConfidenceBound(beta=3), initial=7" in strategy
    assert repr(CELLS[0]) == f"Architecture({str(CELLS[0])!r})"
    assert "value=0.5, seconds=" in repr(TRIALS[0])
    trainer = repr(nb.Trainer(nb.digits(), momentum=0.5))
    assert trainer.endswith("10 classes, momentum=0.5)")
    assert repr(nb.Ensemble(width=20)) == "Ensemble(width=20)"


def test_a_text_is_cut_to_one_line():
    assert cut("one\n  line") == "one line"
    assert cut("a" * 11, 10) == "a" * 9 + "…"
    assert cut("a" * 10, 10) == "a" * 10


def test_in_full_all_fields_are_told():
    cell = CELLS[0]
    said = f"Architecture(nodes={cell.nodes!r}, edges={cell.edges!r}, text={cell.text!r})"
    assert full(cell) == said
    assert full((cell, {"x": [cell]})) == f"({said}, {{'x': [{said}]}})"
    kernel = full(nb.DistanceKernel(DISTANCE))
    assert kernel.startswith("DistanceKernel(\n  HammingDistance()\n  (lengthscale_prior): ")
    assert full(nb.Ensemble()).startswith("Ensemble(members=5, encoding=OperationEncoding(")
    with pytest.raises(ZeroDivisionError), in_full():
        1 / 0  # noqa: B018
    assert repr(cell) == f"Architecture({cell.text!r})"


def test_a_study_remembers_all_of_its_settings():
    @dataclasses.dataclass(frozen=True)
    class Fixed:
        """Asks for given architectures, in this order."""

        order: tuple[nb.Architecture, ...] = CELLS[:2]
        weights: tuple[float, ...] = tuple(np.arange(2.0).tolist())

    from nbnas.search.fingerprint import fingerprint

    objective = SimpleNamespace(fingerprint=dict)
    found = fingerprint(nb.CellSpace(), objective, Fixed(), 0)
    assert found["strategy.order"] == f"({full(CELLS[0])}, {full(CELLS[1])})"
    assert found["strategy.order"].count("nodes=") == 2
    assert found["strategy.weights"] == "(0.0, 1.0)"
