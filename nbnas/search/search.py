"""The search: ask a strategy, evaluate, tell; one visible loop, here or in the background."""

from dataclasses import replace
from os import PathLike
from typing import Any, Unpack

from nbnas.checks import SEED, TEXT, whole
from nbnas.errors import SearchError
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.space import SPACE, SearchSpace
from nbnas.records import Claim, Evaluation, Measure, Observations, Proposal, Step
from nbnas.records.evaluation import EVALUATION
from nbnas.search.estimates.estimating import Estimating
from nbnas.search.fidelities.continuing import Continuing, continues, going_on
from nbnas.search.fidelities.costs import check_fidelities
from nbnas.search.fingerprint import fingerprint
from nbnas.search.goals.asked import Wanted, check_serves, goals_of
from nbnas.search.goals.feasible import feasible
from nbnas.search.ledger import Ledger, StoredLedger
from nbnas.search.objective import Objective, measure_of, suited
from nbnas.search.store.settings import as_begun
from nbnas.search.store.store import Store
from nbnas.search.strategies.asked import told_of
from nbnas.search.strategies.first import check_first
from nbnas.search.strategies.joint import over
from nbnas.search.strategies.strategy import STRATEGY, Strategy, check_suits
from nbnas.search.taken import Finishing
from nbnas.search.trial import Dropped, check_epochs, check_not_all_failed, evaluate, propose
from nbnas.search.workers.parallel import Parallel
from nbnas.surrogate.model import ModelPosterior
from nbnas.training.live import LiveTraining


