"""The one way in which live objects tell what happened: who listens may fail, they may not."""

import warnings

from psygnal import EmitLoopError, SignalInstance


def announce(signal: SignalInstance, fact: object) -> None:
    """Emit a signal; an exception in a listener becomes a warning that names it.

    Args:
        signal: The signal of a live object, such as `search.stepped`.
        fact: What the listeners are told.
    """
    try:
        signal.emit(fact)
    except EmitLoopError as error:
        message = f"a listener of {signal.name} failed: {error.__cause__!r}"
        warnings.warn(message, RuntimeWarning, stacklevel=2)
