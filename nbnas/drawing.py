"""Who draws a picture of a thing for a file.

What writes files asks here; what draws, far above it, answers. Without it there is no picture.
"""

from collections.abc import Callable

DRAWERS: list[Callable[[object], bytes | None]] = []


def drawn(thing: object) -> bytes | None:
    """A picture of a thing.

    Args:
        thing: Such as an architecture.

    Returns:
        A PNG file on white; `None` if nobody can draw it.
    """
    for drawer in tuple(DRAWERS):
        picture = drawer(thing)
        if picture is not None:
            return picture
    return None
