"""The one way in which live objects tell what happened: who listens may fail, they may not."""

import contextlib
import warnings

from psygnal import SignalInstance


def announce(signal: SignalInstance, fact: object) -> tuple[Exception, ...]:
    """Tell every listener; an exception in one becomes a warning, and the others still hear.

    `signal.emit` would leave out all listeners behind the one that failed: a student's function
    that raises would silence the view that was displayed after it.

    Args:
        signal: The signal of a live object, such as `search.stepped`.
        fact: What the listeners are told.

    Returns:
        What listeners raised, in their order.
    """
    failed: list[Exception] = []
    with signal._lock:  # as `emit`: two threads' facts do not mix. It has no public loop
        for listener in list(signal._slots):
            try:
                listener.cb((fact,))
            except ReferenceError:  # its object is gone, and so is the listener
                continue
            except Exception as raised:
                failed.append(raised)
    for error in failed:
        message = f"a listener of {signal.name} failed: {error!r}"
        with contextlib.suppress(Warning):  # where warnings are errors, this one is none
            warnings.warn(message, RuntimeWarning, stacklevel=2)
    return tuple(failed)
