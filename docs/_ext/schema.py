"""The directive `schema`: the tables of the store, from SQLAlchemy's metadata.

    ```{schema} nbnas_trials
    number: of the trial in its study, from 0
    ```

has a line of words for each column; one that lacks, or is not there any more, stops the build.
"""

from collections.abc import Iterator, Mapping

from _ext.parameters import escaped
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sqlalchemy import Column

from nbnas.search.store.schema import METADATA


class Schema(SphinxDirective):
    """A table of the store."""

    has_content = True
    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Let MyST make it."""
        words = dict(line.split(": ", 1) for line in self.content if line.strip())
        head = ["| column | type | what it is |", "|---|---|---|"]
        return self.parse_text_to_nodes("\n".join([*head, *rows(self.arguments[0], words)]))


def rows(table: str, words: Mapping[str, str]) -> Iterator[str]:
    """The rows of the table in Markdown.

    Raises:
        ValueError: If the words are not those of all columns.
    """
    columns = METADATA.tables[table].columns
    if {*columns.keys()} != {*words}:
        odd = sorted({*columns.keys()} ^ {*words})
        raise ValueError(f"expected words for each column of {table}; odd are {', '.join(odd)}")
    for column in columns:
        yield f"| `{column.name}` | {escaped(kind(column))} | {words[column.name]} |"


def kind(column: Column) -> str:
    """The type of a column and what it is bound to."""
    keys = [key.target_fullname for key in column.foreign_keys]
    said = [str(column.type), "primary key" * column.primary_key, "unique" * bool(column.unique)]
    said += [f"of {key}" for key in keys]
    said += ["may be NULL" * bool(column.nullable)]
    return ", ".join(filter(None, said))


def setup(app: Sphinx) -> Mapping[str, bool]:
    """Let Sphinx call it."""
    app.add_directive("schema", Schema)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