class Search(Parallel, Finishing, Estimating, Continuing):
    """A search for the best architecture of a space. Live: it runs here or in the background.

    Same seed, same trials: whether `run` makes them or `start`, in one go, with pauses, with stops
    in between, or after a kill.

    Args:
        space: What is searched.
        objective: What is maximised, or minimised if its measure says so: a `Trainer`, a
            `TabularObjective`, or any function `(architecture, seed)` that returns a number or an
            `Evaluation`, or yields numbers, see `Objective`.
        strategy: How the next architecture is chosen.
        measure: What the objective's values are and which way is better; by default its own
            `measure`, where it offers one, else `nbnas.ACCURACY`.
        seed: Decides every random choice of the search.
        store: Where every finished trial is kept: a path of an SQLite file or an SQLAlchemy URL;
            "sqlite://" or `None` keep them in memory only.
        study: Name of this search in the store. What the store holds of it already counts.
        **wanted: `goals`: all that is wanted at once: measures that evaluations tell, and
            `MeasuredBy`, which need no training; the first one is that of the objective's values,
            which is all by default. `constraints`: what an architecture has to meet in order to
            count, such as `at_most("parameters", 100_000)`; what is known to break one is never
            proposed.

    Raises:
        SettingError: If the objective cannot be called as `(architecture, seed=…)`, or the
            strategy does not suit its measure or the goals, or an operation of the space changes
            shapes.
        SearchError: If no architecture meets the limits that are known beforehand.
        StudyMismatchError: If the study was made with another space, objective, strategy, seed or
            measure.
        StoreError: If the store cannot be used.

    Attributes:
        goals: What is wanted beyond a good value; `None` where nothing is.
        observations: The finished trials.
        target: Number of trials that the current or last run aims at.
        proposal: What was asked for last.
        training: The objective's live training of the current or last trial, where it has one.
        stepped: Signal that emits a `Step` after every trial.
        changed: Signal that emits the state's word when something of it changed, in any thread.
    """

    def __init__(
        self,
        space: SearchSpace,
        objective: Objective,
        strategy: Strategy,
        *,
        measure: Measure | None = None,
        seed: int = 0,
        store: str | PathLike[str] | None = None,
        study: str = "search",
        **wanted: Unpack[Wanted],
    ) -> None:
        self.space = SPACE("space", space)
        strategy = over(STRATEGY("strategy", strategy), space)
        self.seed, self.study = SEED("seed", seed), TEXT("study", study)
        self.store = None if store is None else Store(store)
        super().__init__(Ledger() if self.store is None else StoredLedger(self.store, study))
        if self.store is not None:
            strategy = as_begun(strategy, self.store.settings(study))
        self.objective = objective = suited(objective, space)
        self.strategy = strategy = told_of(strategy, objective, space)
        self.measure = measure_of(objective, measure)
        self.goals = goals_of(objective, self.measure, wanted, space)
        check_suits(strategy, self.measure)
        check_serves(strategy, self.goals)
        check_first(strategy, feasible(space, self.goals))
        check_fidelities(strategy, objective)
        self._ledger.continued = continues(objective)
        self.observations = Observations((), self.measure, self.goals)
        self.proposal: Proposal | None = None
        self.training: Any = None
        self.under_way: tuple[Claim, ...] = ()
        self._pending: tuple[Architecture, ...] = ()
        if self.store is not None:
            own = fingerprint(space, objective, strategy, seed, self.goals)
            self.store.open_study(study, own, self.measure)
            finished, self.under_way = self.store.look(study)
            self.observations = replace(self.observations, evaluations=finished)
            self._clear()

    def __repr__(self) -> str:
        return f"<Search {self.study!r}: {repr(self.observations)[1:-1].partition(': ')[2]}>"

    def to_frame(self) -> Any:  # noqa: ANN401
        """The trials as a `pandas.DataFrame`, a row each, see `Observations`."""
        return self.observations.to_frame()

    @property
    def posterior(self) -> ModelPosterior | None:
        """The strategy's fitted model now; `None` where it has none, or not yet."""
        model = getattr(self.strategy, "posterior", None)
        return None if model is None else model(self.observations)

    def ask(self, n: int = 1) -> Proposal:
        """What to evaluate next: prior and observations, posterior, acquisition, argmax.

        While proposed architectures wait to be told, asking again gives the same proposal.

        Args:
            n: How many architectures to propose.

        Returns:
            The proposal.

        Raises:
            SearchError: If every architecture of the space is evaluated, or the background run is
                about to ask itself.
        """
        n = whole(1)("n", n)
        if self._pending and self.proposal is not None:
            return self.proposal
        self._course.check_mine("ask for a new proposal")
        claim = self._reclaim()
        if claim is None:
            known = self.observations
            beside = {claim.number: claim.architecture for claim in self.under_way}
        else:
            known, beside = self._known_to(claim.origin)
        proposal = propose(self.space, self.strategy, known, self.seed, n, under_way=beside)
        if claim is not None:
            proposal = replace(proposal, architectures=(claim.architecture,), epochs=claim.epochs)
        proposal = going_on(self.objective, known, proposal)
        self._pending, self.proposal = proposal.architectures, proposal
        self._announce()
        return proposal

    def tell(self, evaluation: Evaluation) -> Step:
        """Take in the evaluation of an architecture that was asked for, and store it.

        Args:
            evaluation: The finished or failed trial.

        Returns:
            The step, which `stepped` emits too.

        Raises:
            SearchError: If its architecture was not asked for, it was trained less far or further
                than was asked, or a run is under way.
            ObservationError: If the value is outside the bounds of the measure.
            StoreError: If it cannot be stored; the search is then as before, so that the
                evaluation may be told again.
        """
        self._course.check_mine("tell an evaluation")
        EVALUATION("evaluation", evaluation)
        if evaluation.architecture not in self._pending:
            waiting = ", ".join(map(str, self._pending)) or "nothing; call ask() first"
            raise SearchError(
                f"expected the evaluation of an architecture that was asked for ({waiting}), "
                f"got that of {evaluation.architecture}"
            )
        if evaluation.value is not None:
            self.measure.check(evaluation.value)
        seen, proposal = len(self.observations), self.ask()
        check_epochs(evaluation, proposal.epochs)
        evaluation = replace(evaluation, epochs=proposal.epochs)
        self._look()
        if evaluation.architecture in self.observations.architectures[seen:]:
            return self._last()  # another process was faster
        claim = self._told(proposal, evaluation)
        with self._letting_go(claim):
            return self._settle(claim, evaluation)

    def step(self) -> Step:
        """One round: ask, evaluate, tell.

        Raises:
            SearchError: If the space is used up, the first ten trials all failed, or a run is
                under way.
            ObservationError: If a value is outside the bounds of the measure.
        """
        with self._course.stepping():
            step = self._look()
            if step is not None:
                return step
            check_not_all_failed(self.observations)
            claim = self._take_on()
            with self._letting_go(claim):
                return self._settle(claim, self._evaluate(claim))

    @property
    def _done(self) -> int:
        return len(self.observations)

    def _failure(self, made: object) -> Exception | None:
        evaluation = made.evaluation if isinstance(made, Step) else None
        if evaluation is None or evaluation.status == "completed":
            return None
        return SearchError(
            f"a trial failed: {evaluation.error or 'no reason was given'} "
            f"({evaluation.architecture}); it counts as poor, and the search went on"
        )

    def _evaluate(self, claim: Claim) -> Evaluation:
        try:
            return evaluate(
                self.objective,
                claim,
                measure=self.measure,
                live=self._train,
                goes_on=lambda: self._course.goes_on(self._checkpoint),
            )
        except Dropped:
            self._train(None)
            raise

    def _checkpoint(self) -> None:
        """Let a training that is about to be paused keep how far it is."""
        if isinstance(self.training, LiveTraining):
            self.training.checkpoint()

    def _train(self, training: Any) -> None:  # noqa: ANN401
        self.training = training
        self._announce()
