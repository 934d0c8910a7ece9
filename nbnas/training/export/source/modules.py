"""The call that makes a module of torch anew, read off the module itself.

Notation
    leaf      a module of torch without modules in it, such as `Conv2d`
    written   the call that makes an equal module, whose weights have the same names
"""

import inspect
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from torch import nn

from nbnas.training.export.source.expression import Call, Expression
from nbnas.training.networks.cell import AveragePool
from nbnas.training.networks.multiply_adds import Classifier

_LIKE: Mapping[type[nn.Module], type[nn.Module]] = MappingProxyType(
    {AveragePool: nn.AvgPool2d, Classifier: nn.Linear}
)
_PER_SIDE = ("kernel_size", "stride", "padding", "dilation", "output_padding")
_PLAIN = (bool, int, float, str, type(None))
_NOT_SAID = ("self", "device", "dtype")
_ARGUMENT = re.compile(r"((?:\w+=)?)(\d+)")


def written(module: nn.Module) -> Call | None:
    """The call that makes a module like this one.

    Args:
        module: A leaf of `torch.nn`, or such in `Sequential`s.

    Returns:
        The call; `None` for a class of somebody else, and for what its arguments do not decide.

    Example:
        >>> str(written(nn.Sequential(nn.Conv2d(3, 8, 3, padding=1, bias=False), nn.ReLU())))
        'nn.Sequential(nn.Conv2d(3, 8, 3, padding=1, bias=False), nn.ReLU())'
    """
    if _is_hooked(module):
        return None
    if type(module) is nn.Sequential:
        return _sequence(module)
    if type(module) is nn.Identity:  # takes arguments, and forgets them
        return Call("nn.Identity")
    kind = _LIKE.get(type(module), type(module))
    if getattr(nn, kind.__name__, None) is not kind or any(True for _ in module.children()):
        return None
    given = list(_arguments(module, kind))
    return None if None in given else Call(f"nn.{kind.__name__}", tuple(map(str, given)))


def leaves(modules: Iterable[nn.Module]) -> Iterator[nn.Module]:
    """The modules in their order, `Sequential`s taken apart; an identity is left out."""
    for module in modules:
        if type(module) is nn.Sequential and not _is_hooked(module):
            yield from leaves(module)
        elif type(module) is not nn.Identity:
            yield module


def in_terms_of(
    channels: int, one: Expression, other: Expression, times: int = 2
) -> Expression | None:
    """One expression for two widths, in terms of the name `channels`.

    Args:
        channels: The width of the first.
        one: Written for this many channels.
        other: Written for more of them.
        times: How many times as many.

    Returns:
        The expression; `None` if no multiple of the width explains the difference.

    Example:
        >>> in_terms_of(8, "nn.Linear(8, 10)", "nn.Linear(8, 10)"), in_terms_of(8, "16", "32")
        ('nn.Linear(8, 10)', '2 * channels')
    """
    if isinstance(one, Call) and isinstance(other, Call):
        return _call_in_terms_of(channels, one, other, times)
    if one == other:
        return one
    first, second = _ARGUMENT.fullmatch(str(one)), _ARGUMENT.fullmatch(str(other))
    if first is None or second is None or first[1] != second[1]:
        return None
    number = int(first[2])
    if int(second[2]) != times * number:
        return None
    if number % channels == 0:
        each = number // channels
        return first[1] + ("channels" if each == 1 else f"{each} * channels")
    share = channels // number if channels % number == 0 else None
    return None if share is None else f"{first[1]}channels // {share}"


def for_all_widths(channels: int, codes: Sequence[Expression]) -> Expression | None:
    """One expression for all stages of a skeleton, in terms of the name `channels`.

    Args:
        channels: The width of the first stage; each has twice that of the one before.
        codes: Written for each stage, at least one.

    Returns:
        The expression; `None` if no multiple of the width explains the differences.

    Example:
        >>> for_all_widths(8, ("nn.Conv2d(8, 8, 3)",) * 2), for_all_widths(8, ("8", "16", "32"))
        ('nn.Conv2d(8, 8, 3)', 'channels')
    """
    first, *others = codes
    found = [in_terms_of(channels, first, code, 2**k) for k, code in enumerate(others, 1)]
    same = all(each == found[0] for each in found)
    return first if not found else found[0] if same else None


def _call_in_terms_of(channels: int, one: Call, other: Call, times: int) -> Call | None:
    if (one.head, len(one.arguments)) != (other.head, len(other.arguments)):
        return None
    pairs = zip(one.arguments, other.arguments, strict=True)
    arguments = tuple(in_terms_of(channels, *pair, times) for pair in pairs)
    said = tuple(each for each in arguments if each is not None)
    return Call(one.head, said) if len(said) == len(arguments) else None


def _sequence(module: nn.Sequential) -> Call | None:
    """A sequence, if its parts are numbered: names would be lost, and with them the weights."""
    parts = [written(part) for part in module]
    numbered = [name for name, _ in module.named_children()] == [str(i) for i in range(len(parts))]
    said = tuple(part for part in parts if part is not None)
    return Call("nn.Sequential", said) if numbered and len(said) == len(parts) else None


def _is_hooked(module: nn.Module) -> bool:
    return bool(module._forward_hooks or module._forward_pre_hooks)


def _arguments(module: nn.Module, kind: type[nn.Module]) -> Iterator[str | None]:
    """The arguments that are not those by default; `None` for one that cannot be said."""
    for name, parameter in inspect.signature(kind).parameters.items():
        if name in _NOT_SAID:
            continue
        missing = parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
        if missing or not hasattr(module, name):
            yield None
            continue
        value = _value(module, name)
        if value == parameter.default and type(value) is type(parameter.default):
            continue
        if (
            name == "stride"
            and parameter.default is None
            and value == _value(module, _PER_SIDE[0])
        ):
            continue
        required = parameter.default is parameter.empty
        said = repr(value) if _is_plain(value) else None
        yield said if required or said is None else f"{name}={said}"


def _value(module: nn.Module, name: str) -> Any:  # noqa: ANN401
    """What was passed for an argument, in its shortest form."""
    value = getattr(module, name)
    if name == "bias":
        return value is not None and value is not False
    if name in _PER_SIDE and isinstance(value, tuple) and len(set(value)) == 1:
        return value[0]
    return value


def _is_plain(value: object) -> bool:
    if isinstance(value, tuple):
        return all(map(_is_plain, value))
    return isinstance(value, _PLAIN)
