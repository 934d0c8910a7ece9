"""A search from a store alone, to look at: without its objective, its data or a GPU."""

import re
from dataclasses import replace
from os import PathLike
from typing import Any, NoReturn

from nbnas.brief import in_full
from nbnas.checks import TEXT
from nbnas.errors import NbnasError, SearchError, StoreError
from nbnas.graphs.space import SPACE, SearchSpace
from nbnas.records import Goals, Observations
from nbnas.records.goals.goals import GOALS
from nbnas.search.fingerprint import fingerprint
from nbnas.search.ledger import Ledger
from nbnas.search.opened.absent import AbsentObjective, AbsentStrategy
from nbnas.search.opened.built import Words, built, check_told
from nbnas.search.opened.goals import GONE, goals_from
from nbnas.search.opened.known import Unreadable
from nbnas.search.opened.stored import StoredStudy, read_study
from nbnas.search.search import Search
from nbnas.search.shared import Shared
from nbnas.search.store.location import Location, shown, url_of
from nbnas.search.strategies.asked import told_of
from nbnas.search.strategies.joint import over
from nbnas.search.strategies.strategy import STRATEGY, Strategy

DIGITS = 19  # of the largest seed
_ADDRESS = re.compile(r" object at 0x[0-9a-fA-F]+")


class OpenedStudy(Search):
    """A search that is looked at; made by `open_study`. All that a `Search` tells, it tells.

    What needs the objective raises an error that says which one, and how to go on with it.

    Args:
        study: What the store holds.
        where: The store's location, for people.
        space: The space.
        strategy: The strategy.
        goals: What was wanted beyond a good value.
    """

    def __init__(
        self,
        study: StoredStudy,
        where: str,
        space: SearchSpace,
        strategy: Strategy,
        goals: Goals | None,
    ) -> None:
        Shared.__init__(self, Ledger())  # that of a search would open the store, and write
        self.space, self.study, self.where = space, study.name, where
        self.seed, self.store = _seed(study), None
        self.objective = _objective(study, strategy)
        self.strategy: Strategy = told_of(strategy, self.objective, space)
        self.measure, self.goals = study.measure, goals
        self.proposal, self.training, self._pending = None, None, ()
        self.under_way = study.claims
        self.observations = replace(
            Observations((), study.measure, goals), evaluations=study.trials
        )

    def __repr__(self) -> str:
        return super().__repr__().replace("<Search", "<OpenedStudy", 1)

    def run(self, *given: object, **named: object) -> NoReturn:
        """Not without the objective.

        Raises:
            SearchError: Always; it says what is missing.
        """
        raise self._missing("run more trials")

    def start(self, *given: object, **named: object) -> NoReturn:
        """As `run`."""
        raise self._missing("run more trials")

    def step(self) -> NoReturn:
        """As `run`."""
        raise self._missing("make a trial")

    def tell(self, evaluation: object) -> NoReturn:
        """As `run`."""
        raise self._missing("store an evaluation")

    def finish(self) -> NoReturn:
        """As `run`."""
        raise self._missing("score the best network on test data")

    def export(self, *given: object, **named: object) -> NoReturn:
        """As `run`."""
        raise self._missing("train the network that is to be exported")

    def estimate(self, *given: object, **named: object) -> NoReturn:
        """As `run`."""
        raise self._missing("tell how long trials take")

    def _missing(self, what: str) -> SearchError:
        return SearchError(
            f"study {self.study!r} was opened to look at, without what it needs to {what}: its "
            f"objective, which was {self.objective.said}; nbnas.Search(space, objective, "
            f"strategy, seed={self.seed}, store={self.where!r}, study={self.study!r}) with that "
            "objective goes on with it"
        )


