"""The view of the members of a front: a table, alive as one of the page's own."""

import html
from collections.abc import Sequence

import ipywidgets

from nbnas import charts
from nbnas.charts.search.goals.table import table_words, texts
from nbnas.search.goals.table import FrontTable
from nbnas.widgets.view import View

TAKEN = "table.export(trial, folder) writes one of them as files."
_CELL = "padding:2px 10px;text-align:{};white-space:nowrap"


def front_table(table: FrontTable) -> View:
    """What each member of a front is worth, and what it costs."""
    said = f"{table_words(table)}. {TAKEN if table.search is not None else ''}".strip()
    if not len(table):
        return View("Nothing is on the front yet.", charts.front_table(table))
    return View(said, charts.front_table(table), lambda: _Table(table, said))


class _Table:
    """The table as HTML: its text can be marked and copied."""

    def __init__(self, table: FrontTable, said: str) -> None:
        self.widget = ipywidgets.HTML(page(*texts(table), said))

    def update(self, *, final: bool = False) -> None:
        """It does not change."""


def page(names: Sequence[str], rows: Sequence[Sequence[str]], said: str) -> str:
    """A table as HTML; all texts are escaped."""
    head = "".join(_cell("th", name, at) for at, name in enumerate(names))
    lines = ("".join(_cell("td", text, at) for at, text in enumerate(row)) for row in rows)
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    table = f'<table style="border-collapse:collapse"><thead><tr>{head}</tr></thead>'
    return (
        f'<div class="nbnas" style="overflow-x:auto">{table}<tbody>{body}</tbody></table>'
        f'<div style="line-height:1.5">{html.escape(said)}</div></div>'
    )


def _cell(tag: str, text: str, column: int) -> str:
    style = _CELL.format("left" if column == 1 else "right")  # the architecture; else numbers
    scope = ' scope="col"' if tag == "th" else ""
    return f'<{tag}{scope} style="{style}">{html.escape(text)}</{tag}>'
