"""The trials of a study that several searches may make: in other processes, on other machines."""

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import replace

from psygnal import Signal

from nbnas.errors import NbnasError
from nbnas.graphs.architecture import Architecture
from nbnas.records import Claim, Evaluation, Observations, Origin, Proposal, Step
from nbnas.search.background import Background
from nbnas.search.ledger import Ledger
from nbnas.search.trial import Taken, trial_seed
from nbnas.signals import announce


class Shared(Background):
    """The part of a search that takes on trials, and takes in what others have made.

    Attributes:
        under_way: The trials that are being made, here and elsewhere, as of the last look.
        stepped: Signal that emits a `Step` after every trial.
    """

    stepped = Signal(Step)

    seed: int
    observations: Observations
    proposal: Proposal | None
    under_way: tuple[Claim, ...]
    _pending: tuple[Architecture, ...]
    _ledger: Ledger

    def __init__(self, ledger: Ledger) -> None:
        super().__init__()
        self._ledger = ledger
        self._unwritten: list[tuple[Claim, Evaluation]] = []
        self._reclaimed: Claim | None = None  # and not begun yet
        self._driven = False  # by a run, which wants so many trials
        self._taken_on: set[int] = set()  # the numbers of trials that were new here

    @property
    def best(self) -> Evaluation | None:
        """The incumbent: the completed trial of the best value, if there is one."""
        return self.observations.incumbent

    @property
    def front(self) -> tuple[Evaluation, ...]:
        """The Pareto set: the trials of which none is better in all goals at once.

        In the order of the last goal, the best of it first.
        """
        return self.observations.front

    @property
    def hypervolume(self) -> float:
        """How much the front dominates, in the product of the goals' units; 0 without a front."""
        volumes = self.observations.hypervolumes
        return float(volumes[-1]) if len(volumes) else 0.0

    def ask(self, n: int = 1) -> Proposal:
        """What to evaluate next."""
        raise NotImplementedError(f"expected {type(self).__name__} to define ask")

    def _look(self) -> Step | None:
        """Write what waits for it, and take in what others have finished; the last step, if any.

        Raises:
            StoreError: If the store cannot be used.
        """
        if self._write() is not None:
            return self._last()
        return self._take_in() if self._ledger.has_news() else None

    def _drive(self) -> Iterator[object]:
        """The loop of a run, in which no more trials are taken on than are wanted."""
        self._driven = True
        try:
            yield from super()._drive()
        finally:
            self._driven = False

    def _full(self) -> bool:
        """Whether all trials that a run wants are finished or being made."""
        count = len(self.observations) + len(self.under_way)
        return self._driven and count >= self._wanted

    def _others(self) -> bool:
        """Whether there are trials under way that are not this search's."""
        held = {claim.number for claim in self._ledger.held}
        return any(claim.number not in held for claim in self.under_way)

    def _check_budget(self, proposal: Proposal) -> None:
        """Check that a run may still pay for what is proposed.

        Raises:
            Spent: If not.
        """
        raise NotImplementedError(f"expected {type(self).__name__} to pay for {proposal!r}")

    def _reclaim(self, worker: str = "") -> Claim | None:
        """The first trial that nobody makes any longer, which is this search's from now on."""
        if self._reclaimed is None and self._others():
            self._reclaimed = self._ledger.take_over(worker)
        return self._reclaimed

    def _take_on(self, worker: str = "") -> Claim:
        """The next trial, which is this search's from now on.

        Args:
            worker: The name of who makes it, within this search; empty for this process itself.

        Raises:
            Taken: If there is none, as others are making the last ones that a run wants.
            SearchError: If the space is used up.
        """
        claim = self._reclaim(worker)
        while claim is None:
            if self._full():
                raise Taken("others are making the last trials that are wanted; wait for them")
            if self._overtaken():
                self._pending, self.proposal = (), None
            proposal = self.ask()
            self._check_budget(proposal)
            claim = self._reclaimed  # whose maker has died just now: no new trial, but that one
            if claim is not None:
                break
            claim = self._claim(proposal, self._pending[0], worker=worker)
            if not self._ledger.claim(claim):  # somebody was faster: propose with theirs in view
                self._pending, self.proposal, claim = (), None, None
                self._look()
            else:
                self._taken_on.add(claim.number)
        self._reclaimed = None
        # One that was taken over while nobody was free has its worker only now.
        claim = replace(claim, origin=replace(claim.origin, worker=self._ledger.name(worker)))
        others = (one for one in self.under_way if one.number != claim.number)
        self.under_way = tuple(sorted((*others, claim), key=lambda one: one.number))
        return replace(claim, place=self._ledger.place(claim.number, claim))

    def _overtaken(self) -> bool:
        """Whether others have taken on trials since the proposal that waits was made.

        It does not know of them, and they may be just what it proposes.
        """
        if self.proposal is None or not self._pending:
            return False
        since = self.observations.evaluations[self.proposal.known :]
        numbers = {claim.number for claim in self.under_way} | set(map(self._number, since))
        return any(n >= self.proposal.number for n in numbers - self._taken_on)

    def _claim(
        self,
        proposal: Proposal,
        architecture: Architecture,
        seed: int | None = None,
        worker: str = "",
    ) -> Claim:
        """The claim of what was proposed: with the next number, as it may be one of several."""
        number = len(self.observations) + len(self.under_way)
        name = self._ledger.name(worker)
        origin = Origin(number, proposal.known, proposal.pending, name)
        seed = self._seed(architecture, number, proposal.known) if seed is None else seed
        return Claim(origin, architecture, seed, epochs=proposal.epochs)

    def _seed(self, architecture: Architecture, number: int, known: int) -> int:
        """The seed of a new trial, proposed when so many trials were known."""
        return trial_seed(self.seed, number)

    def _told(self, proposal: Proposal, evaluation: Evaluation) -> Claim:
        """The claim of a trial that is told: one that waits for it, or a new one."""
        for claim in self.under_way:
            if claim.architecture == evaluation.architecture:
                return replace(claim, seed=evaluation.seed)
        while True:
            claim = self._claim(proposal, evaluation.architecture, evaluation.seed)
            if self._ledger.claim(claim):
                self._taken_on.add(claim.number)
                return claim
            self._look()

    def _known_to(self, origin: Origin) -> tuple[Observations, dict[int, Architecture]]:
        """What was finished and what was under way when a trial was proposed."""
        return self.observations.first(origin.known), architectures(
            origin.pending, self.observations, self.under_way
        )

    @contextlib.contextmanager
    def _letting_go(self, claim: Claim) -> Iterator[None]:
        """Whatever ends a trial early, an interrupt too: it is there for whoever comes."""
        try:
            yield
        except BaseException:  # an interrupt, too
            self._let_go(claim)
            raise

    def _let_go(self, claim: Claim) -> None:
        """Let go of a trial, unless it has ended and only waits to be written."""
        if all(claim is not one for one, _ in self._unwritten):
            with contextlib.suppress(NbnasError):  # its lease ends by itself
                self._ledger.release(claim)

    def _settle(self, claim: Claim, evaluation: Evaluation) -> Step:
        """Write down a finished trial and take it in; one that somebody else wrote is theirs."""
        goals = self.observations.goals
        if goals is not None:
            evaluation = goals.check(goals.completed(evaluation))
        evaluation = replace(evaluation, origin=claim.origin, epochs=claim.epochs)
        self._unwritten.append((claim, evaluation))
        return self._write() or self._last()

    def _write(self) -> Step | None:
        """Write down what is finished; what could not be written is tried again the next time."""
        step = None
        while self._unwritten:
            claim, evaluation = self._unwritten[0]
            next_in_place = self._ledger.finish(claim, evaluation, len(self.observations))
            del self._unwritten[0]
            if self._reclaimed is not None and self._reclaimed.number == claim.number:
                self._reclaimed = None
            self.under_way = tuple(one for one in self.under_way if one.number != claim.number)
            step = self._take(evaluation) if next_in_place else self._take_in()
        return step

    def _take_in(self) -> Step | None:
        """Take in what anybody has finished; the last of these steps, if there is any."""
        news, self.under_way = self._ledger.look(len(self.observations))
        step = None
        for evaluation in news:
            step = self._take(evaluation)
        return step

    def _last(self) -> Step:
        return Step(self._number(self.observations[-1]), self.observations[-1], self.best)

    def _take(self, evaluation: Evaluation) -> Step:
        """The one place where the state changes."""
        self.observations = self.observations + evaluation
        self._pending = tuple(a for a in self._pending if a != evaluation.architecture)
        step = self._last()
        for error in announce(self.stepped, step):
            self.keep(error)
        return step

    def _number(self, evaluation: Evaluation) -> int:
        origin = evaluation.origin
        return len(self.observations) - 1 if origin is None else origin.number


def architectures(
    numbers: Iterable[int], observations: Observations, under_way: Iterable[Claim]
) -> dict[int, Architecture]:
    """The architectures of trials by their numbers, whether they are finished or under way."""
    found = {claim.number: claim.architecture for claim in under_way}
    origins = ((e.origin, e.architecture) for e in observations)
    found |= {origin.number: architecture for origin, architecture in origins if origin}
    return {number: found[number] for number in numbers}
