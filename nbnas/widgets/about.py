"""The view of what is installed: a table, alive as one of the page's own, whose text is copied."""

import html
from itertools import groupby
from typing import Any

import ipywidgets

from nbnas.brief import cut
from nbnas.charts.training.recipe import settings
from nbnas.installed.about import About
from nbnas.widgets.view import View

_COLUMNS = ("", "", "", "what to do")
_LONGEST = 60  # letters of a text in the picture; the table has all
_REPORT = "print(nb.about()) writes it as lines, for a report of a fault."
_CELL = 'style="padding:1px 10px;text-align:left;vertical-align:top;font-weight:normal"'
_TOPIC = 'style="padding:8px 10px 1px;text-align:left;border-bottom:1px solid"'


def about(found: About) -> View:
    """Versions, machine, folders, stores and extras."""
    said = f"{repr(found).removeprefix('About(')[:-1]}. {_REPORT}"
    rows = [
        ("" if at else topic, *(cut(text, _LONGEST) for text in (f.name, f.value, f.advice)))
        for topic, facts in groupby(found.facts, lambda fact: fact.topic)
        for at, f in enumerate(facts)
    ]
    chart = settings(_COLUMNS, rows, heading="What is installed here", subtitle=rows[0][2])
    return View(said, chart, lambda: _Table(found, said))


class _Table:
    """The table as HTML: its text can be marked and copied."""

    def __init__(self, found: About, said: str) -> None:
        self.widget: Any = ipywidgets.HTML(page(found, said))

    def update(self, *, final: bool = False) -> None:
        """It does not change."""


def page(found: About, said: str) -> str:
    """All facts as HTML, a body of the table for each topic; all texts are escaped."""
    parts = []
    for topic, facts in groupby(found.facts, lambda fact: fact.topic):
        lines = (_row(fact.name, fact.value, fact.advice) for fact in facts)
        head = f'<tr><th scope="rowgroup" colspan="3" {_TOPIC}>{html.escape(topic)}</th></tr>'
        parts.append(f"<tbody>{head}{''.join(lines)}</tbody>")
    table = f'<table style="border-collapse:collapse">{"".join(parts)}</table>'
    return (
        f'<div class="nbnas" style="overflow-x:auto">{table}'
        f'<div style="line-height:1.5">{html.escape(said)}</div></div>'
    )


def _row(name: str, value: str, advice: str) -> str:
    cells = (f"<td {_CELL}>{html.escape(text)}</td>" for text in (value, advice))
    return f'<tr><th scope="row" {_CELL}>{html.escape(name)}</th>{"".join(cells)}</tr>'
