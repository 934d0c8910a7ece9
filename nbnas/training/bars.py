"""Bars that tell how far long work is, where somebody can see them."""

from typing import Any

from nbnas.mode import unwatched


def bar(*given: Any, disable: bool = False, **options: Any) -> Any:  # noqa: ANN401
    """A bar of tqdm's that goes when the work is done.

    There is none in a kernel that nobody looks at: the executed notebook would keep it as it
    began, at 0 %.

    Args:
        given: What the bar counts, if it is not told by `update`.
        disable: Whether there is none, whoever looks.
        options: More for `tqdm.tqdm`.
    """
    from tqdm.auto import tqdm  # it looks for notebooks, which takes time

    return tqdm(*given, leave=False, disable=disable or unwatched(), **options)
