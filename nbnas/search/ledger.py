"""Who makes which trial: in memory for a search alone, in a store where many may share a study.

Notation
    number     of a trial, in the order in which trials are taken on
    place      of a finished trial, in the order in which they finish
"""

import contextlib
import time
import weakref
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import replace

from nbnas.holder import holder, is_gone, worker
from nbnas.records import Claim, Evaluation
from nbnas.records.claim import ATTEMPTS
from nbnas.search.store.beside import Places, folder_of
from nbnas.search.store.patience import Renewal
from nbnas.search.store.store import Store
from nbnas.training.checkpoints.keeper import attempt_at

Trial = Claim | Evaluation


def may_go_on(evaluation: Evaluation) -> bool:
    """Whether a longer training may go on from a trial: a look that has not failed."""
    return evaluation.epochs is not None and evaluation.status == "completed"


class Ledger:
    """The trials of one search, in memory: nobody else makes any.

    Attributes:
        worker: The name of this process.
        continued: Whether longer trainings go on from shorter ones of the same architecture.
    """

    def __init__(self, worker: str = "") -> None:
        self.worker = worker
        self.continued = False
        self._held: dict[int, Claim] = {}
        self._waiting: list[Claim] = []

    @property
    def held(self) -> tuple[Claim, ...]:
        """What is under way here."""
        return tuple(self._held.values())

    def name(self, worker: str) -> str:
        """The name of one of several workers, or of this process itself."""
        return "/".join(filter(None, (self.worker, worker)))

    def at_hand(self) -> AbstractContextManager[None]:
        """A while in which much is written."""
        return contextlib.nullcontext()

    def has_news(self) -> bool:
        """Whether a look may tell anything that is not known."""
        return True

    def place(self, number: int, trial: Trial) -> str:
        """Where the training of a trial keeps checkpoints; empty for nowhere.

        Args:
            number: The trial's.
            trial: What it is, which decides the place where trainings are continued.
        """
        return ""

    def may_try(self, claim: Claim, attempt: int) -> bool:
        """Whether a trial may be tried once more: three attempts may die and come no further.

        Args:
            claim: The trial.
            attempt: Which one this would be.
        """
        return attempt - attempt_at(self.place(claim.number, claim)) <= ATTEMPTS

    def clear(self, places: Iterable[str]) -> None:
        """Remove the checkpoints of trials that have ended, but whose process has not done so."""

    def look(self, seen: int) -> tuple[tuple[Evaluation, ...], tuple[Claim, ...]]:
        """What others have finished beyond what was seen, and all that is under way."""
        under_way = [*self._held.values(), *self._waiting]
        return (), tuple(sorted(under_way, key=lambda claim: claim.number))

    def claim(self, claim: Claim) -> bool:
        """Take on a new trial; whether its number was the next one."""
        self._held[claim.number] = claim
        return True

    def take_over(self, worker: str) -> Claim | None:
        """The first trial that nobody makes any longer, if there is one."""
        if not self._waiting:
            return None
        claim = self._waiting.pop(0)
        claim = replace(claim, origin=replace(claim.origin, worker=self.name(worker)))
        self._held[claim.number] = claim
        return claim

    def finish(self, claim: Claim, evaluation: Evaluation, seen: int) -> bool:
        """Write down how a trial ended.

        Args:
            claim: The trial.
            evaluation: How it ended.
            seen: How many finished trials are known.

        Returns:
            Whether it comes next after these; else others have finished before it, or this one.
        """
        self._held.pop(claim.number, None)
        self._waiting = [one for one in self._waiting if one.number != claim.number]
        return True

    def release(self, claim: Claim, attempts: int = 0) -> None:
        """Let go of a trial, for whoever comes.

        Args:
            claim: The trial.
            attempts: How many this was: 0 if it was only interrupted, 1 if its worker has died.
        """
        if self._held.pop(claim.number, None) is not None:
            origin = replace(claim.origin, attempt=claim.origin.attempt + attempts)
            self._waiting.append(replace(claim, origin=origin))


