"""Brackets of successive halving: how many of each are trained how far, and who goes on.

Notation
    η          one in so many goes on
    stage      what a bracket trains equally far; the best of one are the next
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nbnas.search.strategies.schedulers.history import Entry, History, ranked
from nbnas.search.strategies.schedulers.job import Job, promotion
from nbnas.search.strategies.schedulers.standing import Standing, settled, standing
from nbnas.search.strategies.schedulers.words import goes_on, length, ordinal


@dataclass(frozen=True, slots=True)
class Bracket:
    """A bracket as it is planned.

    Attributes:
        first: Its lowest rung.
        sizes: How many are trained on this one and on each higher rung.
    """

    first: int
    sizes: tuple[int, ...]

    @property
    def begins(self) -> int:
        """How many begin."""
        return self.sizes[0]


def halving(size: int, eta: int, first: int, rungs: int) -> Bracket:
    """The bracket that begins with so many: ⌊size / ηⁱ⌋ go on to its i-th rung.

    Args:
        size: How many begin.
        eta: η.
        first: The lowest rung.
        rungs: Number of all rungs.
    """
    return Bracket(first, tuple(size // eta**i for i in range(rungs - first)))


def hyperband(eta: int, rungs: int) -> tuple[Bracket, ...]:
    """The brackets of Hyperband, the most exploring one first.

    With s_max = rungs - 1, bracket s = s_max, …, 0 begins with ⌈(s_max + 1) / (s + 1) · ηˢ⌉ on
    rung s_max - s, so that all cost about the same.

    References:
        Li et al., Hyperband, JMLR 18, 2018, algorithm 1.

    Example:
        >>> [bracket.sizes for bracket in hyperband(3, 5)][:3]  # table 1
        [(81, 27, 9, 3, 1), (34, 11, 3, 1), (15, 5, 1)]
    """
    most = rungs - 1
    begin = {s: -(-rungs * eta**s // (s + 1)) for s in reversed(range(rungs))}
    return tuple(halving(size, eta, most - s, rungs) for s, size in begin.items())


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """What of a bracket is trained equally far.

    Attributes:
        rung: How far.
        size: How many are planned.
        members: Those that are there, best first by the stage before.
        before: All of the stage before, best first; none in the first stage.
    """

    rung: int
    size: int
    members: tuple[Entry, ...]
    before: tuple[Entry, ...]

    @property
    def done(self) -> tuple[Entry, ...]:
        """Those that were evaluated, best first."""
        return ranked(self.members, self.rung)

    @property
    def complete(self) -> bool:
        """Whether all that belong here were evaluated."""
        full = bool(self.before) or len(self.members) == self.size
        return full and all(self.rung in entry.found for entry in self.members)


@dataclass(frozen=True, slots=True, eq=False)
class Filled:
    """A bracket with those that began in it.

    Attributes:
        number: Its number, from 0.
        plan: How many are trained how far.
        members: Those that began, by the numbers of their trials.
    """

    number: int
    plan: Bracket
    members: tuple[Entry, ...]

    def stages(self) -> Iterator[Stage]:
        """Its stages, up to the one that is under way."""
        members = self.members
        before: tuple[Entry, ...] = ()
        for i, size in enumerate(self.plan.sizes):
            stage = Stage(self.plan.first + i, size, members, before)
            yield stage
            if not stage.complete:
                return
            before = stage.done
            able = [entry for entry in before if entry.found[stage.rung].value is not None]
            members = tuple(able[: self.plan.sizes[i + 1]]) if i + 1 < len(self.plan.sizes) else ()


def filled(plans: Sequence[Bracket], known: History) -> tuple[Filled, ...]:
    """The brackets so far: each takes as many as it begins with, one bracket after the other."""
    found: list[Filled] = []
    at = 0
    while at < len(known.entries):
        plan = plans[len(found) % len(plans)]
        found.append(Filled(len(found), plan, known.entries[at : at + plan.begins]))
        at += plan.begins
    return tuple(found)


def next_job(plans: Sequence[Bracket], known: History) -> Job:
    """What synchronous halving trains next: in the oldest bracket that has something to do.

    While a stage waits for what is under way, a free worker begins in the next bracket.
    """
    brackets = filled(plans, known)
    for bracket in brackets:
        for stage in bracket.stages():
            waiting = [e for e in stage.members if stage.rung not in e.found and not e.pending]
            if stage.before and waiting:
                return promotion(known, waiting, stage.rung - 1, stage.before)
    last = brackets[-1] if brackets else None
    if last is None or len(last.members) == last.plan.begins:
        last = Filled(len(brackets), plans[len(brackets) % len(plans)], ())
    size, there = last.plan.begins, len(last.members)
    said = (
        f"New, {ordinal(there + 1)} of {size} at {length(known.fidelities, last.plan.first)} in "
        f"bracket {last.number + 1}"
    )
    return Job(last.plan.first, said, places=size - there)


def stand(plans: Sequence[Bracket], known: History) -> tuple[Standing, ...]:
    """Where each architecture stands in its bracket, by the numbers of first trials."""
    return tuple(each for bracket in filled(plans, known) for each in _stand(bracket, known))


def _stand(bracket: Filled, known: History) -> Iterator[Standing]:
    stages = {stage.rung: stage for stage in bracket.stages()}
    for entry in bracket.members:
        stage = stages.get(entry.reached)
        among = ranked(bracket.members, entry.reached) if stage is None else stage.done
        found = standing(known, entry, among, bracket.number)
        if found.state != "waiting" or stage is None:
            yield found
            continue
        following = stages.get(stage.rung + 1)
        best = goes_on(bracket.plan.sizes[stage.rung + 1 - bracket.plan.first])
        said = f"{ordinal(found.rank)} of {found.of} at {length(known.fidelities, stage.rung)}"
        where = f"in bracket {bracket.number + 1}"
        if following is None:
            missing = stage.size - found.of
            said += f" {where} so far; {missing} more are awaited, and {best}."
            yield settled(found, said)
        elif any(entry is other for other in following.members):
            yield settled(found, f"{said} {where}: the next free worker promotes it.")
        else:
            said = f"Stopped: {said} {where}, and only {best}."
            yield settled(found, said, "stopped")
