"""What the parameters of `notebooks/search.ipynb` stand for, once they are checked."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from joblib import cpu_count

from nbnas import benchmarks
from nbnas.benchmarks.shipped import digits_trainer
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.space import SearchSpace
from nbnas.notebook.budget import Budget
from nbnas.notebook.combinations import ACQUISITIONS
from nbnas.notebook.data import KNOWN, Source
from nbnas.notebook.goals.words import MEASURES, Aims
from nbnas.notebook.joint.settings import Settings, named, with_settings
from nbnas.notebook.known import KnownNetworks, compare_known
from nbnas.notebook.lengths import Lengths
from nbnas.notebook.own import own_function, own_objective, short
from nbnas.notebook.recipes import Choice, choices, in_skeleton, largest_side, settings_of
from nbnas.notebook.spaces import FIRST, KERNELS, USUAL, space_for
from nbnas.notebook.strategies import STRATEGIES
from nbnas.records import Evaluation
from nbnas.search.objective import Objective
from nbnas.search.search import Search
from nbnas.search.strategies.strategy import Strategy
from nbnas.surrogate.process.prior import GaussianProcess
from nbnas.training.trainer import Trainer


@dataclass(frozen=True, slots=True)
class SearchParameters:
    """The checked parameters of `notebooks/search.ipynb`, with what was chosen for empty ones.

    Attributes:
        data: What is trained on; see `Source`.
        space: A word of `SPACES`, or a Python file and a name in it.
        settings: What is searched together with it; see `nbnas.notebook.joint.settings`.
        objective: A Python file and a name in it, or empty for training on the data.
        network: A Python file and the name of a function in it that builds networks, or empty.
        skeleton: A word of `SKELETONS`, or empty for the recipe's own.
        optimizer: A word of `OPTIMIZERS`, or empty for the recipe's own.
        strategy: A word of `STRATEGIES`.
        kernel: A word of `KERNELS`; empty for the usual one of a space of one's own.
        acquisition: A word of `ACQUISITIONS`.
        measure: A word of `MEASURES`; empty for that of the data, or of the objective.
        size: Side of the pictures of a folder, in pixels; 0 to choose it.
        validation: Share of them to choose architectures by; 0 to choose it.
        trials: Number of trials in all.
        budget: The minutes that the notebook may take, which run from now on.
        initial: Number of them before there is a model.
        warm_start: Whether to begin on a new task with what is good on others.
        epochs: Epochs of a full training; 0 for the recipe's own.
        lengths: How far trainings go, and what they may cost together.
        aims: What is wanted beyond a good value.
        seed: Seed of the search.
        device: "auto", or a device of this machine.
        workers: Number of processes that train; `None` for this one.
        store: Path of an SQLite file, or an SQLAlchemy URL.
        study: Name of the study; if empty, one made from the other parameters.
        compare: Whether random search and known networks are run as well.
        export: Folder for the winner, or empty.
    """

    data: Source
    space: str
    settings: Settings
    objective: str
    network: str
    skeleton: str
    optimizer: str
    strategy: str
    kernel: str
    acquisition: str
    measure: str
    size: int
    validation: float
    trials: int
    budget: Budget
    initial: int
    warm_start: bool
    epochs: int
    lengths: Lengths
    aims: Aims
    seed: int
    device: str
    workers: int | None
    store: str
    study: str
    compare: bool
    export: str

    def make_objective(self) -> Objective:
        """What evaluates architectures: training on the data, or the objective of one's own."""
        if self.objective:
            return own_objective(self.objective)
        if self.data.word == KNOWN:
            known = digits_trainer()
            trainer = dataclasses.replace(known.trainer, epochs=self.epochs)
            return dataclasses.replace(known, trainer=self.lengths.of(trainer))
        side = largest_side(self.device)
        data = self.data.read(self.size or None, side, self.validation or None)
        settings = settings_of(self.data, data, self.device, self.optimizer)
        settings = in_skeleton(settings, self.skeleton)
        settings |= {"epochs": self.epochs} if self.epochs else {}
        settings |= {"measure": MEASURES[self.measure]} if self.measure else {}
        network = own_function(self.network) if self.network else None
        trainer = Trainer(data, **settings, device=self.device, network=network)
        return cast(Objective, self.lengths.of(trainer))

    def make_space(self, objective: Objective) -> SearchSpace:
        """The search space; one of layers is of networks for the objective's pictures.

        Args:
            objective: What `make_objective` made.
        """
        return with_settings(space_for(self.space, objective), self.settings)

    def choices(self, objective: Objective) -> tuple[Choice, ...]:
        """By which recipe is trained, and why; none for an objective of one's own.

        Args:
            objective: What `make_objective` made.
        """
        trainer = getattr(objective, "trainer", objective)
        told = () if self.objective else choices(trainer, self.data, self.device)
        at_once = "at once, each trial in a process of its own, which may crash"
        if not self.workers:
            at_once = "one trial after the other, in this process; -p workers 2 for two"
        return (
            *told,
            Choice("trials", str(self.trials), f"{self.initial} of them before there is a model"),
            *self._begins(),
            *(*self.lengths.choices(objective), *self.aims.choices()),
            Choice("workers", str(self.workers or 1), at_once),
            Choice("budget", f"{self.budget.minutes:g} min", str(self.budget)),
        )

    def _begins(self) -> tuple[Choice, ...]:
        """What is tried first, where something is."""
        what = {"cells": "cells of digits", "recurrent": "LSTM, GRU and RNN"}.get(self.space, "")
        why = "what is good elsewhere may be so here; -p warm_start false begins at random"
        return (Choice("tried first", f"the best {what}", why),) if self.first else ()

    def read_truths(self) -> Mapping[str, float]:
        """The accuracy of every cell by its text, as a table knows it; empty where none does.

        It is that of the very recipe, so of its number of epochs only.
        """
        if (
            self.data.word == KNOWN
            and not self.settings
            and self.epochs == digits_trainer().trainer.epochs
        ):
            return benchmarks.digits().values
        return {}

    def make_strategy(self, objective: Objective | None = None) -> Strategy:
        """The chosen strategy, with what it begins with on data of one's own.

        Args:
            objective: What `make_objective` made, where trainings may be looks.
        """
        return self.lengths.with_looks(self._strategy(self.strategy), objective)

    def make_baseline(self) -> Strategy:
        """Random search, to compare with; it begins with the same architectures."""
        return self._strategy("random")

    def _strategy(self, chosen: str) -> Strategy:
        made: Any = STRATEGIES[chosen](self.initial, False)
        if chosen == "bayes":
            acquisition = ACQUISITIONS[self.acquisition]()
            prior = GaussianProcess(KERNELS[self.kernel]()) if self.kernel else made.prior
            made = dataclasses.replace(made, prior=prior, acquisition=acquisition)
        strategy: Strategy = dataclasses.replace(made, first=self.first)
        return strategy

    @property
    def first(self) -> tuple[Architecture, ...]:
        """What is tried before anything random: what is known to be good, on a new task."""
        trained = not (self.objective or self.network) and self.data.folder
        alone = self.warm_start and not self.settings  # those of other tasks have no settings
        new = alone and (trained or self.space == "recurrent")
        return FIRST[self.space]() if new and self.space in FIRST else ()

    def share_trainings(self, search: Search, baseline: Search) -> None:
        """Tell the baseline what the search has trained, as long as it would train the same.

        Both begin with the same random architectures and the same seeds: a training that is known
        to the bit need not be made twice.

        Args:
            search: The search that has run.
            baseline: The one to compare it with; it goes on by `run`.
        """
        known = {(each.architecture, each.seed): each for each in search.observations.full}
        while len(baseline.observations) < min(self.trials, len(search.observations)):
            proposal = baseline.ask()
            found = known.get((proposal.architecture, proposal.seed))
            if found is None:
                return
            baseline.tell(dataclasses.replace(found, test=None))

    def start_beside(self, baseline: Search) -> None:
        """Start random search in the background, where that takes little time from the search.

        A training of the known task keeps one core busy; others use all, and a budget is shared
        by what comes one after the other.

        Args:
            baseline: What to compare with; else it goes on by `run`.
        """
        alone = self.objective or self.data.word != KNOWN or self.budget.minutes or self.workers
        if not alone and cpu_count() > 1:
            baseline.start(self.lengths.count, cost=self.lengths.budget)

    def compare_known(self, search: Search, winner: Evaluation) -> KnownNetworks:
        """Known networks beside what was found; none if nothing is to be compared.

        Args:
            search: The search that has run.
            winner: What it found, as its `finish` gives it.
        """
        if not self.compare:
            return KnownNetworks(None, "-p compare true compares with known networks.")
        left = self.budget.seconds_for("known")
        return compare_known(search.objective, winner, search.observations, left)

    @property
    def study_name(self) -> str:
        """Name of the study: the given one, or one made from the settings."""
        if self.study:
            return self.study
        model = f"{self.kernel or 'usual'}-{self.acquisition}-{self.initial}-initial"
        if self.strategy not in ("bayes", "random"):
            model = f"{self.strategy}-{self.initial}-initial"
        scheduler = f"{self.lengths.scheduler}-" if self.lengths.scheduler else ""
        return f"{self._setting}-{scheduler}{'random' if self.strategy == 'random' else model}"

    @property
    def baseline_name(self) -> str:
        """Name of the study of random search, to compare with."""
        return f"{self.study or self._setting}-random"

    @property
    def _setting(self) -> str:
        own = [short(self.objective)] if self.objective else [self.data.name]
        if self.objective or self.space != USUAL[self.data.kind]:
            own.append(short(self.space))
        own += [short(self.network)] if self.network else []
        own += named(self.settings)
        own += [word for word in (self.skeleton, self.optimizer, self.measure) if word]
        own += [f"{self.size}-pixels"] if self.size else []
        own += [f"validation-{self.validation:g}"] if self.validation else []
        own += [f"{self.epochs}-epochs"] if self.epochs else []
        own += [name for name in (self.lengths.name, self.aims.name) if name]
        return "-".join([*own, f"seed-{self.seed}"])
