"""Bayesian optimisation: prior, data, posterior, acquisition, argmax.

Notation
    n, m       number of observations and of candidates
    z          warped objective; the acquisition function scores candidates on its scale
"""

import dataclasses
import functools
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice

import numpy as np

from nbnas.brief import ADDED, added, brief, cut
from nbnas.checks import FLAG, settle
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.space import SearchSpace
from nbnas.graphs.spaces.joint.parts import joint_space
from nbnas.kept import Kept
from nbnas.records import Fidelities, Measure, Observations, Proposal
from nbnas.records.observations import OBSERVATIONS
from nbnas.search.candidates import Novelty, can_be_listed, listed
from nbnas.search.maximizers.exhaustive import Automatic
from nbnas.search.maximizers.joint import guided
from nbnas.search.maximizers.maximizer import MAXIMIZER, Maximizer
from nbnas.search.maximizers.renewed import Renewed
from nbnas.search.pending import PENDING, KrigingBeliever, PendingRule, Scorer, Situation
from nbnas.search.strategies.asked import ASKED, Asked
from nbnas.search.strategies.described import best_value, described, reason_for
from nbnas.search.strategies.fidelities.choose import Chooser, look_or_train
from nbnas.search.strategies.fidelities.model import Levels
from nbnas.search.strategies.fidelities.stage import LOOKS, Stage
from nbnas.search.strategies.first import FIRST, beginning, none_first
from nbnas.search.strategies.fits import FITS, Fits, fitted_next, fitted_to, solved_to
from nbnas.search.strategies.goals.choose import GoalScore, goal_score, has_several, models_several
from nbnas.search.strategies.initial import InitialDesign, first_ones, settle_design
from nbnas.search.strategies.joint import seeing_settings
from nbnas.search.strategies.strategy import check_known, check_parts, check_question
from nbnas.surrogate.acquisition.improvement import (
    ACQUISITION,
    Acquisition,
    LogExpectedImprovement,
    PosteriorAcquisition,
)
from nbnas.surrogate.kernels.knowledge import KNOWLEDGE, Knowledge
from nbnas.surrogate.model import MODEL, Model, ModelPosterior
from nbnas.surrogate.process.prior import GaussianProcess
from nbnas.training.device import cpu_threads
from nbnas.undisturbed import undisturbed

SHOWN = 12  # candidates that a proposal keeps


