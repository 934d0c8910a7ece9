"""What was costly to find out, kept by whom it serves, so that it dies with it.

A cache of a module outlives every search that it has served, and holds all that its answers hold:
models, tables of a whole space, networks.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import TypeVar, cast

T = TypeVar("T")


class Kept:
    """The last answers to questions, for the object that has this as a field.

    Copies made by `dataclasses.replace` share it. Those of `copy` and `pickle` begin without an
    answer. Threads may ask at the same time: one finds the answer, and the others wait for it.

    Args:
        most: Number of answers; the ones that were not asked for longest are let go.

    Example:
        >>> kept = Kept(2)
        >>> [kept.get(n, lambda: 10 * n) for n in (1, 2, 1, 3)], len(kept)
        ([10, 20, 10, 30], 2)
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._answers: OrderedDict[Hashable, object] = OrderedDict()
        self._sought: dict[Hashable, threading.Event] = {}
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._answers)

    def __repr__(self) -> str:
        return f"Kept({self._most})"

    def __reduce__(self) -> tuple[type["Kept"], tuple[int]]:
        """How it is copied: empty."""
        return type(self), (self._most,)

    def get(self, question: Hashable, answer: Callable[[], T]) -> T:
        """The answer to a question; found out now, unless it is kept.

        Args:
            question: What is asked, with all that decides the answer.
            answer: Finds it out; it may itself ask, something else.

        Returns:
            The answer.
        """
        while True:
            with self._lock:
                if question in self._answers:
                    self._answers.move_to_end(question)
                    return cast(T, self._answers[question])
                others = self._sought.setdefault(question, mine := threading.Event())
            if others is mine:
                break
            others.wait()
        try:
            found = answer()
            with self._lock:
                self._answers[question] = found
                while len(self._answers) > self._most:
                    self._answers.popitem(last=False)
            return found
        finally:
            with self._lock:
                del self._sought[question]
            mine.set()
