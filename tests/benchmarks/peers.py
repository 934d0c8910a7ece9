"""Other people's searches over fidelities, each by its own package, on a table of nbnas.

A peer is a function of a `Course` and a seed that asks the course for values until the course has
cost what it may. An architecture is a row of categorical choices to all of them, six for a cell of
NAS-Bench-201. Each has the defaults of its package, but for what the table fixes: the epochs of a
look and of a full training.

References:
    Li et al., A system for massively parallel hyperparameter tuning (ASHA), MLSys 2020. Li et al.,
    Hyperband, JMLR 18, 2018. Akiba et al., Optuna, KDD 2019. Awad, Mallik and Hutter, DEHB,
    IJCAI 2021. Lindauer et al., SMAC3, JMLR 23, 2022.
"""

import importlib.metadata
import math
import tempfile
import warnings

from nbnas.errors import ArchitectureError, DataError
from nbnas.graphs.spaces.choices import categorical
from nbnas.records import Evaluation
from nbnas.search.benchmark.compare import Query
from nbnas.search.fidelities.costs import cost_of_next

ASKS = 20_000  # of a run; answers that are known cost nothing, so that a run might never end
FAILED = -1e9  # the gain of a training that failed, for packages that want a number


class Over(Exception):
    """A run has cost what it may, or asks for nothing new any more."""


class Course:
    """What a peer asks for values: it counts what they cost, and remembers them.

    A look costs its part of a full training, which costs 1, also after a look of the same
    architecture where each is a training of its own. What was asked before is told again for
    nothing, which nbnas's strategies never ask for.
    """

    def __init__(self, table, cost):
        self.table, self.cost, self.objective = table, cost, table.objective
        self.space = categorical(table.space)
        self.full = table.fidelities.full
        self.queries, self.known, self._evaluations = [], {}, []
        self._costs, self._best, self._asks = [], None, 0

    def decode(self, indices):
        """The architecture of a row of choices; `None` where the table has no such one."""
        try:
            architecture = self.space.decode(indices)
        except ArchitectureError:
            return None
        return architecture if architecture in self.table.values else None

    def gain(self, indices, epochs):
        """What is maximised, of an architecture that was trained so far."""
        self._asks += 1
        if self._asks > ASKS:
            raise Over
        architecture = self.decode(indices)
        if architecture is None:
            return FAILED
        if (architecture, epochs) not in self.known:
            self.known[architecture, epochs] = self._train(architecture, epochs)
        return self.known[architecture, epochs]

    def _train(self, architecture, epochs):
        if math.fsum(self._costs) >= self.cost - 1e-9:
            raise Over
        fidelity = None if epochs == self.full else int(epochs)
        before = self._evaluations
        self._costs.append(cost_of_next(self.objective, before, architecture, fidelity))
        try:
            made = self.objective(architecture, 0, fidelity)
        except DataError as error:
            made = Evaluation(architecture, None, "failed", error=str(error), epochs=fidelity)
        before.append(made)
        gain = FAILED if made.value is None else self.table.measure.gain(made.value)
        best = self._best
        if fidelity is None and made.value is not None and (best is None or gain > best[0]):
            self._best = (gain, architecture, made.value)
        told = (None, None) if self._best is None else self._best[1:]
        spent = round(math.fsum(self._costs), 9)
        number = len(self.queries) + 1
        query = Query(number, architecture, made.value, *told, 0.0, epochs=epochs, cost=spent)
        self.queries.append(query)
        return gain


def run_peer(peer, table, cost, seed):
    """All queries of a run of a peer."""
    course = Course(table, cost)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            peer(course, seed)
    except Over:
        pass
    return tuple(course.queries)


def optuna_peer(sampler, pruner):
    """A sampler and a pruner of Optuna."""

    def peer(course, seed):
        import optuna

        optuna.logging.set_verbosity(optuna.logging.WARNING)
        samplers = {"random": optuna.samplers.RandomSampler, "tpe": optuna.samplers.TPESampler}
        first = course.table.fidelities.epochs[0]
        pruners = {
            "asha": lambda: optuna.pruners.SuccessiveHalvingPruner(min_resource=first),
            "hyperband": lambda: optuna.pruners.HyperbandPruner(first, course.full),
        }
        study = optuna.create_study(
            direction="maximize",
            sampler=samplers[sampler](seed=seed),
            pruner=pruners[pruner](),
            study_name=f"seed {seed}",  # Hyperband draws the bracket of a trial from it
        )
        while True:
            _optuna_trial(course, study)

    return peer


