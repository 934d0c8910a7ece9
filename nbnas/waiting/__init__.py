"""Who sees to it that a person who waits is told how far it is."""

from nbnas.waiting.bars import WaitingBar, bar
from nbnas.waiting.told import TELLERS, WATCHERS, is_watched, tell, watched

__all__ = ["TELLERS", "WATCHERS", "WaitingBar", "bar", "is_watched", "tell", "watched"]
