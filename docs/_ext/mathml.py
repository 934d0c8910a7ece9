"""Formulas as MathML, which browsers draw themselves: no script, no picture, no network.

docutils translates LaTeX; what it does not know of it is written in words that it knows.
"""

import re

from docutils import nodes
from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util.math import get_node_equation_number
from sphinx.writers.html5 import HTML5Translator

KNOWN = (
    (r"\\([dt]?frac)\s*([^\s{\\])\s*([^\s{\\])", r"\\\1{\2}{\3}"),  # \frac12
    (r"\\([bB]igg?)(?=\s*(?:[(\[]|\\[{l]))", r"\\\1l"),  # \big( is \bigl(
    (r"\\([bB]igg?)(?![a-zA-Z])", r"\\\1r"),
    (r"\\dots(?![a-zA-Z])|…", r"\\ldots "),
    (r"\\bm(?![a-zA-Z])", r"\\boldsymbol"),
)


def mathml(tex: str, block: bool = False) -> str:
    r"""The MathML of LaTeX.

    Raises:
        ExtensionError: If a command is not known.

    Example:
        >>> mathml("x")
        '<math xmlns="http://www.w3.org/1998/Math/MathML">\n  <mi>x</mi>\n</math>'
    """
    known = tex.strip()
    for pattern, word in KNOWN:
        known = re.sub(pattern, word, known)
    try:
        return tex2mathml(known, as_block=block)
    except MathError as error:
        raise ExtensionError(f"{error} In the formula {tex}; see docs/_ext/mathml.py") from error


def visit_inline(self: HTML5Translator, node: nodes.math) -> None:
    """Write a formula within a sentence."""
    self.body.append(mathml(node.astext()))
    raise nodes.SkipNode


def visit_block(self: HTML5Translator, node: nodes.math_block) -> None:
    """Write a formula on lines of its own, with its number where it has one."""
    self.body.append(self.starttag(node, "div", CLASS="math"))
    if node["number"]:
        number = get_node_equation_number(self, node)
        self.body.append(f'<span class="eqno">({number})</span>')
    self.body.append(mathml(node.astext(), block=True) + "</div>\n")
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    """Let Sphinx call it."""
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
