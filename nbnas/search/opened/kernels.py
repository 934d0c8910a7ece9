"""A prior's kernel from how a study remembers it.

A kernel is written with all of the kernels inside it, and each of these with its own: after the
first child come the children of that, once more, then the second child.
"""

import ast
from typing import Any

from gpytorch.kernels import AdditiveKernel, Kernel, ProductKernel, ScaleKernel

from nbnas.errors import shown
from nbnas.search.opened.known import KNOWN, Unreadable, make, read
from nbnas.surrogate.kernels.settings import SettingsKernel

_COMPOSED = {one.__name__ for one in (AdditiveKernel, ProductKernel, ScaleKernel)}


def graph_kernel(text: str) -> Kernel:
    """The kernel over graphs that a prior was made with.

    Args:
        text: How a study remembers the prior's kernel, whose summands have weights by then, and
            which in a space with settings has come into a `joint_kernel`.

    Returns:
        The kernel without these weights, as the prior wants it.

    Raises:
        Unreadable: If it, or a part of it, is none of nbnas' own, or knows what is not written.
    """
    kernel = _without_weights(_made(_parsed(text)))
    if isinstance(kernel, AdditiveKernel) and isinstance(kernel.kernels[0], SettingsKernel):
        return _without_weights(kernel.kernels[1])
    return kernel


def _parsed(text: str) -> ast.Call:
    try:
        node = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise Unreadable(f"the kernel {shown(text)}, which holds what is not written") from error
    if not isinstance(node, ast.Call):
        raise Unreadable(f"{shown(text)}, which is no kernel")
    return node


def _made(node: ast.Call) -> Kernel:
    name = _name(node)
    if name in _COMPOSED:
        return make(KNOWN[name], *map(_made, _children(node)))
    if name == SettingsKernel.__name__:
        settings = {str(k.arg): read(ast.unparse(k.value)) for k in node.keywords}
        return make(SettingsKernel, settings)
    found: Any = read(ast.unparse(node))
    if not isinstance(found, Kernel):
        raise Unreadable(f"{shown(ast.unparse(node))}, which is no kernel")
    return found


def _children(node: ast.Call) -> list[ast.Call]:
    """The kernels right inside; behind each of them stand those inside it, which it has, too."""
    found, place = [], 0
    parts = [part for part in node.args if isinstance(part, ast.Call)]
    while place < len(parts):
        found.append(parts[place])
        place += 1 + _inside(parts[place])
    return found


def _inside(node: ast.Call) -> int:
    """How many kernels are written inside one."""
    return len(node.args) if _name(node) in _COMPOSED else 0


def _name(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else ""


def _without_weights(kernel: Kernel) -> Kernel:
    """A kernel whose summands have no weights: the prior gives them, from where they start."""
    if isinstance(kernel, ScaleKernel):
        return kernel.base_kernel
    if not isinstance(kernel, AdditiveKernel):
        return kernel
    return AdditiveKernel(*map(_without_weights, kernel.kernels))
