"""What controls and their picture say to a screen reader, where ipywidgets says nothing.

In ipywidgets 8.1 a slider has no name there and tells a logarithm for its value, the field beside
it is no field, and which of several buttons is down is told by its colour.
"""

from pathlib import Path

import anywidget

HERE = Path(__file__).parent


class Aloud(anywidget.AnyWidget):
    """Stands last in the box of a panel, unseen, and names what is before it.

    Once nothing has changed for a second, it also says the line below the picture, if the
    person's focus is in the box. It has no state: names and values are those that the page shows.
    """

    _esm = (HERE / "aloud.js").read_text(encoding="utf-8")
    _css = (HERE / "aloud.css").read_text(encoding="utf-8")
