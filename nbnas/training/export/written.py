"""Which source a network is written as: the fullest one that gives what the network gives.

of its own   every layer stands in it
own          the user's functions are written out in it, with all that they use
a reference  it loads `model.pt2`, and says by whose function the network is made
"""

from collections.abc import Callable
from dataclasses import dataclass

from torch import nn

from nbnas.brief import cut
from nbnas.errors import ExportError
from nbnas.graphs.architecture import Architecture
from nbnas.training.export.card import plain
from nbnas.training.export.facts import Facts
from nbnas.training.export.own.built import built_source
from nbnas.training.export.own.code import code_of
from nbnas.training.export.source.own import referring_source
from nbnas.training.export.source.source import Source, source_of
from nbnas.training.networks.own import builds_of
from nbnas.training.trainer import Trainer

Functions = dict[str, Callable[..., object]]
Check = Callable[[Source], nn.Module]


@dataclass(frozen=True, slots=True)
class Written:
    """A network as a source.

    Attributes:
        source: The source.
        network: What the source makes; `None` where it loads `model.pt2`.
        says: What it is, for the card, where a part is of a user's making; else empty.
        reference: What can take its place if it does not run elsewhere.
    """

    source: Source
    network: nn.Module | None
    says: str = ""
    reference: Source | None = None


def written_source(
    network: nn.Module, trainer: Trainer, architecture: Architecture, facts: Facts, check: Check
) -> Written:
    """Write a trained network as the fullest source that gives what it gives.

    Args:
        network: The trained network, on the CPU.
        trainer: Its recipe.
        architecture: What it was made of.
        facts: What is to be said of its data.
        check: Gives the network that a source makes, if it is the trained one, else raises.

    Returns:
        The source.

    Raises:
        ExportError: If a network of nbnas' own making is written wrongly.
    """
    plain = source_of(network, architecture, facts)
    if plain is not None:
        return Written(plain, check(plain))
    own = made_by(trainer, architecture)
    kind = "operation " if trainer.network is None else ""
    reference = referring_source(network, {kind + what: own[what] for what in own}, facts)
    try:
        source = _own_source(network, trainer, architecture, facts, own)
        made = check(source)
    except Exception as error:  # a user's code may raise anything where it has been moved to
        return Written(reference, None, referring(error))
    says = "what makes the network, as it was written by its user, with its class names"
    return Written(source, made, says, reference)


def referring(error: Exception) -> str:
    """What a source is that only refers to a user's functions, and why it is no more."""
    why = cut(str(error) if isinstance(error, ExportError) else repr(error), 200)
    return (
        "loads `model.pt2`, and says by whose function the network is made, which could not be "
        f"written out: {plain(why)}"
    )


def made_by(trainer: Trainer, architecture: Architecture) -> Functions:
    """The functions of a user that make a recipe's network, by what they make."""
    network = trainer.network
    if network is not None:
        return {"network": network}
    found = builds_of(trainer.operations, architecture).values()
    return {what: make for each in found for what, make in each.functions.items()}


def _own_source(
    network: nn.Module,
    trainer: Trainer,
    architecture: Architecture,
    facts: Facts,
    own: Functions,
) -> Source:
    code = code_of(own)
    if trainer.network is not None:
        return built_source(network, architecture, code, facts)
    source = source_of(network, architecture, facts, code)
    if source is None:
        raise ExportError("a part of the network is of nobody's making")
    return source
