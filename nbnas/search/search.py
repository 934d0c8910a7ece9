"""The search: ask a strategy, evaluate, tell; one visible loop.

Notation
    number     of a trial, from 0; trial `number` is the one made after so many others
    seed       of the search; every trial gets a seed of its own from (seed, number), so that a
               resumed search goes on as if it had never stopped
"""

import dataclasses
import time
from os import PathLike
from typing import Any

import numpy as np
from psygnal import Signal

from nbnas.errors import SearchError, SettingError
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.space import SearchSpace
from nbnas.records import Evaluation, Observations, Proposal, Step
from nbnas.search.fingerprint import fingerprint
from nbnas.search.objective import Objective
from nbnas.search.store import Store
from nbnas.search.strategies.strategy import Strategy
from nbnas.signals import announce
from nbnas.surrogate.model import ModelPosterior

FIRST_FAILURES = 10  # so many failures and no success: the fault is not the architectures'


class Search:
    """A search for the best architecture of a space. Live: it emits `stepped` after every trial.

    Args:
        space: What is searched.
        objective: What is maximised: a `Trainer`, a `TabularObjective`, or any function
            `(architecture, seed) -> Evaluation`.
        strategy: How the next architecture is chosen.
        seed: Decides every random choice of the search.
        store: Where every finished trial is kept: a path of an SQLite file or an SQLAlchemy URL;
            `None` keeps them in memory only.
        study: Name of this search in the store. What the store holds of it already counts.

    Raises:
        StudyMismatchError: If the study was made with another space, objective, strategy or seed.
        StoreError: If the store cannot be used.

    Attributes:
        observations: The finished trials.
        target: Number of trials that the current or last `run` aims at.
        proposal: What was asked for last.
        training: The objective's live training, while it has one.
        running: Whether `run` is at work.
        stepped: Signal that emits a `Step` after every trial.
    """

    stepped = Signal(Step)

    def __init__(
        self,
        space: SearchSpace,
        objective: Objective,
        strategy: Strategy,
        *,
        seed: int = 0,
        store: str | PathLike[str] | None = None,
        study: str = "search",
    ) -> None:
        if not isinstance(seed, int) or seed < 0:
            raise SettingError(f"expected a whole number of at least 0 as seed, got {seed!r}")
        self.space, self.objective, self.strategy = space, objective, strategy
        self.seed, self.study = seed, study
        self.observations = Observations()
        self.target: int | None = None
        self.proposal: Proposal | None = None
        self.training: Any = None
        self.running = False
        self._pending: tuple[Architecture, ...] = ()
        self._stopping = False
        self.store: Store | None = None
        if store is not None:
            self.store = Store(store)
            self.store.open_study(study, fingerprint(space, objective, strategy, seed))
            self.observations = Observations(self.store.load(study))

    def __repr__(self) -> str:
        best = self.best
        found = f", best {best.value:.2%}" if best is not None and best.value is not None else ""
        return f"<Search {self.study!r}: {len(self.observations)} trials{found}>"

    @property
    def best(self) -> Evaluation | None:
        """The incumbent: the completed trial of the highest value, if there is one."""
        return self.observations.incumbent

    @property
    def posterior(self) -> ModelPosterior | None:
        """The strategy's fitted model now; `None` where it has none, or not yet."""
        model = getattr(self.strategy, "posterior", None)
        return None if model is None else model(self.observations)

    @property
    def seconds_left(self) -> float | None:
        """Seconds until `target` trials exist, if they take as long as those so far."""
        if self.target is None or not len(self.observations):
            return None
        mean = float(np.mean([e.seconds for e in self.observations]))
        return mean * max(self.target - len(self.observations), 0)

    def ask(self, n: int = 1) -> Proposal:
        """What to evaluate next: prior and observations, posterior, acquisition, argmax.

        While proposed architectures wait to be told, asking again gives the same proposal.

        Args:
            n: How many architectures to propose.

        Returns:
            The proposal.

        Raises:
            SearchError: If every architecture of the space is evaluated.
        """
        if self._pending and self.proposal is not None:
            return self.proposal
        started = time.perf_counter()
        number = len(self.observations)
        rng = np.random.default_rng([self.seed, number])
        proposal = self.strategy.propose(self.space, self.observations, (), n, rng)
        if not proposal.architectures:
            raise SearchError(
                f"nothing is left to evaluate: all that is new in {self.space} was evaluated "
                f"in {number} trials"
            )
        self._pending = proposal.architectures
        self.proposal = dataclasses.replace(
            proposal,
            number=number,
            seed=trial_seed(self.seed, number),
            seconds=time.perf_counter() - started,
        )
        return self.proposal

    def tell(self, evaluation: Evaluation) -> Step:
        """Take in the evaluation of an architecture that was asked for, and store it.

        Args:
            evaluation: The finished or failed trial.

        Returns:
            The step, which `stepped` emits too.

        Raises:
            SearchError: If its architecture was not asked for.
            StoreError: If it cannot be stored; the search is then as before, so that the
                evaluation may be told again.
        """
        if evaluation.architecture not in self._pending:
            waiting = ", ".join(map(str, self._pending)) or "nothing; call ask() first"
            raise SearchError(
                f"expected the evaluation of an architecture that was asked for ({waiting}), "
                f"got that of {evaluation.architecture}"
            )
        number = len(self.observations)
        if self.store is not None and not self.store.add(self.study, number, evaluation):
            evaluation = self.store.load(self.study, number)[0]  # another process was faster
        return self._take(evaluation)

    def step(self) -> Step:
        """One round: ask, evaluate, tell.

        Raises:
            SearchError: If the space is used up, the first ten trials all failed, or the
                objective returns something else than an `Evaluation`.
        """
        if self._adopt():
            return Step(len(self.observations) - 1, self.observations[-1], self.best)
        _check_not_all_failed(self.observations)
        proposal = self.ask()
        evaluation = self._evaluate(proposal.architecture, proposal.seed)
        if not isinstance(evaluation, Evaluation):
            raise SearchError(
                f"expected an Evaluation from the objective, got {evaluation!r:.100}; let it "
                "return nbnas.Evaluation(architecture, value)"
            )
        return self.tell(evaluation)

    def run(self, trials: int) -> "Search":
        """Search until so many trials exist; what exists already, in the store too, counts.

        Interrupting the kernel stops it between two steps of Python; nothing finished is lost.

        Args:
            trials: Total number of trials to reach.

        Returns:
            The search itself, so that as the last line of a cell it shows its state.

        Raises:
            SettingError: If trials is not a positive whole number.
            SearchError: If the space is used up, or the first ten trials all failed.
        """
        if not isinstance(trials, int) or trials < 1:
            raise SettingError(f"expected a positive whole number of trials, got {trials!r}")
        self.target, self.running, self._stopping = trials, True, False
        try:
            while len(self.observations) < trials and not self._stopping:
                self.step()
        finally:
            self.running = False
        return self

    def stop(self) -> None:
        """Let `run` return after the current trial."""
        self._stopping = True

    def finish(self) -> Evaluation:
        """Score the incumbent on held-out test data, once; the store remembers it.

        A `Trainer` trains it again on training and validation data together for that.

        Returns:
            The incumbent's evaluation with its `test` accuracy.

        Raises:
            SearchError: If no trial is completed, or the objective knows no test data.
        """
        best = self.best
        if best is None:
            raise SearchError("expected at least one completed trial; run the search first")
        if best.test is not None:
            return best
        test = getattr(self.objective, "test", None)
        if test is None:
            raise SearchError(
                f"{type(self.objective).__name__} has no held-out test data: give it a method "
                "test(architecture, seed) -> accuracy"
            )
        tested = dataclasses.replace(best, test=float(test(best.architecture, seed=best.seed)))
        number = self.observations.evaluations.index(best)
        if self.store is not None and tested.test is not None:
            self.store.set_test(self.study, number, tested.test)
        trials = list(self.observations)
        trials[number] = tested
        self.observations = Observations(tuple(trials))
        return tested

    def _adopt(self) -> bool:
        """Take in the next trial from the store, if another process has made it meanwhile."""
        if self.store is None:
            return False
        found = self.store.load(self.study, len(self.observations))
        for evaluation in found[:1]:
            self._pending = ()
            self._take(evaluation)
        return bool(found)

    def _take(self, evaluation: Evaluation) -> Step:
        """The one place where the state changes."""
        self.observations = self.observations + evaluation
        self._pending = tuple(a for a in self._pending if a != evaluation.architecture)
        step = Step(len(self.observations) - 1, evaluation, self.best)
        announce(self.stepped, step)
        return step

    def _evaluate(self, architecture: Architecture, seed: int) -> object:
        """Evaluate, whatever happens: an exception makes a failed trial."""
        started, clock = time.time(), time.perf_counter()
        try:
            start = getattr(self.objective, "start", None)
            if start is None:
                return self.objective(architecture, seed=seed)
            self.training = start(architecture, seed=seed)
            result: object = self.training.run()
            return result
        except Exception as error:  # any fault of one trial must not end the search
            return Evaluation(
                architecture,
                None,
                "failed",
                seconds=time.perf_counter() - clock,
                seed=seed,
                started=started,
                error=f"{type(error).__name__}: {error}"[:2000],
            )


def trial_seed(seed: int, number: int) -> int:
    """The seed of one trial, a whole number below 2³¹ that only (seed, number) decide."""
    return int(np.random.SeedSequence([seed, number]).generate_state(1)[0] >> 1)


def _check_not_all_failed(observations: Observations) -> None:
    if len(observations) >= FIRST_FAILURES and not observations.completed:
        raise SearchError(
            f"all of the first {len(observations)} trials failed, the last one with "
            f"{observations[-1].error!r}; correct the objective and use another study"
        )