def _optuna_trial(course, study):
    import optuna

    trial = study.ask()
    row = [
        trial.suggest_categorical(f"choice {i}", list(range(len(options))))
        for i, options in enumerate(course.space.choices)
    ]
    for epochs in course.table.fidelities.lower:
        trial.report(course.gain(row, epochs), epochs)
        if trial.should_prune():
            study.tell(trial, state=optuna.trial.TrialState.PRUNED)
            return
    study.tell(trial, course.gain(row, course.full))


def _configurations(course, seed):
    """The choices of the space as ConfigSpace has them."""
    from ConfigSpace import Categorical, ConfigurationSpace

    space = ConfigurationSpace(seed=seed)
    for i, options in enumerate(course.space.choices):
        space.add(Categorical(f"choice {i}", list(range(len(options)))))
    return space


def _row(course, configuration):
    return [int(configuration[f"choice {i}"]) for i in range(len(course.space.choices))]


def _ratio(course):
    """What halving divides by, so that its lengths are those of the table, where there are two."""
    lengths = course.table.fidelities.epochs
    return (lengths[-1] / lengths[0]) ** (1 / (len(lengths) - 1))


def _nearest(course, epochs):
    """The length of the table that is nearest to one that was asked for."""
    return min(course.table.fidelities.epochs, key=lambda e: abs(math.log(e / epochs)))


def dehb(course, seed):
    """DEHB, asked for one job after the other."""
    from dehb import DEHB
    from loguru import logger

    logger.remove()
    with tempfile.TemporaryDirectory() as folder:
        optimizer = DEHB(
            cs=_configurations(course, seed),
            dimensions=len(course.space.choices),
            min_fidelity=course.table.fidelities.epochs[0],
            max_fidelity=course.full,
            eta=_ratio(course),
            n_workers=1,
            seed=seed,
            save_freq=None,
            output_path=folder,
        )
        while True:
            job = optimizer.ask()
            epochs = _nearest(course, job["fidelity"])
            gain = course.gain(_row(course, job["config"]), epochs)
            optimizer.tell(job, {"fitness": -gain, "cost": float(epochs)})


def smac(course, seed):
    """SMAC's façade for multiple fidelities, asked for one trial after the other."""
    import logging

    from smac import MultiFidelityFacade, Scenario
    from smac.runhistory.dataclasses import TrialValue

    with tempfile.TemporaryDirectory() as folder:
        scenario = Scenario(
            _configurations(course, seed),
            deterministic=True,
            n_trials=ASKS,
            min_budget=course.table.fidelities.epochs[0],
            max_budget=course.full,
            seed=seed,
            output_directory=folder,
        )
        eta = math.floor(_ratio(course) + 1e-9)  # a whole number; above, it would not look at all
        intensifier = MultiFidelityFacade.get_intensifier(scenario, eta=eta)
        facade = MultiFidelityFacade(
            scenario,
            lambda configuration, seed, budget: 0.0,  # it is asked and told instead
            intensifier=intensifier,
            logging_level=logging.ERROR,
            overwrite=True,
        )
        while True:
            trial = facade.ask()
            epochs = _nearest(course, trial.budget)
            gain = course.gain(_row(course, trial.config), epochs)
            facade.tell(trial, TrialValue(cost=-gain))


PEERS = {
    "Optuna ASHA, random": (optuna_peer("random", "asha"), "optuna"),
    "Optuna ASHA, TPE": (optuna_peer("tpe", "asha"), "optuna"),
    "Optuna Hyperband, random": (optuna_peer("random", "hyperband"), "optuna"),
    "Optuna Hyperband, TPE": (optuna_peer("tpe", "hyperband"), "optuna"),
    "DEHB": (dehb, "dehb"),
    "SMAC": (smac, "smac"),
}


def version_of(package):
    """The version of a package; `None` where it is not installed."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None