def open_study(
    store: Location,
    study: str | None = None,
    *,
    space: SearchSpace | None = None,
    strategy: Strategy | None = None,
    goals: Goals | None = None,
) -> OpenedStudy:
    """A finished or interrupted search from its store, to look at, rewind, chart and ask.

    It needs neither objective nor data nor a GPU. Space, strategy and goals are made again from
    what the study remembers of them, and checked against it, so that `replay` gives the very
    proposals that were made. What a study does not remember (where a length-scale of a kernel
    starts) is as it is by default: give `strategy` where it was not. Nothing in the store is
    made, changed or unpickled.

    Args:
        store: A path of an SQLite file, or an SQLAlchemy URL.
        study: Name of the study; by default the only one in the store.
        space: The space, where it is a class of your own, has operations of your own, or is a
            `Subspace`: of these a store keeps a name or a hash only.
        strategy: The strategy, where it has such parts. Without it, the trials can be looked at,
            but no round can be made again.
        goals: The goals, as the search's `goals` were, where a function tells one of them:
            without them no round can be made again.

    Returns:
        The search. What would train (`run`, `step`, `export`, …) raises a `SearchError` that says
        what is missing.

    Raises:
        StoreError: If there is no such store or study, it was written by a newer nbnas, is
            damaged, or its space cannot be made again and is not given.
        StudyMismatchError: If the space, the strategy or the goals are not the study's.

    Example:
        >>> import tempfile, nbnas as nb
        >>> place = tempfile.TemporaryDirectory()
        >>> def count(architecture, seed=0):
        ...     return str(architecture).count("conv") / 6
        >>> made = nb.Search(nb.CellSpace(), count, nb.RandomSearch(), store=place.name + "/a.db")
        >>> _ = made.run(5)
        >>> nb.open_study(place.name + "/a.db").best == made.best
        True
        >>> place.cleanup()
    """
    SPACE.optional("space", space), STRATEGY.optional("strategy", strategy)
    found = read_study(store, TEXT.optional("study", study))
    whole = _space(found, space)
    wanted, blind = _goals(found, GOALS.optional("goals", goals))
    chosen = _strategy(found, strategy, whole)
    if blind and not isinstance(chosen, AbsentStrategy):
        chosen = AbsentStrategy(blind, chosen)
    return OpenedStudy(found, _place(store), whole, chosen, wanted)


def _space(study: StoredStudy, given: SearchSpace | None) -> SearchSpace:
    if given is not None:
        check_told("space", study.words, _told("space", given), study.name)
        return given
    try:
        space: SearchSpace = SPACE("space", built("space", study.words))
        check_told("space", study.words, _told("space", space), study.name)
    except NbnasError as error:
        raise StoreError(
            f"the space of study {study.name!r} cannot be made from what the store holds of it: "
            f"{error}; give it: nbnas.open_study(…, space=…)"
        ) from error
    return space


def _strategy(study: StoredStudy, given: Strategy | None, space: SearchSpace) -> Strategy:
    """The strategy; where it cannot be made, one that says so when it is asked."""
    if given is not None:
        made: Strategy = over(given, space)
        check_told("strategy", study.words, _told("strategy", made), study.name)
        return made
    try:
        made = over(STRATEGY("strategy", built("strategy", study.words)), space)
        check_told("strategy", study.words, _told("strategy", made), study.name)
    except NbnasError as error:
        return AbsentStrategy(
            f"the strategy of study {study.name!r} cannot be made from what the store holds of "
            f"it: {error}; give it: nbnas.open_study(…, strategy=…)"
        )
    return made


def _goals(study: StoredStudy, given: Goals | None) -> tuple[Goals | None, str]:
    """The goals, and why no round can be made again by them; empty where it can."""
    if given is not None:
        told = {f"goals.{part}": said for part, said in _fully(given).items()}
        check_told("goals", study.words, {"goals": "Goals", **told}, study.name)
        return given, ""
    try:
        goals, told_by = goals_from(study.words, study.trials)
    except Unreadable as error:
        raise StoreError(
            f"the goals of study {study.name!r} cannot be made from what the store holds of "
            f"them: {error}; give them: nbnas.open_study(…, goals=…)"
        ) from error
    return goals, GONE.format(", ".join(told_by)) if told_by else ""


def _fully(goals: Goals) -> dict[str, str]:
    with in_full():
        return goals.fingerprint()


def _told(name: str, value: Any) -> Words:  # noqa: ANN401
    """What a study would remember of a space or a strategy."""
    parts: dict[str, Any] = {"space": None, "objective": None, "strategy": None, name: value}
    found = fingerprint(seed=0, **parts)
    return {n: said for n, said in found.items() if n == name or n.startswith(f"{name}.")}


def _objective(study: StoredStudy, strategy: object) -> AbsentObjective:
    before = "objective."
    told = {n.removeprefix(before): s for n, s in study.words.items() if n.startswith(before)}
    first = next((e for e in study.trials if e.origin is None or e.origin.number == 0), None)
    settings = () if first is None else first.architecture.settings
    lengths = getattr(strategy, "fidelities", None)
    named = _ADDRESS.sub("", study.words.get("objective", "a function")).strip("<>")
    return AbsentObjective(named.removeprefix("__main__."), told, settings, lengths)


def _seed(study: StoredStudy) -> int:
    said = study.words.get("seed", "")
    if not said.isdecimal() or len(said) > DIGITS:
        raise StoreError(f"study {study.name!r} is damaged: its seed is {said!r:.50}")
    return int(said)


def _place(store: str | PathLike[str]) -> str:
    return shown(url_of(store)) if "://" in str(store) else str(store)