@dataclass(frozen=True, slots=True, eq=False)
class BayesianOptimization:
    """Evaluates next what an acquisition function of the posterior likes best.

    Args:
        prior: The model: a Gaussian-process prior, whose parameters are fitted to the
            observations, or an `Ensemble`.
        acquisition: What makes a candidate worth evaluating.
        maximizer: How the best candidate is looked for.
        initial: Number of architectures before there is a model; 0 for 7 unlike or 10 random ones.
        knowledge: Numbers that are larger for better architectures, such as zero-cost proxies: the
            initial architectures are drawn from the best 2 % by them instead of from all. The
            model uses them only if its kernel has a `KnowledgeKernel`.
        allow_isomorphic: Whether two architectures that compute the same function may both be
            evaluated; only sensible for tables whose members were trained separately.
        pending: What the model makes of evaluations that are under way, and of the first ones of
            a batch; always `KrigingBeliever` with several goals.
        first: Architectures to try before all others, in this order; they count as the first of
            the initial ones.
        fidelities: The lengths of looks and of a full training, where the search is to look
            before it trains: `objective.fidelities`. See `strategies.fidelities.stage`.
        asked: What is known of the objective; a search tells it.
        spread: Whether the initial architectures are unlike each other, see `InitialDesign`. They
            are random without a Gaussian process, with `knowledge` or `fidelities` (then this is
            `False`), with several goals, and in a space with settings.

    While other trials are under way, parameters are fitted less often than proposals are made: at
    most a quarter of the observations came after a fit, see `fits.fitted_to`; `prepare` makes
    it ahead. All is computed in one thread then, as the cores belong to the trials.

    Raises:
        SettingError: If `initial` is below 2, or a part is something else, such as a kernel
            instead of a prior, or a class instead of an object.

    References:
        Jones, Schonlau and Welch, Efficient global optimization, J. Global Optim. 13, 1998.
        Kandasamy et al., Neural architecture search with Bayesian optimisation and optimal
        transport, NeurIPS 2018.
    """

    prior: Model = field(default_factory=GaussianProcess)
    acquisition: Acquisition | PosteriorAcquisition = field(default_factory=LogExpectedImprovement)
    maximizer: Maximizer = field(default_factory=Automatic)
    initial: int = 0
    allow_isomorphic: bool = False
    pending: PendingRule = field(default_factory=KrigingBeliever)
    knowledge: Knowledge | None = None
    kept: Kept = field(default_factory=lambda: Kept(FITS), repr=False)
    first: tuple[Architecture, ...] = none_first()
    fidelities: Fidelities | None = field(default=None, metadata=ADDED)
    asked: Asked = field(default_factory=Asked, repr=False, metadata=ADDED)
    spread: bool = field(default=True, metadata=added(absent=False))

    def __post_init__(self) -> None:
        settle(self, prior=MODEL, acquisition=ACQUISITION, maximizer=MAXIMIZER)
        settle(self, allow_isomorphic=FLAG, pending=PENDING, first=FIRST, spread=FLAG)
        settle(self, knowledge=KNOWLEDGE.optional, fidelities=LOOKS, asked=ASKED)
        settle_design(self)
        check_parts(self)

    @property
    def several(self) -> bool:
        """Whether it serves several goals, and limits that only trainings tell."""
        return self.fidelities is None

    @property
    def unasked(self) -> str:
        """Its setting that has no say where there are several goals; empty without one."""
        return "" if self.pending == KrigingBeliever() else f"pending={self.pending!r}"

    @brief
    def __repr__(self) -> str:
        initial, maximizer = first_ones(self.initial), type(self.maximizer).__name__
        chosen = f"{self.acquisition!r}, initial={initial}, {maximizer}"
        begins = f", first={len(self.first)}" if self.first else ""
        looks = f", fidelities={self.fidelities.epochs}" if self.fidelities else ""
        return f"{cut(chosen, 90)}{begins}{looks}, {self.prior!r}"

    def check_measure(self, measure: Measure) -> None:
        """Check that the prior can model a measure.

        Raises:
            SettingError: If its warp is for fractions only.
        """
        check = getattr(getattr(self.prior, "warp", None), "check", None)
        if check is not None:
            check(*measure.reflected)

    @beginning
    @seeing_settings
    @undisturbed()
    def propose(
        self,
        space: SearchSpace,
        observations: Observations,
        pending: Sequence[Architecture],
        n: int,
        rng: np.random.Generator,
    ) -> Proposal:
        """Propose architectures that are unlike each other, then the best-scored candidates."""
        n, rng = check_question(space, observations, pending, n, rng)
        design = self._design(space, observations)
        if self.fidelities is not None:
            stage = Stage(self.fidelities, observations, tuple(pending), self.asked)
            found = (self.acquisition, self.maximizer, space, rng, self.kept)
            start = functools.partial(design.propose, space, observations, pending, n, rng)
            return look_or_train(
                Chooser(self.prior, *found, self.allow_isomorphic, n), stage, self.initial, start
            )
        count = len(observations) + len(pending)
        if count < design.initial or len(observations) < 2:
            return design.propose(space, observations, pending, n, rng)
        with cpu_threads(1 if len(pending) else None):
            candidates = listed(space) if can_be_listed(space) else None
            size = fitted_to(len(observations), len(pending))
            if candidates is not None and len(pending) == 0:
                size = solved_to(size)
            model = self._fits.over(space, observations.first(size))
            situation = Situation(model, observations, tuple(pending), size, candidates)
            proposal = self._best(space, situation, rng)
            chosen = more = proposal.architectures
            while more and len(chosen) < n:
                beside = (*pending, *chosen)
                situation = Situation(model, observations, beside, size, candidates)
                more = self._best(space, situation, rng).architectures
                chosen = (*chosen, *more)
            return dataclasses.replace(proposal, architectures=chosen)

    @seeing_settings
    @undisturbed()
    def prepare(self, space: SearchSpace, observations: Observations) -> None:
        """Fit what the next proposals need while other trials are under way, in any thread."""
        check_known(space, observations)
        size = fitted_next(len(observations))
        if self.fidelities is not None or size < max(2, first_ones(self.initial) // 2):
            return  # it is far from being asked
        first = observations.first(size)
        with cpu_threads(1):
            if not can_be_listed(space):
                self._fits.to(first)
                return
            model = self._fits.over(space, first)
            if isinstance(model, GaussianProcess):
                model.solve_ahead(first.architectures, listed(space))

    @undisturbed()
    def posterior(self, observations: Observations) -> ModelPosterior | None:
        """The fitted model after some observations; `None` while there are fewer than two."""
        OBSERVATIONS("observations", observations)
        if self.fidelities is not None and isinstance(self.prior, GaussianProcess):
            stage = Stage(self.fidelities, observations, (), self.asked)
            return Levels(self.prior, stage, self.kept).full()
        if len(observations) < 2:
            return None
        return self._fits.to(observations).condition(observations)

    @property
    def _fits(self) -> Fits:
        return Fits(self.prior, self.kept)

    def _design(self, space: SearchSpace, observations: Observations) -> InitialDesign:
        """How it begins; with settings or several goals at random."""
        alone = joint_space(space) is None and not has_several(observations)
        told = first_ones(self.initial, alone=alone), self.knowledge, self.allow_isomorphic
        return InitialDesign(*told, self.asked, self.prior if self.spread and alone else None)

    def _anew(self, space: SearchSpace, situation: Situation, rng: np.random.Generator) -> Scorer:
        """The scorer of a situation, whose model has a table that knows the observations only."""
        model = self._fits.over(space, situation.observations.first(situation.size or 0))
        anew = dataclasses.replace(situation, model=model)
        return self.pending.scorer(self.acquisition, anew, rng)

    def _best(
        self, space: SearchSpace, situation: Situation, rng: np.random.Generator
    ) -> Proposal:
        """The best-scored candidate that is new, with the ranking behind it."""
        observations = situation.observations
        if models_several(observations):
            fit = functools.partial(self._fits.over, space, goals=observations.goals)
            asked = situation, fit, self.acquisition, rng
            scorer: Scorer = goal_score(*asked, same=not self.allow_isomorphic)
        else:
            scorer = self.pending.scorer(self.acquisition, situation, rng)
            if situation.candidates is None:  # no limit to what the maximizer may ask for
                scorer = Renewed(scorer, functools.partial(self._anew, space, situation, rng))
        guide = None if models_several(observations) else situation.believed
        score = guided(scorer, self.acquisition, guide)
        found = self.maximizer.maximize(score, space, observations, rng)
        novelty = Novelty(
            (*observations.architectures, *situation.pending),
            allow_isomorphic=self.allow_isomorphic or has_several(observations),
        )
        new = (i for i in found.ranked() if novelty.claim(found.architectures[i]))
        shown = list(islice(new, SHOWN))
        chosen = [found.architectures[i] for i in shown]
        ranked = described(situation.believed, chosen, found.scores[shown])
        proposal = Proposal(
            tuple(c.architecture for c in ranked[:1]),
            reason_for(ranked, observations.measure),
            ranked,
            found.count,
            *(type(self.acquisition).__name__, best_value(observations)),
            measure=observations.measure,
        )
        return scorer.explained(proposal) if isinstance(scorer, GoalScore) else proposal
