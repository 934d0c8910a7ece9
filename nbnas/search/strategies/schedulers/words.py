"""Ranks and lengths of training in words."""

from nbnas.records import Fidelities


def ordinal(number: int) -> str:
    """A rank in words.

    Example:
        >>> [ordinal(n) for n in (1, 2, 3, 4, 11, 22)]
        ['1st', '2nd', '3rd', '4th', '11th', '22nd']
    """
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{'th' if 10 < number % 100 < 14 else ending}"


def length(fidelities: Fidelities, rung: int) -> str:
    """A length of training in words.

    Example:
        >>> [length(Fidelities((1, 12)), rung) for rung in (0, 1)]
        ['1 epoch', '12 epochs']
    """
    return epochs_said(fidelities.epochs[rung])


def epochs_said(epochs: int) -> str:
    """A number of epochs in words."""
    return f"{epochs} epoch{'s' * (epochs != 1)}"


def goes_on(number: int) -> str:
    """How many of a rung go on, in words.

    Example:
        >>> goes_on(1), goes_on(3), goes_on(0)
        ('the best goes on', 'the best 3 go on', 'none goes on')
    """
    return f"the best {number} go on" if number > 1 else f"{'the best' * number or 'none'} goes on"


def joined(first: str, second: str) -> str:
    """Two sentences as one, the first without its full stop."""
    plain = second[1:2].islower() or second[1:2] == " "  # "A mutation", but not "TPE"
    return f"{first}; {second[:1].lower() + second[1:] if plain else second}"