class StoredLedger(Ledger):
    """The trials of a study in a store, which several processes may share.

    Args:
        store: The store.
        study: The name of the study.
    """

    def __init__(self, store: Store, study: str) -> None:
        super().__init__(worker())
        self._store, self._study, self._holder = store, study, holder()
        self._outdated = True  # by what was done here, and is seen with the next look
        self._places = Places(folder_of(store.url), study)
        held, mine = self._held, self._holder
        self._renewal = Renewal(lambda: store.renew(study, tuple(held), mine))
        weakref.finalize(self, _release_all, store, study, held, mine)

    def at_hand(self) -> AbstractContextManager[None]:
        """A while in which much is written."""
        return self._store.at_hand()

    def has_news(self) -> bool:
        """Whether a look may tell anything that is not known."""
        return self._outdated or self._store.has_news()

    def look(self, seen: int) -> tuple[tuple[Evaluation, ...], tuple[Claim, ...]]:
        """What anybody has finished beyond what was seen, and all that is under way."""
        found = self._store.look(self._study, seen)
        self._outdated = False
        return found

    def claim(self, claim: Claim) -> bool:
        """Take on a new trial; `False` if somebody else has taken on another one meanwhile."""
        taken = self._store.claim(self._study, claim, self._holder)
        if taken:
            self._hold(claim)
        self._outdated |= not taken
        return taken

    def take_over(self, worker: str) -> Claim | None:
        """The first trial that nobody makes any longer, with its next attempt, if there is one.

        One whose attempts have died too often, see `may_try`, is written down as failed.
        """
        while True:
            claim = self._store.take_over(
                self._study, self.name(worker), self._holder, self._held, is_gone
            )
            self._outdated |= claim is not None
            if claim is None or self.may_try(claim, claim.origin.attempt):
                break
            dead = killed(claim, claim.origin.attempt - 1)
            self._store.add(self._study, claim.number, dead)
            self._places.remove([self.place(claim.number, claim)])
        if claim is not None:
            self._hold(claim)
        return claim

    def finish(self, claim: Claim, evaluation: Evaluation, seen: int) -> bool:
        """Write down how a trial ended; whether it comes next after what was seen."""
        place = self._store.finish(self._study, claim.number, evaluation)
        self._drop(claim)
        self._outdated |= place != seen
        if not (self.continued and may_go_on(evaluation)):
            self._places.remove([self.place(claim.number, claim)])
        return place == seen

    def place(self, number: int, trial: Trial) -> str:
        """Where the training of a trial keeps checkpoints; empty for nowhere."""
        return self._places.of_all(trial) if self.continued else self._places.of(number)

    def clear(self, places: Iterable[str]) -> None:
        """Remove the checkpoints of trials that have ended, but whose process has not done so."""
        self._places.remove(places)

    def release(self, claim: Claim, attempts: int = 0) -> None:
        """Let go of a trial, for whoever comes."""
        self._drop(claim)
        self._outdated = True
        self._store.release(self._study, self._holder, claim.number, attempts=attempts)

    def _hold(self, claim: Claim) -> None:
        self._held[claim.number] = claim
        self._renewal.begin()

    def _drop(self, claim: Claim) -> None:
        self._held.pop(claim.number, None)
        if not self._held:
            self._renewal.end()


def _release_all(store: Store, study: str, held: dict[int, Claim], holder: str) -> None:
    """Let go of all that a search still holds when it, or its process, ends in good order."""
    if held:
        with contextlib.suppress(Exception):  # at the end of a process much is gone
            store.release(study, holder)


def killed(claim: Claim, attempts: int) -> Evaluation:
    """The failed trial that a claim becomes when its worker has died too often.

    Args:
        claim: The trial.
        attempts: How often that was.
    """
    vain = f", the last {ATTEMPTS} without coming any further" if attempts > ATTEMPTS else ""
    why = (
        f"each of {attempts} attempts ended with its process, which was killed or crashed{vain}; "
        "search.run(..., workers=1, ...) isolates a trial in a process of its own"
    )
    return Evaluation(
        claim.architecture,
        None,
        "failed",
        seed=claim.seed,
        started=time.time(),
        error=why,
        origin=replace(claim.origin, attempt=attempts),
        epochs=claim.epochs,
    )
